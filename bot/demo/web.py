"""The page's server: on this machine's loopback only, for this page only."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.demo.show import Show
from bot.demo.web_events import events
from bot.demo.web_phones import Phones
from bot.demo.web_stage import Backstage
from bot.sandbox import page
from bot.sandbox.errors import ActError
from bot.sandbox.guard import Handler, guard

HOST = "127.0.0.1"
PORT = 8090
TRIES = 20  # ports after the first
PAGE = Path(page.__file__).parent
LARGEST = 96 * 1024 * 1024  # an album of ten photos, as base64
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class PortTaken(Exception):  # noqa: N818 - a state of the world
    """No port could be had."""


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What can't be done is said in JSON; a change must come as JSON, which no form can send."""
    if request.method not in {"GET", "HEAD"} and request.content_type != "application/json":
        return web.json_response({"error": "JSON, please"}, status=415)
    try:
        return await handler(request)
    except ActError as error:
        return web.json_response({"error": f"{error}"}, status=409)
    except (KeyError, ValueError, TypeError) as error:
        return web.json_response({"error": f"not understood: {error}"}, status=400)


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def application(show: Show) -> web.Application:
    """Every route."""
    app = web.Application(client_max_size=LARGEST, middlewares=[guard, refusals])
    app.on_response_prepare.append(_harden)
    app.add_routes([*Phones(show).routes(), *Backstage(show).routes()])
    app.add_routes([web.get("/api/events", events(show)), web.get("/", _index)])
    app.router.add_static("/page/", PAGE)
    return app


async def _index(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / "index.html", headers=HEADERS)


@asynccontextmanager
async def serving(show: Show, port: int) -> AsyncIterator[None]:
    """Serve at this port of the loopback."""
    runner = web.AppRunner(application(show), access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield
    finally:
        await runner.cleanup()


async def free_port(wished: int) -> int:
    """The port wished for, or the next free one. Raises PortTaken."""
    for port in range(wished, min(wished + TRIES, 65_535) + 1):
        try:
            server = await asyncio.start_server(_nobody, HOST, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            server.close()
            await server.wait_closed()
            return port
    msg = f"no free port from {wished} to {wished + TRIES}"
    raise PortTaken(msg)


async def _nobody(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
