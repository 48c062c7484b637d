"""A second of the office's clock: what it costs when nothing is due, and what it brings about."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from bot import beat
from bot.beat import UPKEEP_SECONDS, Beat
from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.ports import UnitOfWork
from bot.services.office import upkeep
from bot.services.turn import Turn
from bot.services.turns import Turns
from tests.fakes import FakeClock, FakeStore


class Watched(FakeStore):
    """Counts the transactions that write."""

    begun = 0

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.begun += 1
        return super().begin()


class Seconds:
    """Monotonic seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> Watched:
    """Empty."""
    return Watched()


@pytest.fixture
def turns(store: Watched, policy: Policy, calendar: Calendar, clock: FakeClock) -> Turns:
    """Turns on the store."""
    return Turns(store, policy, calendar, clock)


def saying(*found: int) -> tuple[Callable[[Turn], Awaitable[bool]], Callable[[Turn], Awaitable[int]], list[int]]:
    """Something that is due at each tick that finds a number; -1 fails."""
    left, said = list(found), []

    async def is_due(_: Turn) -> bool:
        return bool(left and left[0])

    async def say(turn: Turn) -> int:
        said.append(number := left.pop(0))
        if number < 0:
            raise RuntimeError("broken")
        return number

    return is_due, say, said


async def test_nothing_due_writes_nothing(turns: Turns, store: Watched) -> None:
    """After the first look at what is kept too long, an idle second only reads."""
    seconds, told = Seconds(), []
    one = Beat(turns, lambda: told.append(1), seconds)
    await one.tick()
    begun = store.begun
    for _ in range(5):
        seconds.now += 1
        await one.tick()
    assert (store.begun, told) == (begun, [])


async def test_one_failure_takes_nothing_along(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is due after something broken is said all the same, in a transaction of its own, and the sender is woken."""
    broken, fine = saying(-1), saying(1)
    monkeypatch.setattr(beat, "_SAID", (broken[:2], fine[:2]))
    told: list[int] = []
    await Beat(turns, lambda: told.append(1), Seconds()).tick()
    assert (broken[2], fine[2], told) == ([-1], [1], [1])


async def test_old_updates_go_once_an_hour(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portion each second until nothing is left, then not for an hour of real time."""
    left, seconds, asked = [True, False, False], Seconds(), []

    async def forget(turn: Turn) -> bool:
        asked.append(seconds.now)
        return left.pop(0)

    monkeypatch.setattr(upkeep, "forget_updates", forget)
    one = Beat(turns, lambda: None, seconds)
    for moment in (0, 1, 2, UPKEEP_SECONDS - 1, UPKEEP_SECONDS + 1, UPKEEP_SECONDS + 2):
        seconds.now = 100 + moment
        await one.tick()
    assert asked == [100, 101, 100 + UPKEEP_SECONDS + 1]
