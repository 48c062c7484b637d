"""What time it is: one object decides, everything else is told (design.md: Time)."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

log = structlog.get_logger(__name__)


class Clock(Protocol):
    """The only source of `now` outside tests."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the other clock showed, how fast it runs, and when we looked (monotonic seconds)."""

    now: datetime
    rate: float
    at: float


class ClockUnreachable(Exception):  # noqa: N818 - a state of the world
    """The clock asked for can't be read."""


class RemoteClock:
    """A clock read over HTTP: `GET url` → `{"now": ISO 8601 with zone, "rate": seconds per second}`, for demos and tests.

    Between readings it goes on by itself; a clock that jumps is noticed at the next reading.
    """

    def __init__(
        self, url: str, *, every: float = 0.5, patience: float = 5.0, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._every = every
        self._patience = patience
        self._seconds = seconds
        self._reading: _Reading | None = None
        self._following: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """Aware UTC. ClockUnreachable before the first reading."""
        reading = self._reading
        if reading is None:
            raise ClockUnreachable(f"the clock at {self._url} was not read yet")
        return reading.now + timedelta(seconds=(self._seconds() - reading.at) * reading.rate)

    async def start(self) -> None:
        """Read it once, then keep following it. Raises ClockUnreachable."""
        await self.read()
        self._following = asyncio.create_task(self._follow(), name="remote clock")

    async def stop(self) -> None:
        """Follow it no longer."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            self._following = None

    async def read(self) -> None:
        """Look at it now. Raises ClockUnreachable."""
        import aiohttp  # noqa: PLC0415 - nobody waits for an HTTP client to ask the machine what time it is

        timeout = aiohttp.ClientTimeout(total=self._patience)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url) as response:
                response.raise_for_status()
                self._reading = self._read(await response.json())
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise ClockUnreachable(f"the clock at {self._url} can't be read: {error}") from error

    def _read(self, answer: dict[str, Any]) -> _Reading:
        now = datetime.fromisoformat(answer["now"])
        if now.tzinfo is None:
            raise ValueError(f"{answer['now']!r} has no time zone")
        return _Reading(now.astimezone(UTC), float(answer["rate"]), self._seconds())

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.read()
            except ClockUnreachable as error:
                log.warning("clock.unreachable", error=str(error))
