"""The server: takes the bot's calls, lets the weather strike them, checks, carries out, answers, records."""

import asyncio
import contextlib
import inspect
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from bot.sandbox import (
    chat_methods,
    editing,
    member_methods,
    passing,
    playful,
    profile_methods,
    sending,
    topic_methods,
)
from bot.sandbox.calls import BotCall
from bot.sandbox.checks import check_model
from bot.sandbox.clock import VirtualClock
from bot.sandbox.control import Control
from bot.sandbox.errors import ApiError, Json, conflict
from bot.sandbox.guard import LOOPBACK, guard
from bot.sandbox.limits import Pace, counts
from bot.sandbox.params import Upload, decode, models, read
from bot.sandbox.webhook import Pusher
from bot.sandbox.world import World

TOKEN = "700000001:opens-a-sandbox-only"  # noqa: S105 - opens nothing but a sandbox
HANDLERS: dict[str, Callable[[BotCall], Any]] = {
    name.lower(): handler
    for methods in (
        sending.METHODS,
        passing.METHODS,
        playful.METHODS,
        member_methods.METHODS,
        editing.METHODS,
        chat_methods.METHODS,
        topic_methods.METHODS,
        profile_methods.METHODS,
    )
    for name, handler in methods.items()
}
NOT_FOUND = ApiError(404, "Not Found")
FAILED = ApiError(500, "Internal Server Error: a fault of the sandbox itself")
log = logging.getLogger(__name__)


@dataclass
class Attempt:
    """One call as it came, and what became of it; `status` 0 if it was cut off before anything was done."""

    method: str
    params: Json = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    status: int = 200
    lost: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def chat_id(self) -> int | None:
        """The chat it is for, if it names one by number."""
        reference = str(self.params.get("chat_id", ""))
        return int(reference) if reference.lstrip("-").isdecimal() else None

    def refuse(self, error: ApiError) -> None:
        """The answer is a refusal."""
        self.status, self.body = error.code, error.body()

    def facts(self) -> Json:
        """For the record: parameters decoded, uploads by size."""
        params = self.params
        with contextlib.suppress(KeyError, ApiError):
            params = decode(models()[self.method.lower()], params, self.uploads)
        files = {key: len(upload.data) for key, upload in self.uploads.items()}
        outcome = {"status": self.status, "response": self.body, "lost": self.lost}
        times = {"real": self.began, "seconds": time.monotonic() - self.began}
        return {"method": self.method, "params": params, "files": files, **outcome, **times}


class Sandbox:
    """A Bot API of one's own: `async with Sandbox() as sandbox: … sandbox.url …`.

    `port` 0 takes any free one; `pace` default is Telegram's limits; `clock` default is real time.
    """

    def __init__(
        self,
        port: int = 0,
        token: str = TOKEN,
        clock: VirtualClock | None = None,
        *,
        host: str = "127.0.0.1",
        username: str = "project_home_bot",
        pace: Pace | None = None,
        privacy: bool = True,
    ) -> None:
        self.host, self.port, self.token = host, port, token
        self.clock = clock or VirtualClock()
        self.world = World(token, self.clock, username, privacy=privacy)
        self.world.limits.change(pace or Pace())
        self._tasks: set[asyncio.Task[None]] = set()
        self._site: web.TCPSite | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The root, for PROJECT_HOME_BOT_API_URL; `/clock` below it for PROJECT_HOME_CLOCK_URL."""
        return f"http://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=self._guards())
        app.add_routes(Control(self.world, self.outage).routes())
        for path, handler in (("/bot{token}/{method}", self._call), ("/file/bot{token}/{path:.+}", self._download)):
            app.router.add_route("*", path, handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await self._listen()
        self._spawn(Pusher(self.world.updates, self.clock).run())

    def _guards(self) -> list[Any]:
        """No web page may act here, unless somebody chose to listen beyond this machine."""
        return [guard] if self.host in LOOPBACK else []

    async def stop(self) -> None:
        """Close everything; polls under way end."""
        self.world.updates.interrupt(conflict("terminated: the sandbox is closing"))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()

    def outage(self, seconds: float) -> None:
        """Refuse connections for so many real seconds, from a moment on."""
        self._spawn(self._refuse(seconds))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self) -> None:
        assert self._runner is not None  # noqa: S101 - set by start
        self._site = web.TCPSite(self._runner, self.host, self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[-1][1]

    async def _refuse(self, seconds: float) -> None:
        await asyncio.sleep(0.02)
        if self._site is None or self._runner is None:
            return
        await self._site.stop()
        for connection in list(self._runner.server.connections) if self._runner.server else []:
            if connection.transport:
                connection.transport.abort()
        await asyncio.sleep(seconds)
        await self._listen()

    async def _call(self, request: web.Request) -> web.Response:
        """One call of the bot: answered (or not), and recorded."""
        name = request.match_info["method"]
        call = Attempt(name)
        try:
            self._authorise(request)
            call.params, call.uploads = await read(request)
            await self._weathered(call)
        except ApiError as error:
            call.refuse(error)
        except Exception:
            log.exception("the sandbox failed at %s", name)
            call.refuse(FAILED)
        self.world.recorder.keep(**call.facts(), virtual=self.clock.now().isoformat())
        if call.lost and request.transport:
            request.transport.abort()
        return web.json_response(call.body, status=call.status or 502)

    def _authorise(self, request: web.Request) -> None:
        if request.match_info["token"] != self.token:
            raise ApiError(401, "Unauthorized")

    async def _weathered(self, call: Attempt) -> None:
        """Carry the call out among faults; ApiError if it is refused, or is to look so."""
        struck = self.world.weather.strikes(call.method.lower(), call.chat_id)
        await asyncio.sleep(sum(fault.seconds for fault in struck if fault.kind == "delay"))
        if any(fault.kind == "refuse" for fault in struck):
            call.lost, call.status = True, 0
            return
        failing = next((fault for fault in struck if fault.kind in {"error", "flood"}), None)
        if failing and not failing.accepted:
            raise failing.error()
        call.body = {"ok": True, "result": await self.carry_out(call.method, call.params, call.uploads)}
        if failing:
            raise failing.error()
        call.lost = any(fault.kind == "drop" for fault in struck)

    async def carry_out(self, name: str, params: Json, uploads: dict[str, Upload]) -> Any:
        """Check a call against the API and the pace, then do it."""
        model, handler = models().get(name.lower()), HANDLERS.get(name.lower())
        if model is None:
            raise NOT_FOUND
        if handler is None:
            raise ApiError(501, f"Not Implemented: the sandbox doesn't play {name}")
        values = decode(model, params, uploads)
        check_model(model, values)
        call = BotCall(self.world, name, values, uploads)
        if counts(name.lower()):
            chat = call.chat()
            self.world.limits.take(chat.id, group=not chat.private)
        result = handler(call)
        return await result if inspect.isawaitable(result) else result

    async def _download(self, request: web.Request) -> web.Response:
        """A file whose path getFile gave out."""
        stored = self.world.files.shared.get(request.match_info["path"])
        struck = self.world.weather.strikes("download", None)
        await asyncio.sleep(sum(fault.seconds for fault in struck))
        if any(fault.kind in {"drop", "refuse"} for fault in struck) and request.transport:
            request.transport.abort()
        failing = next((fault.error() for fault in struck if fault.kind in {"error", "flood"}), None)
        if request.match_info["token"] != self.token or stored is None:
            failing = NOT_FOUND
        if failing:
            return web.json_response(failing.body(), status=failing.code)
        assert stored is not None  # noqa: S101 - or failing would be set
        return web.Response(body=stored.data, content_type="application/octet-stream")
