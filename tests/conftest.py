"""What every test may ask for: an office with its rules, a moment, and a store with the sample city in it.

`store` is the fake one unless a folder's own conftest says otherwise.
"""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.ports import Store, UnitOfWork
from tests.builders import City, a_city
from tests.fakes import NOW, FakeClock, FakeStore, a_calendar, a_policy


@pytest.fixture
def now() -> datetime:
    """A Monday at 10:00 in the office."""
    return NOW


@pytest.fixture
def clock(now: datetime) -> FakeClock:
    """A clock that stands at `now` until told otherwise."""
    return FakeClock(now)


@pytest.fixture
def policy() -> Policy:
    """The office's rules."""
    return a_policy()


@pytest.fixture
def calendar() -> Calendar:
    """The office's calendar; 2026 is published."""
    return a_calendar()


@pytest.fixture
def store() -> Store:
    """An empty store in memory."""
    return FakeStore()


@pytest.fixture
async def city(store: Store) -> City:
    """The store filled with the sample city (committed), and its people by name."""
    async with store.begin() as uow:
        return await a_city(uow)


@pytest.fixture
async def uow(store: Store, city: City) -> AsyncIterator[UnitOfWork]:
    """A transaction in the sample city that stays open during the test: nothing else may write meanwhile."""
    async with store.begin() as uow:
        yield uow
