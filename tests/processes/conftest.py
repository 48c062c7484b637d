"""Turns on a store in memory and on PostgreSQL."""

import pytest

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.ports import Store
from bot.services.turns import Turns
from tests.fakes import FakeClock, FakeStore
from tests.storage.conftest import postgres_store, postgres_url

__all__ = ["postgres_store", "postgres_url"]


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each in turn; processes share nothing but this."""
    if request.param == "fake":
        return FakeStore()
    found: Store = request.getfixturevalue("postgres_store")
    return found


@pytest.fixture
def turns(store: Store, policy: Policy, calendar: Calendar, clock: FakeClock) -> Turns:
    """Turns on the store."""
    return Turns(store, policy, calendar, clock)
