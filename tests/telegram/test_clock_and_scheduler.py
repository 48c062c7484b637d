"""Time from elsewhere, the steady tick, and the next weekly hour."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import ClockUnreachable, RemoteClock, SystemClock
from bot.scheduler import Scheduler

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


class Dial:
    """A clock served over HTTP."""

    def __init__(self) -> None:
        self.shows: dict[str, Any] = {"now": NOON.isoformat(), "rate": 60.0}
        self.looked = asyncio.Event()
        app = web.Application()
        app.router.add_get("/clock", self.show)
        self.server = TestServer(app)

    async def show(self, request: web.Request) -> web.Response:
        self.looked.set()
        return web.json_response(self.shows)


async def test_a_remote_clock_goes_on_between_readings_and_notices_jumps() -> None:
    """At its own rate from the last reading; a jump shows at the next one."""
    dial = Dial()
    await dial.server.start_server()
    at = 100.0
    clock = RemoteClock(str(dial.server.make_url("/clock")), every=0.01, seconds=lambda: at)
    with pytest.raises(ClockUnreachable):
        clock.now()
    await clock.start()
    assert clock.now() == NOON
    at += 2
    assert clock.now() in {NOON + timedelta(minutes=2), NOON}
    dial.shows = {"now": "2026-12-01T08:00:00+08:00", "rate": 0.0}
    for _ in range(3):  # the first may have been under way
        dial.looked.clear()
        await asyncio.wait_for(dial.looked.wait(), 2)
    assert clock.now() == datetime(2026, 12, 1, tzinfo=UTC)
    await clock.stop()
    await dial.server.close()


@pytest.mark.parametrize("shown", [{"now": "2026-12-01T08:00:00", "rate": 1}, {"rate": 1}, {"now": "soon", "rate": 1}])
async def test_a_clock_that_makes_no_sense_is_unreachable(shown: dict[str, Any]) -> None:
    """A naive moment, a missing one, no moment at all."""
    dial = Dial()
    dial.shows = shown
    await dial.server.start_server()
    with pytest.raises(ClockUnreachable):
        await RemoteClock(str(dial.server.make_url("/clock"))).start()
    await dial.server.close()


def test_the_machines_clock_is_aware() -> None:
    """UTC, never naive."""
    assert SystemClock().now().tzinfo is UTC


async def test_ticks_never_overlap_and_survive_a_failure() -> None:
    """A slow tick delays the next; a broken one is logged."""
    seen: list[int] = []
    running, enough = 0, asyncio.Event()

    async def tick() -> None:
        nonlocal running
        running += 1
        seen.append(running)
        await asyncio.sleep(0.03)
        running -= 1
        if len(seen) >= 3:
            enough.set()
        raise RuntimeError("broken tick")

    scheduler = Scheduler(tick, seconds=0.01)
    scheduler.start()
    await asyncio.wait_for(enough.wait(), 5)
    scheduler.stop()
    await asyncio.sleep(0.05)
    assert set(seen) == {1}
