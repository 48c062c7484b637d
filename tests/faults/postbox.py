"""A Bot API that loses answers, and our sender in front of it: what was taken how often, and what the outbox says of it."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from jinja2 import DictLoader

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import OutboxState
from bot.domain.organisation import Person
from bot.ports import OutboxRow
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.calls import Content, Outcome, SendRich, SendText, Target
from bot.telegram.composer import Composer
from bot.telegram.delivery import Courier, Speaker
from bot.telegram.gateway import Gateway
from bot.telegram.pacer import Limits, Pacer
from bot.telegram.rendering import Renderer
from bot.telegram.sender import Sender
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.bench.ceiling import Ceiling
from tests.fakes import NOW, FakeClock, a_calendar, a_policy

TOKEN = "4200:AAF-made-up-token-for-faults"
BOUNDLESS = Limits(per_second=100_000, burst=100_000, chat_gap=0.0, per_group_minute=100_000)
TEMPLATES = {"say.html.j2": "<b>{{ text }}</b>", "card.html.j2": "{{ text }}", "toast/done.html.j2": "{{ text }}"}
Answer = tuple[int, dict[str, Any]]


def refused(code: int, words: str, **parameters: Any) -> Answer:
    """An answer that says no."""
    return code, {"ok": False, "error_code": code, "description": words, "parameters": parameters}


@dataclass
class Postbox:
    """`drops`: answers lost after acceptance; `fails`: 502, by chance accepted or not; `slow`: seconds until an answer, at the
    most; `refuses` by chat; `ceiling`: limits, if any. `taken`: how often each text was, and when last (monotonic)."""

    dice: random.Random
    drops: float = 0.0
    fails: float = 0.0
    slow: float = 0.0
    refuses: dict[int, Answer] = field(default_factory=dict)
    ceiling: Ceiling | None = None
    taken: Counter[str] = field(default_factory=Counter)
    times: dict[str, float] = field(default_factory=dict)
    calls: Counter[int] = field(default_factory=Counter)
    in_hand: int = 0
    url: str = ""

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Any method: those that bear words are counted, others are answered so that a bot can start."""
        asked = dict(await request.post())
        method = request.match_info["method"].lower()
        text = str(asked.get("text", ""))
        if not text:
            return web.json_response({"ok": True, "result": await self._other(method)})
        self.in_hand += 1
        try:
            return await self._words(request, int(str(asked.get("chat_id", 0))), text, asked)
        finally:
            self.in_hand -= 1

    async def _words(self, request: web.Request, chat: int, text: str, asked: Mapping[str, Any]) -> web.StreamResponse:
        self.calls[chat] += 1
        failing = self.dice.random() < self.fails
        await asyncio.sleep(self.dice.uniform(0, self.slow))
        status, body = self._no(chat, text, asked) or (200, self._yes(chat, text, accept=not failing or self._tossed()))
        await asyncio.sleep(self.dice.uniform(0, self.slow))
        if status == 200 and self.dice.random() < self.drops and request.transport is not None:
            request.transport.abort()
        if status == 200 and failing:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        return web.json_response(body, status=status)

    def _no(self, chat: int, text: str, asked: Mapping[str, Any]) -> Answer | None:
        if "parse_mode" in asked and "unreadable" in text and "<b>" in text:
            return refused(400, "Bad Request: can't parse entities: unclosed tag")
        if chat in self.refuses:
            return self.refuses[chat]
        seconds = self.ceiling.take(chat, asyncio.get_running_loop().time()) if self.ceiling else 0
        return refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds) if seconds else None

    def _yes(self, chat: int, text: str, *, accept: bool) -> dict[str, Any]:
        words = text.replace("<b>", "").replace("</b>", "")
        self.taken[words] += accept
        self.times[words] = asyncio.get_running_loop().time()
        result = {"message_id": self.taken.total(), "date": 1, "chat": {"id": chat, "type": "private"}, "text": "x"}
        return {"ok": True, "result": result if chat else True}

    def _tossed(self) -> bool:
        return self.dice.random() < 0.5

    async def _other(self, method: str) -> Any:
        if method == "getupdates":
            await asyncio.sleep(2)
            return []
        if method == "getme":
            return {"id": 4200, "is_bot": True, "first_name": "f", "username": "faults_bot"}
        return {"url": "", "has_custom_certificate": False, "pending_update_count": 0} if "info" in method else True


@asynccontextmanager
async def serving(box: Postbox) -> AsyncIterator[Postbox]:
    """On a port of its own."""
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", box.call)
    server = TestServer(app, access_log=None)
    await server.start_server()
    box.url = str(server.make_url("")).rstrip("/")
    try:
        yield box
    finally:
        await server.close()


class Crossroads:
    """A speaker that now and then takes the way to where nobody listens: a connection that is refused."""

    def __init__(self, way: Speaker, dead: Speaker, dice: random.Random, chance: float) -> None:
        self._ways, self._dice, self._chance = (way, dead), dice, chance

    async def send(self, target: Target, content: Content) -> Outcome:
        return await self._way().send(target, content)

    async def edit(self, chat: ChatId, message: MessageId, content: SendText | SendRich) -> Outcome:
        return await self._way().edit(chat, message, content)

    def _way(self) -> Speaker:
        return self._ways[self._dice.random() < self._chance]


async def _card(_turn: Turn, _viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return facts


@dataclass
class Desk:
    """A ledger and a sender over it. `limits` None: Telegram's."""

    turns: Turns
    sender: Sender

    async def drained(self, seconds: float, *, but: int = 0) -> None:
        """Run the sender until no more than `but` rows wait. TimeoutError."""
        running = asyncio.create_task(self.sender.run())
        try:
            async with asyncio.timeout(seconds):
                while await self._waiting() > but:  # noqa: ASYNC110 - the database is asked now and then
                    await asyncio.sleep(0.2)
        finally:
            self.sender.stop()
            await running

    async def _waiting(self) -> int:
        async with self.turns.read() as turn:
            return await turn.uow.outbox.waiting()

    async def listed(self) -> list[OutboxRow]:
        """What the doctor lists, all of it."""
        async with self.turns.read() as turn:
            return await turn.uow.outbox.troubled(100_000)

    async def counted(self) -> dict[OutboxState, int]:
        """What the metrics say."""
        async with self.turns.read() as turn:
            vitals = await turn.uow.vitals.read(turn.now)
        return {OutboxState.UNKNOWN: vitals.unknown, OutboxState.DEAD: vitals.dead}


@asynccontextmanager
async def a_desk(
    url: str, box: Postbox, dice: random.Random, *, refused: float = 0.0, limits: Limits | None = None
) -> AsyncIterator[Desk]:
    """On a fresh database; of the calls a share is `refused` a connection."""
    await upgrade(url)
    store = SqlStore(url)
    await store.open()
    turns = Turns(store, a_policy(), a_calendar(), FakeClock(NOW))
    renderer = Renderer(turns.calendar.zone, loader=DictLoader(TEMPLATES), keyboards={})
    way, dead = (Gateway(TOKEN, where, _nothing, read_timeout=5.0) for where in (box.url, "http://127.0.0.1:9"))
    courier = Courier(turns, Composer(renderer, {"card": _card}), Crossroads(way, dead, dice, refused))
    try:
        yield Desk(turns, Sender(turns, courier, Pacer(limits)))
    finally:
        for gateway in (way, dead):
            await gateway.close()
        await store.close()


async def _nothing(_sha256: str) -> bytes:
    raise LookupError
