"""Opens turns: one transaction with the office's rules and the present moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.ports import Store, UnitOfWork
from bot.services.turn import Turn


@dataclass(frozen=True, slots=True)
class Turns:
    """What a turn is made of. Raises the store's errors, StoreUnavailable among them."""

    store: Store
    policy: Policy
    calendar: Calendar
    clock: Clock

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
