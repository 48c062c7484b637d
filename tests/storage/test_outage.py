"""What the log says while the database is away: little, and enough."""

from collections.abc import Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.outage import SAY_SECONDS, STEADY_SECONDS, Outage
from bot.ports import StoreUnavailable
from storage.store import SqlStore


class Seconds:
    """Monotonic seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds(sql_store: SqlStore) -> Seconds:
    """The store's own."""
    found = Seconds()
    sql_store._outage = Outage("store", seconds=found)
    return found


async def _fails(store: SqlStore, why: str = "connection refused") -> None:
    with pytest.raises(StoreUnavailable):
        async with store.begin():
            raise StoreUnavailable(why) from ConnectionRefusedError(why)


async def _answers(store: SqlStore) -> None:
    async with store.read() as uow:
        await uow.facts.get("a")


def _said(lines: list[Any]) -> list[Mapping[str, Any]]:
    return [{name: value for name, value in line.items() if name != "log_level"} for line in lines]


async def test_it_goes_and_comes_back_in_two_lines(sql_store: SqlStore, seconds: Seconds) -> None:
    """However often it is asked meanwhile; and how long it was away is from the first failure to the first answer."""
    await _answers(sql_store)
    with capture_logs() as lines:
        for _ in range(30):
            await _fails(sql_store)
            seconds.now += 1
        await _answers(sql_store)
        seconds.now += STEADY_SECONDS
        for _ in range(3):
            await _answers(sql_store)
    assert _said(lines) == [
        {"event": "store.away", "kind": "ConnectionRefusedError", "error": "connection refused"},
        {"event": "store.back", "seconds": 30.0},
    ]


async def test_a_long_one_is_said_once_a_minute(sql_store: SqlStore, seconds: Seconds) -> None:
    """With what it fails with by then."""
    with capture_logs() as lines:
        for _ in range(int(2.5 * SAY_SECONDS)):
            await _fails(sql_store, f"after {seconds.now - 100:.0f}")
            seconds.now += 1
    assert _said(lines) == [
        {"event": "store.away", "kind": "ConnectionRefusedError", "error": "after 0"},
        {"event": "store.still_away", "seconds": 60, "error": "after 60"},
        {"event": "store.still_away", "seconds": 120, "error": "after 120"},
    ]


async def test_what_answers_some_and_fails_others_is_not_back(sql_store: SqlStore, seconds: Seconds) -> None:
    """A full disk lets everybody read: the log does not go to and fro with that."""
    with capture_logs() as lines:
        for _ in range(50):
            await _fails(sql_store, "disk is full")
            await _answers(sql_store)
            seconds.now += 1
            await _answers(sql_store)
    assert [line["event"] for line in lines] == ["store.away"]


async def test_each_outage_is_said(sql_store: SqlStore, seconds: Seconds) -> None:
    """Also the next one."""
    with capture_logs() as lines:
        for _ in range(2):
            await _fails(sql_store)
            seconds.now += STEADY_SECONDS
            await _answers(sql_store)
    assert [line["event"] for line in lines] == ["store.away", "store.back"] * 2


async def test_a_command_beside_the_bot_logs_nothing(sql_store: SqlStore) -> None:
    """What it writes to stdout may be read by a script."""
    beside = SqlStore(sql_store._url.render_as_string(hide_password=False), guest=True)
    with capture_logs() as lines:
        await _fails(beside)
    assert lines == []
    await beside.close()


async def test_a_fault_is_no_outage(sql_store: SqlStore, seconds: Seconds) -> None:
    """It is raised on, for whoever began to log it."""
    with capture_logs() as lines, pytest.raises(LookupError):
        async with sql_store.begin():
            raise LookupError
    assert lines == []
