"""A store in memory and what opens turns on it."""

import pytest

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.services.turns import Turns
from tests.fakes import FakeClock, FakeStore


@pytest.fixture
def store() -> FakeStore:
    """Empty."""
    return FakeStore()


@pytest.fixture
def turns(store: FakeStore, policy: Policy, calendar: Calendar, clock: FakeClock) -> Turns:
    """Turns on the store."""
    return Turns(store, policy, calendar, clock)
