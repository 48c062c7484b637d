"""A tiny Bot API: answers as a test tells it, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "4200:AAF-made-up-token-for-tests-0123456789"

Answer = tuple[int, dict[str, Any]] | str
"""Status and JSON; or 'cut' (the connection breaks), 'slow' (no answer in time), 'html' (a proxy's error page)."""


def ok(result: Any) -> Answer:
    return 200, {"ok": True, "result": result}


def bad(code: int, description: str, **parameters: Any) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return code, {**body, **({"parameters": parameters} if parameters else {})}


def a_sent(number: int = 7, chat: int = 4001) -> dict[str, Any]:
    return {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "x"}


class BotApi:
    """`answers` by method, each used once; `always` when they are used up; `files` by path."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Answer]] = {}
        self.always: Callable[[str], Answer] = lambda method: ok(a_sent())
        self.files: dict[str, bytes] = {}
        self.url = ""
        self.requests = asyncio.Semaphore(0)  # one for each that came

    def told(self, method: str) -> list[dict[str, Any]]:
        """The parameters of each call of a method."""
        return [parameters for name, parameters in self.asked if name == method]

    async def method(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        self.asked.append((name, await _parameters(request)))
        self.requests.release()
        waiting = self.answers.get(name, [])
        answer = waiting.pop(0) if waiting else self.always(name)
        if isinstance(answer, str):
            return await self._misbehave(answer, request)
        status, body = answer
        return web.json_response(body, status=status)

    async def file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["path"]])

    async def _misbehave(self, how: str, request: web.Request) -> web.Response:
        if how == "cut" and request.transport is not None:
            request.transport.close()
        elif how == "slow":
            await asyncio.sleep(3.0)
        return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")


async def _parameters(request: web.Request) -> dict[str, Any]:
    """Form fields, JSON read where it is JSON; files as their bytes."""
    found: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            found[name] = value.file.read()
        else:
            found[name] = _read(str(value))
    return found


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


@asynccontextmanager
async def serving() -> AsyncIterator[BotApi]:
    """The server, on a port of its own."""
    api = BotApi()
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/{{method}}", api.method)
    app.router.add_get(f"/file/bot{TOKEN}/{{path:.+}}", api.file)
    server = TestServer(app)
    await server.start_server()
    api.url = str(server.make_url("")).rstrip("/")
    try:
        yield api
    finally:
        await server.close()
