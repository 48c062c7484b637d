"""What loops make of a failure: an outage is waited out in silence, a fault of ours is shown with its traceback."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.ports import LeaseLost, StoreUnavailable
from bot.scheduler import Scheduler
from bot.telegram import patience
from bot.telegram.patience import carrying_on, patiently


async def test_an_outage_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a line: the store says it, once for all loops (bot/outage.py)."""
    monkeypatch.setattr(patience, "BACKOFF_SECONDS", (0.0,))
    failures = [StoreUnavailable("refused")] * 20

    async def step() -> int:
        if failures:
            raise failures.pop()
        return 7

    with capture_logs() as lines:
        assert await patiently(step) == 7
    assert lines == []


@pytest.mark.parametrize("error", [StoreUnavailable("refused"), LeaseLost()])
def test_a_state_of_the_world_is_no_fault(error: Exception) -> None:
    """Nothing is logged, and the loop goes on."""
    with capture_logs() as lines, carrying_on("loop.failed"):
        raise error
    assert lines == []


def test_a_fault_keeps_its_traceback() -> None:
    """And the loop goes on."""
    with capture_logs() as lines, carrying_on("loop.failed"):
        raise RuntimeError("broken")
    assert lines == [{"event": "loop.failed", "log_level": "error", "exc_info": True}]


async def test_the_schedule_ticks_through_an_outage_in_silence() -> None:
    """A tick a second made a traceback a second; what is broken in a tick still shows."""
    errors: list[Exception] = [StoreUnavailable("refused"), StoreUnavailable("refused"), RuntimeError("broken")]
    done = asyncio.Event()

    async def tick() -> None:
        if errors:
            raise errors.pop(0)
        done.set()

    scheduler = Scheduler(tick, seconds=0.01)
    with capture_logs() as lines:
        scheduler.start()
        await asyncio.wait_for(done.wait(), 5)
        scheduler.stop()
    assert [line["event"] for line in lines] == ["scheduler.tick_failed"]
