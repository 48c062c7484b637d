"""Opens turns: one transaction with the office's rules and the present moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.ports import Store, UnitOfWork
from bot.services.turn import Turn


@dataclass(slots=True)
class _Rules:
    """What is in force, of one version."""

    policy: Policy
    calendar: Calendar


class Turns:
    """What a turn is made of. Raises the store's errors, StoreUnavailable among them."""

    def __init__(self, store: Store, policy: Policy, calendar: Calendar, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._rules = _Rules(policy, calendar)

    @property
    def policy(self) -> Policy:
        """The one in force."""
        return self._rules.policy

    @property
    def calendar(self) -> Calendar:
        """The policy's."""
        return self._rules.calendar

    def adopt(self, policy: Policy, calendar: Calendar) -> None:
        """From the next turn on other rules are in force, for every `over` of these turns too."""
        self._rules.policy, self._rules.calendar = policy, calendar

    def over(self, store: Store) -> "Turns":
        """The same rules, as they change, at another store."""
        turns = Turns(store, self.policy, self.calendar, self.clock)
        turns._rules = self._rules
        return turns

    def on(self, uow: UnitOfWork) -> Turn:
        """A turn within a transaction that is open already."""
        return Turn(uow, self.policy, self.calendar, self.clock.now())

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Turn]:
        """To write: commits at the end, rolls back on an exception."""
        async with self.store.begin() as uow:
            yield self.on(uow)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Turn]:
        """To read from a snapshot."""
        async with self.store.read() as uow:
            yield self.on(uow)
