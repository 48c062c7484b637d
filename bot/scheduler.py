"""APScheduler as we use it: a steady real tick. What is due when lives in tables."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.telegram.patience import carrying_on

TICK_SECONDS = 1.0


class Scheduler:
    """Calls `tick` about once a second of real time, never twice at once; a tick that fails is logged and the next comes."""

    def __init__(self, tick: Callable[[], Awaitable[None]], seconds: float = TICK_SECONDS) -> None:
        self._tick = tick
        self._seconds = seconds
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Until stopped."""
        self.start()
        try:
            await self._stopped.wait()
        finally:
            self.stop()

    def start(self) -> None:
        """Within a running loop. The first tick comes at once."""
        self._scheduler.add_job(
            self._safely,
            IntervalTrigger(seconds=self._seconds, timezone=UTC),
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """No further tick; one under way is cancelled, and its transaction with it."""
        if self._scheduler.running and not self._stopped.is_set():
            self._scheduler.shutdown(wait=False)
        self._stopped.set()

    async def _safely(self) -> None:
        with carrying_on("scheduler.tick_failed"), suppress(asyncio.CancelledError):
            await self._tick()
