"""The stream of what happens: events of the chats and changes of the board, resumed where a page left off."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.demo.show import Show
from bot.sandbox.errors import Json
from bot.sandbox.views import post_view

HEARTBEAT = 15.0  # seconds; also how soon a page that went away is noticed
BATCH = 200  # chat events in one go


def events(show: Show) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of an event stream: `feed` (a list of chat events, with an id to resume from), `board`, `anew`."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        epoch, after = _place(request)
        board, seen = show.board, 0
        while epoch == show.epoch:
            feed = show.world.feed
            fresh = feed.since(after)[:BATCH]
            if fresh:
                after = fresh[-1]["n"]
                await _send(response, "feed", [_event(show, event) for event in fresh], f"{epoch}.{after}")
            seen, changed = board.since(seen)
            if changed:
                await _send(response, "board", changed)
            if feed.last > after or board.since(seen)[1]:
                continue
            if not await feed.signal.wait(HEARTBEAT):
                await response.write(b": \n\n")
        await _send(response, "anew", show.epoch)
        await asyncio.sleep(HEARTBEAT)  # the page goes by itself
        return response

    return handler


def _place(request: web.Request) -> tuple[str, int]:
    """Which show, and the last event had of it."""
    said = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    epoch, _, number = said.partition(".")
    return epoch, int(number or "0")


def _event(show: Show, event: Json) -> Json:
    """As the page wants it: messages as they stand now, with their keyboards."""
    shown = {key: value for key, value in event.items() if key != "message"}
    chat = show.world.chats.get(event["chat_id"])
    post = chat.posts.get(event["message_id"]) if chat and event["kind"] in {"sent", "edited"} else None
    return shown | ({"post": post_view(post)} if post and not post.deleted else {})


async def _send(response: web.StreamResponse, name: str, value: Any, number: str = "") -> None:
    head = f"id: {number}\n" if number else ""
    await response.write(f"{head}event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n".encode())
