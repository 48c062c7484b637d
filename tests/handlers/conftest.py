"""The sample city on a store in memory, with the bot in front of it and everybody's phone in hand."""

import pytest

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from tests.builders import City, a_city
from tests.fakes import FakeClock, FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone


@pytest.fixture
def store() -> FakeStore:
    """Empty until `city` fills it."""
    return FakeStore()


@pytest.fixture
async def city(store: FakeStore) -> City:
    """The people of the sample city, their accounts bound."""
    async with store.begin() as uow:
        return await a_city(uow)


@pytest.fixture
def world(store: FakeStore, city: City, policy: Policy, calendar: Calendar, clock: FakeClock) -> World:
    """The bot, and a pretend Telegram around it."""
    return World(store, policy, calendar, clock)


@pytest.fixture
def worker(world: World) -> Phone:
    """Site staff R01 of U11."""
    return world.phone(4001, "小王")


@pytest.fixture
def clerk(world: World) -> Phone:
    """The office's clerk E01."""
    return world.phone(1001, "林清")


@pytest.fixture
def assignee(world: World) -> Phone:
    """A04, in charge at the power company U04."""
    return world.phone(3004, "蔡明")


@pytest.fixture
def head(world: World) -> Phone:
    """H04, head of the power company U04."""
    return world.phone(2004, "黄志勇")


@pytest.fixture
def stranger(world: World) -> Phone:
    """An account nobody knows."""
    return world.phone(9999, "路人")
