"""The process's HTTP server."""

import asyncio

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024  # bytes; Telegram's updates are a hundredth of it
DRAIN_SECONDS = 2.0  # for what is under way, at the end


class WebServer:
    """A part of the process. `open` it first, so that a port in use is told before anything else happens."""

    def __init__(self, routes: list[web.RouteDef], host: str, port: int) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_SECONDS)
        self._host, self._port = host, port
        self._stopping = asyncio.Event()

    async def open(self) -> None:
        """Listen. Raises OSError."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self.close()
            raise
        log.info("web.listening", host=self._host, port=self.port)

    @property
    def port(self) -> int:
        """The one it listens at: chosen by the system if 0 was asked for."""
        return int(self._runner.addresses[0][1])

    def stop(self) -> None:
        """Take no further request; `run` returns once those under way are answered."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped."""
        await self._stopping.wait()
        await self.close()

    async def close(self) -> None:
        """Answer what is under way, and listen no longer."""
        await self._runner.cleanup()
