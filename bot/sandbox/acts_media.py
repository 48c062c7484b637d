"""What people send besides words: photos, albums, files. Bytes travel as base64."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any

from bot.sandbox.content import DEFAULTS
from bot.sandbox.delivery import say, tell_bot
from bot.sandbox.errors import ActError, Json
from bot.sandbox.text import detect, units
from bot.sandbox.world import World

MIME_KINDS = frozenset({"document", "video", "animation", "audio"})


def captioned(text: str | None) -> Json:
    """`caption` with what is recognised in it."""
    if not text:
        return {}
    if units(text) > 1024:
        msg = "a caption has at most 1024 characters"
        raise ActError(msg)
    entities = detect(text)
    return {"caption": text} | ({"caption_entities": entities} if entities else {})


def attachment(world: World, item: Json) -> Json:
    """A message's field for one file: `{kind, data, name?, mime?, size?, caption?, info?}`; `size` may be claimed."""
    kind, data = item.get("kind", "photo"), base64.b64decode(item["data"])
    if kind == "photo":
        return {"photo": world.files.add_photo(data)}
    info = DEFAULTS[kind] | item.get("info", {})
    if kind in MIME_KINDS:
        names = {"file_name": item.get("name"), "mime_type": item.get("mime") or info.get("mime_type")}
        info |= {key: value for key, value in names.items() if value}
    stored = world.files.add(kind, data, item.get("name") or "", item.get("size"), **info)
    return {kind: stored} | ({"document": stored} if kind == "animation" else {})


def send_file(world: World, *, user: int | None, chat: int, item: Json, **where: Any) -> Json:
    """One photo, document, video, voice, video_note, audio, animation or sticker."""
    content = attachment(world, item) | captioned(item.get("caption"))
    return say(world, chat, user, content, **where).as_json()


async def send_album(
    world: World,
    *,
    user: int | None,
    chat: int,
    items: list[Json],
    order: list[int] | None = None,
    delays: list[float] | None = None,
    **where: Any,
) -> list[Json]:
    """Several files as one album, each its own update.

    `order` lists the items in the order their updates go out (all, from 0); `delays` are the real seconds before
    each of these. The messages stand in the chat at once, as they do for the sender.
    """
    group = {"media_group_id": f"{13_000_000_000 + world.number()}"}
    contents = [group | attachment(world, item) | captioned(item.get("caption")) for item in items]
    posts = [say(world, chat, user, content, quiet=True, **where) for content in contents]
    room = world.chat(chat)
    for position, index in enumerate(order or range(len(posts))):
        if delays and delays[position]:
            await asyncio.sleep(delays[position])
        tell_bot(world, room, posts[index])
    return [post.as_json() for post in posts]


ACTS: dict[str, Callable[..., Any]] = {"send_file": send_file, "send_album": send_album}
