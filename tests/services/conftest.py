"""Use cases run on the fake store: no I/O. Its readers (`store.told(chat)`…) look into the open turn."""

from datetime import datetime

import pytest

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.ports import UnitOfWork
from bot.services.turn import Turn
from tests.builders import City
from tests.fakes import FakeStore
from tests.services.at_work import Office


@pytest.fixture
def store() -> FakeStore:
    """An empty store in memory."""
    return FakeStore()


@pytest.fixture
def turn(uow: UnitOfWork, policy: Policy, calendar: Calendar, now: datetime) -> Turn:
    """A turn in the sample city; its transaction stays open during the test."""
    return Turn(uow, policy, calendar, now)


@pytest.fixture
def office(city: City, turn: Turn, store: FakeStore) -> Office:
    """The sample city at work, at moments a test chooses."""
    return Office(turn, store, city)
