"""A Bot API on loopback that does next to nothing: a bot beside it shows its own limits, not the server's.

It gives each getUpdates what people wait to say, answers calls as Telegram does, and counts them. It checks nothing: that is
the sandbox's part. The people of `Site` report in a closed loop: each waits for the card before pressing, and for the
answer before reporting again.
"""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

from bot.sandbox.server import TOKEN
from tests.bench.pictures import a_photo_file

Json = dict[str, Any]
ME = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "项目之家", "username": "project_home_bot"}
BEGINNING = 1_790_000_000  # Unix seconds of every message
FIRST = 100_000  # account of the first person
PATIENCE = 30.0  # seconds for one answer
SIDES = ((90, 67, 1_800), (320, 240, 18_000), (800, 600, 70_000), (1280, 960, 120_000))  # a photo's renditions


@dataclass
class Phone:
    """One person's chat: what the bot said there since somebody looked."""

    user: int
    heard: deque[tuple[str, Json]] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    messages: int = 0

    def hear(self, method: str, params: Json) -> None:
        """The bot called."""
        self.heard.append((method, params))
        self.news.set()

    async def until(self, true: Callable[[str, Json], bool]) -> Json:
        """Parameters of the first call it is true of; earlier ones are forgotten. TimeoutError if there is none."""
        async with asyncio.timeout(PATIENCE):
            while True:
                while self.heard:
                    method, params = self.heard.popleft()
                    if true(method, params):
                        return params
                self.news.clear()
                await self.news.wait()

    async def until_all(self, methods: set[str]) -> None:
        """Each was called, in whatever order. TimeoutError if one is not."""
        missing = set(methods)
        while missing:
            await self.until(lambda method, _: method in missing and missing.discard(method) is None)

    @property
    def profile(self) -> Json:
        """`from` of what they send."""
        return {"id": self.user, "is_bot": False, "first_name": f"人{self.user}", "language_code": "zh-hans"}

    @property
    def chat(self) -> Json:
        """The private chat with them."""
        return {"id": self.user, "type": "private", "first_name": f"人{self.user}"}


class Lean:
    """`async with Lean() as server: … server.url …`."""

    def __init__(self) -> None:
        self.phones: dict[int, Phone] = {}
        self.queries: dict[str, Phone] = {}
        self.calls: Counter[str] = Counter()
        self.files: dict[str, bytes] = {}
        self.polled = asyncio.Event()
        self.token = TOKEN
        self._waiting: deque[Json] = deque()
        self._given: deque[Json] = deque()
        self._news = asyncio.Event()
        self._update = 700_000_000
        self._message = 1_000
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The root of its Bot API. RuntimeError if it does not run."""
        if self._runner is None:
            raise RuntimeError("not started")
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def phone(self, user: int) -> Phone:
        """The phone of an account."""
        return self.phones.setdefault(user, Phone(user))

    def push(self, kind: str, body: Json) -> None:
        """An update for the bot."""
        self._update += 1
        self._waiting.append({"update_id": self._update, kind: body})
        self._news.set()

    def message(self, phone: Phone, **content: Any) -> Json:
        """A message's body in a person's chat, under the next number."""
        self._message += 1
        return {"message_id": self._message, "date": BEGINNING, "chat": phone.chat, **content}

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/file/"):
            self.calls["download"] += 1
            return web.Response(body=self.files[path.rpartition("/")[2]], content_type="application/octet-stream")
        method = path.rpartition("/")[2]
        self.calls[method] += 1
        params = await _params(request)
        result = await self._poll(params) if method == "getUpdates" else self._answer(method, params)
        body = json.dumps({"ok": True, "result": result}, ensure_ascii=False)
        return web.Response(text=body, content_type="application/json")

    async def _poll(self, params: Json) -> list[Json]:
        self.polled.set()
        offset = int(params.get("offset") or 0)
        while self._given and self._given[0]["update_id"] < offset:
            self._given.popleft()
        if not self._given:
            while not self._waiting:
                self._news.clear()
                try:
                    await asyncio.wait_for(self._news.wait(), float(params.get("timeout") or 0))
                except TimeoutError:
                    return []
            while self._waiting and len(self._given) < int(params.get("limit") or 100):
                self._given.append(self._waiting.popleft())
        return list(self._given)

    def _answer(self, method: str, params: Json) -> Any:
        match method:
            case "getMe":
                return ME
            case "getWebhookInfo":
                return {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
            case "getFile":
                name = params["file_id"]
                content = self.files[name]
                return {"file_id": name, "file_unique_id": name[-8:], "file_size": len(content), "file_path": name}
            case "answerCallbackQuery":
                self.queries.pop(params["callback_query_id"]).hear(method, params)
                return True
            case "sendMessage" | "editMessageText":
                return self._spoken(method, params)
        return True

    def _spoken(self, method: str, params: Json) -> Json:
        phone = self.phones[int(params["chat_id"])]
        markup = json.loads(params["reply_markup"]) if params.get("reply_markup") else None
        body = self.message(phone, **{"from": ME}, text=params["text"])
        if method == "editMessageText":
            body |= {"message_id": int(params["message_id"]), "edit_date": BEGINNING}
        if markup:
            body["reply_markup"] = markup
        phone.hear(method, body)
        return body


async def _params(request: web.BaseRequest) -> Json:
    """As aiogram and python-telegram-bot send them; a form is read without aiohttp's own, slower, reader."""
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    return dict(await request.post())


class Site:
    """People who report to one bot. `photo` is made different for each report: the same would be kept only once."""

    def __init__(self, server: Lean) -> None:
        self._server = server
        self._photo = a_photo_file()
        self.reports = 0

    async def file(self, reports: int, people: int) -> None:
        """So many reports by so many people, each one after the other; until every photo was fetched."""
        left = iter(range(reports))

        async def work(user: int) -> None:
            for _ in left:
                await self.report(self._server.phone(user))

        fetched = self._server.calls["download"] + reports
        await asyncio.gather(*(work(FIRST + n) for n in range(people)))
        await self._fetched(fetched)

    async def report(self, phone: Phone) -> None:
        """A photo with a caption, its card, 提交, the edited card and the toast."""
        self.reports = number = self.reports + 1
        sizes, caption = self._sizes(number), f"东门 {number} 号塔吊停电，现场停工"
        sent = self._server.message(phone, **{"from": phone.profile}, photo=sizes, caption=caption)
        self._server.push("message", sent)
        card = await phone.until(lambda _, body: _data_of(body) is not None)
        query = f"{4_000_000_000_000 + number}"
        self._server.queries[query] = phone
        press = {"id": query, "from": phone.profile, "message": card, "data": _data_of(card)}
        self._server.push("callback_query", press | {"chat_instance": str(phone.user * 7919)})
        await phone.until_all({"answerCallbackQuery", "editMessageText"})

    async def echo(self, texts: int, people: int) -> None:
        """So many texts by so many people, each waiting for the answer."""
        left = iter(range(texts))

        async def work(user: int) -> None:
            phone = self._server.phone(user)
            for number in left:
                text = self._server.message(phone, **{"from": phone.profile}, text=f"东门 {number} 号塔吊停电")
                self._server.push("message", text)
                await phone.until(lambda method, _: method == "sendMessage")

        await asyncio.gather(*(work(FIRST + n) for n in range(people)))

    def _sizes(self, number: int) -> list[Json]:
        content = self._photo + number.to_bytes(4, "big")
        names = [f"AgACAgUAAxkBAAIB{side}x{number:08}" for side in range(len(SIDES))]
        self._server.files[names[-1]] = content
        return [
            {"file_id": name, "file_unique_id": name[-8:] + str(width), "width": width, "height": height}
            | {"file_size": len(content) if name == names[-1] else size}
            for name, (width, height, size) in zip(names, SIDES, strict=True)
        ]

    async def _fetched(self, wanted: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self._server.calls["download"] < wanted:
                await asyncio.sleep(0.005)


def _data_of(body: Json) -> str | None:
    """Callback data of the button 提交."""
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return next((str(key["callback_data"]) for row in rows for key in row if "提交" in key["text"]), None)
