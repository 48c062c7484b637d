"""An office on a virtual clock whose process dies at any moment: real services, a real database, everything in memory lost."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from bot.beat import Beat
from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.ports import UnitOfWork
from bot.services.turn import Turn
from bot.services.turns import Turns
from storage.store import SqlStore
from tests.fakes import FakeClock

DEATHS = ("idle", "before", "amid", "after")  # at rest; before a commit, between two statements, after a commit
_AMID = (
    ("outbox", "queue_all"),
    ("agenda", "take"),
    ("agenda", "move"),
    ("agenda", "said_all"),
    ("agenda", "plan_all"),
)


class Killed(BaseException):
    """kill −9: nobody catches it."""


class MortalStore:
    """A store whose next transaction that writes ends the process in the way that was fated, if any."""

    def __init__(self, store: SqlStore, dice: random.Random) -> None:
        self._store = store
        self._dice = dice
        self.fate = ""
        self.committed = 0

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        async with self._store.begin() as uow:
            if self.fate == "amid":
                self._cut(uow)
            yield uow
            if self.fate in {"before", "amid"}:  # also where the cut statement was not needed
                raise Killed
        self.committed += 1
        if self.fate == "after":
            raise Killed

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        async with self._store.read() as uow:
            yield uow

    def _cut(self, uow: UnitOfWork) -> None:
        repository, method = self._dice.choice(_AMID)
        whole = getattr(getattr(uow, repository), method)

        async def cut(*args: Any, **more: Any) -> None:
            await whole(*args, **more)
            raise Killed

        setattr(getattr(uow, repository), method, cut)


class Process:
    """One life after the other on one database. `None` from a call: the process died in it, and it was undone."""

    def __init__(self, url: str, policy: Policy, calendar: Calendar, clock: FakeClock, dice: random.Random) -> None:
        self._url, self._policy, self._calendar = url, policy, calendar
        self.clock, self._dice = clock, dice
        self.lives = 0

    async def start(self) -> None:
        """A new process: nothing of the last one is left but the database."""
        self._sql = SqlStore(self._url)
        await self._sql.open()
        self.store = MortalStore(self._sql, self._dice)
        self.turns = Turns(self.store, self._policy, self._calendar, self.clock)
        self._beat = Beat(self.turns, lambda: None, lambda: 0.0)
        self.alive = True
        self.lives += 1

    async def die(self) -> None:
        """For good, if it has not already."""
        if self.alive:
            self.alive = False
            await self._sql.close()

    async def tick(self) -> bool:
        """One beat of the schedule; whether all of it was committed."""
        try:
            await self._beat.tick()
        except Killed:
            done = self.store.fate == "after"
            await self.die()
            return done
        return True

    async def act(self, step: Callable[[Turn], Awaitable[Any]]) -> Any:
        """One transaction of a person's doing: what it returned if it was committed, else None."""
        result = None
        try:
            async with self.turns.begin() as turn:
                result = await step(turn)
        except Killed:
            done = self.store.fate == "after"
            await self.die()
            return result if done else None
        return result


def at_random(dice: random.Random, first: datetime, last: datetime) -> datetime:
    """A moment between, to the second."""
    return first + dice.random() * (last - first)
