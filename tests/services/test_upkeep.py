"""What is kept only for a while."""

from datetime import timedelta

import pytest

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.services.office import upkeep
from bot.services.turns import Turns
from tests.fakes import FakeClock, FakeStore

BOT = 7


@pytest.fixture
def turns(store: FakeStore, policy: Policy, calendar: Calendar, clock: FakeClock) -> Turns:
    """Turns on the store."""
    return Turns(store, policy, calendar, clock)


async def handled(turns: Turns, *numbers: int) -> None:
    """Updates that came and were handled now."""
    async with turns.begin() as turn:
        await turn.uow.inbox.add(BOT, [{"update_id": number} for number in numbers], turn.now)
        rows = await turn.uow.inbox.pending(BOT, 100)
        await turn.uow.inbox.done([row.id for row in rows], turn.now)


async def forget(turns: Turns) -> bool:
    async with turns.begin() as turn:
        return await upkeep.forget_updates(turn)


async def known(turns: Turns, *numbers: int) -> set[int]:
    """Which of these would not be taken again."""
    async with turns.begin() as turn:
        return {n for n in numbers if not await turn.uow.inbox.add(BOT, [{"update_id": n}], turn.now)}


async def test_updates_are_kept_as_long_as_the_policy_says(turns: Turns, clock: FakeClock) -> None:
    """To the last moment of these days, and no longer."""
    await handled(turns, 1)
    clock.set(clock.now() + timedelta(days=turns.policy.inbox_days))
    await handled(turns, 2)
    await forget(turns)
    assert await known(turns, 1, 2) == {1, 2}
    clock.set(clock.now() + timedelta(seconds=1))
    await forget(turns)
    assert await known(turns, 1, 2) == {2}


async def test_much_at_once_goes_in_portions(turns: Turns, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn a portion; it says whether there may be more."""
    monkeypatch.setattr(upkeep, "PORTION", 2)
    await handled(turns, 1, 2, 3)
    clock.set(clock.now() + timedelta(days=turns.policy.inbox_days, seconds=1))
    assert await forget(turns)
    assert not await forget(turns)
    assert await known(turns, 1, 2, 3) == set()
