"""A bell between the processes of one PostgreSQL (LISTEN/NOTIFY): it says that there is something, never what.

Nothing depends on it: who is not woken looks by itself after a second. Through PgBouncer in transaction mode it is silent.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage.databases.engines import parse, postgres_engine
from storage.databases.lines import notice_silence
from storage.databases.server_connection import TROUBLE

log = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0
_PREFIX = "project_home_"


class Bell:
    """A part of the process. `heard`: what to call when a name is rung, here or elsewhere; names are words of ours."""

    def __init__(self, url: str, heard: Mapping[str, Callable[[], None]]) -> None:
        self._url = parse(url)
        self._heard = heard
        self._rung: set[str] = set()
        self._woken = asyncio.Event()
        self._stopping = False

    def ring(self, name: str) -> None:
        """Soon; several rings of a name may become one."""
        self._rung.add(name)
        self._woken.set()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Until stopped; a connection that breaks is made again."""
        while not self._stopping:
            try:
                await self._serve()
            except (SQLAlchemyError, *TROUBLE) as error:  # that the database is away whoever asks it says
                log.debug("bell.silent", error=type(error).__name__, retry_in=RETRY_SECONDS)
            except Exception:
                log.exception("bell.broken")
            await self._pause()

    async def _pause(self) -> None:
        """Before the next connection. What is rung meanwhile is not said later: it would be old by then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RETRY_SECONDS):
                while not self._stopping:
                    await self._woken.wait()
                    self._woken.clear()
        self._rung.clear()

    async def _serve(self) -> None:
        engine = postgres_engine(self._url)
        try:
            async with engine.connect() as connection:
                line: Any = (await connection.get_raw_connection()).driver_connection
                notice_silence(line)
                try:
                    await self._listen(line)
                    await self._until_broken(line)
                finally:  # SQLAlchemy would wait for the server to hear it
                    line.terminate()
        finally:
            await engine.dispose()

    async def _listen(self, line: Any) -> None:
        line.add_termination_listener(lambda _: self._woken.set())
        for name, tell in self._heard.items():
            await line.add_listener(f"{_PREFIX}{name}", lambda *_, tell=tell: tell())

    async def _until_broken(self, line: Any) -> None:
        while not self._stopping and not line.is_closed():
            await self._woken.wait()
            self._woken.clear()
            rung, self._rung = self._rung, set()
            for name in rung:
                await line.execute(f"NOTIFY {_PREFIX}{name}")
