"""Carries out what was granted: the person's rows in one transaction, then the files nothing refers to any more, then what was on
its way to the database meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from bot.domain.ids import PersonId
from bot.services.office import privacy
from bot.services.turns import Turns
from bot.telegram.patience import carrying_on, patiently, woken

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
PATIENCE = 30.0  # seconds for what is still to be said to the person, or handled of theirs
GRACE = 2.0  # seconds for transactions that began before the erasure
AT_ONCE = 5.0  # seconds that somebody who waits for the erasure waits for what is under way


class Files(Protocol):
    """Kept files, to remove. Its calls block."""

    def remove(self, sha256: str) -> None: ...
    def wipe(self) -> None:
        """All of them."""
        ...


class Eraser:
    """A part of the process that leads. `exports`: ledgers that were sent as files, made anew whenever somebody asks.
    `forget`: let the database overwrite what was deleted (`SqlStore.compact`)."""

    def __init__(
        self,
        turns: Turns,
        media: Files,
        exports: Files,
        forget: Callable[[], Awaitable[None]],
        told: Callable[[], None] = lambda: None,
        *,
        seconds: Callable[[], float] = time.monotonic,
        grace: float = GRACE,
    ) -> None:
        self._turns = turns
        self._media = media
        self._exports = exports
        self._forget = forget
        self._told = told
        self._seconds = seconds
        self._grace = grace
        self._since: dict[PersonId, float] = {}
        self._under_way: dict[PersonId, tuple[float, set[int]]] = {}  # since when, and which sends of then still are
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin with nobody else."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped. What fails is logged and tried again."""
        while not self._stopping.is_set():
            with carrying_on("erasing.failed"):
                await patiently(self.step)
            await woken(self._stopping, LOOK_SECONDS)

    async def step(self, *, at_once: bool = False) -> int:
        """Everybody whose time has come; how many were erased to the end. `at_once`: hardly wait for anything."""
        async with self._turns.read() as turn:
            waiting = [(who, await privacy.busy(turn, who)) for who in await privacy.granted(turn)]
        ready = [who for who, busy in waiting if at_once or not busy or self._long(who)]
        return sum([await self._erase(who, at_once=at_once) for who in ready])

    async def _erase(self, who: PersonId, *, at_once: bool) -> bool:
        """False: what knows the person is still under way, and the next step goes on."""
        async with self._turns.begin() as turn:
            files = await privacy.erase(turn, who)
        await asyncio.to_thread(self._remove, files)
        if not await (self._soon_over(who) if at_once else self._is_over(who)):
            return False
        async with self._turns.begin() as turn:
            await privacy.forget(turn, who)
        await self._forget()
        async with self._turns.begin() as turn:
            await privacy.erased(turn, who)
        self._since.pop(who, None)
        self._under_way.pop(who, None)
        log.warning("erasing.done", number=who, files=len(files))
        self._told()
        return True

    async def _is_over(self, who: PersonId) -> bool:
        """Whatever read the ledger before the erasure has written down what came of it: the sends that were under way, and, in so
        short a time, everybody else's transaction."""
        async with self._turns.read() as turn:
            sending = {row.id for row in await turn.uow.outbox.interrupted()}
        since, under_way = self._under_way.get(who, (self._seconds(), sending))
        self._under_way[who] = since, under_way & sending
        return not under_way & sending and self._seconds() - since >= self._grace

    async def _soon_over(self, who: PersonId) -> bool:
        """The same, waited for; True in any case: a process that was killed leaves sends under way for ever."""
        ends = self._seconds() + AT_ONCE
        while not await self._is_over(who) and self._seconds() < ends:  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(self._grace / 10)
        return True

    def _remove(self, files: Sequence[str]) -> None:
        for sha256 in files:
            self._media.remove(sha256)
        self._exports.wipe()

    def _long(self, who: PersonId) -> bool:
        return self._seconds() - self._since.setdefault(who, self._seconds()) >= PATIENCE
