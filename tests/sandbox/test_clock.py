"""The virtual clock, alone and over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.client import People, Phone
from bot.sandbox.clock import VirtualClock
from bot.sandbox.errors import ActError
from tests.sandbox.conftest import RawBot

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Ticking:
    """Seconds moved by hand."""

    now = 5.0

    def __call__(self) -> float:
        return self.now


def test_it_flows_at_its_rate() -> None:
    """Ten virtual seconds a second; a change of rate keeps the hour."""
    tick = Ticking()
    clock = VirtualClock(NOON, 10.0, tick)
    tick.now += 3
    assert clock.now() == NOON + timedelta(seconds=30)
    clock.set_rate(0)
    tick.now += 100
    assert clock.now() == NOON + timedelta(seconds=30)


def test_changes_by_hand_count() -> None:
    """Each moves the version, so that a reader knows that it jumped."""
    clock = VirtualClock(NOON, 0)
    before = clock.version
    clock.set(NOON - timedelta(days=1))
    clock.advance(60)
    assert clock.now() == NOON - timedelta(days=1) + timedelta(minutes=1)
    assert clock.version == before + 2


def test_a_naive_instant_is_refused() -> None:
    """Times have zones here."""
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of it


async def test_over_http(world: People, li: Phone, raw: RawBot) -> None:
    """Set, advance and rate; messages are dated by it."""
    await world.sets_clock(NOON, rate=0)
    await world.sets_clock(advance=90)
    body = await world.get("/clock")
    assert datetime.fromisoformat(body["now"]) == NOON + timedelta(seconds=90)
    assert (body["rate"], body["version"]) == (0, 4)
    sent = await raw.ok("sendMessage", chat_id=li.id, text="x")
    assert sent["date"] == int(NOON.timestamp()) + 90
    with pytest.raises(ActError):
        await world.post("/sandbox/clock", {"now": "2026-01-01T00:00:00"})
