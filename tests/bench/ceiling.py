"""A Bot API that takes messages as fast as Telegram says it does, to the letter, and writes down when each came.

Thirty a second with a burst of five, one a second into a chat, twenty a minute into a group; every token has limits of its
own. What is refused costs nothing. No mercy for what gathers on its way.
"""

import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.limits import Spacing


@dataclass
class Seen:
    """What one contender's calls came to. Moments are monotonic seconds."""

    accepted: Counter[int] = field(default_factory=Counter)  # by chat
    first: dict[int, float] = field(default_factory=dict)  # when a chat first got something
    last: dict[int, float] = field(default_factory=dict)  # and when last
    refused: int = 0
    early: int = 0  # calls into a chat before it was told they may come
    calls: int = 0


@dataclass
class Ceiling:
    """The limits of one token."""

    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        self._overall = Spacing(1 / 30, 5, 0.0)
        self._chats: defaultdict[int, Spacing] = defaultdict(lambda: Spacing(1.0, 1, 0.0))
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._told: dict[int, float] = {}

    def take(self, chat: int, now: float) -> int:
        """Seconds to wait; 0 if it was taken."""
        self.seen.calls += 1
        self.seen.early += now < self._told.get(chat, 0.0)
        wait = max(self._overall.wait(now), self._chats[chat].wait(now), self._full(chat, now))
        if wait > 0:
            self.seen.refused += 1
            seconds = max(1, math.ceil(wait))
            self._told[chat] = now + seconds
            return seconds
        self._overall.take(now)
        self._chats[chat].take(now)
        self._groups[chat].append(now)
        self.seen.accepted[chat] += 1
        self.seen.first.setdefault(chat, now)
        self.seen.last[chat] = now
        return 0

    def _full(self, chat: int, now: float) -> float:
        minute = self._groups[chat]
        while minute and minute[0] <= now - 60:
            minute.popleft()
        return minute[0] + 60 - now if chat < 0 and len(minute) >= 20 else 0.0


class Api:
    """One server for all contenders; `ceilings` by token."""

    def __init__(self) -> None:
        self.ceilings: defaultdict[str, Ceiling] = defaultdict(Ceiling)
        self.url = ""
        self._number = 0

    async def call(self, request: web.Request) -> web.Response:
        """sendMessage and getMe are all it knows."""
        token, method = request.match_info["token"], request.match_info["method"].lower()
        if method == "getme":
            me = {"id": 1, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
            return web.json_response({"ok": True, "result": me})
        asked = await (request.json() if request.content_type == "application/json" else request.post())
        chat = int(str(asked["chat_id"]))
        seconds = self.ceilings[token].take(chat, time.monotonic())
        return _too_many(seconds) if seconds else web.json_response({"ok": True, "result": self._message(chat)})

    def _message(self, chat: int) -> dict[str, object]:
        self._number += 1
        where = {"id": chat, "type": "private"} if chat > 0 else {"id": chat, "type": "supergroup", "title": "群"}
        return {"message_id": self._number, "date": 1, "chat": where, "text": "x"}


def _too_many(seconds: int) -> web.Response:
    words = f"Too Many Requests: retry after {seconds}"
    body = {"ok": False, "error_code": 429, "description": words, "parameters": {"retry_after": seconds}}
    return web.json_response(body, status=429)


@asynccontextmanager
async def serving() -> AsyncIterator[Api]:
    """The server, on a port of its own."""
    api = Api()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", api.call)
    server = TestServer(app, access_log=None)
    await server.start_server()
    api.url = str(server.make_url("")).rstrip("/")
    try:
        yield api
    finally:
        await server.close()
