"""Carries out what was granted: the person's rows in one transaction, then the files nothing refers to any more."""

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
    ) -> None:
        self._turns = turns
        self._media = media
        self._exports = exports
        self._forget = forget
        self._told = told
        self._seconds = seconds
        self._since: dict[PersonId, float] = {}
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
        """Everybody whose time has come; how many. `at_once`: wait for nothing."""
        async with self._turns.read() as turn:
            waiting = [(who, await privacy.busy(turn, who)) for who in await privacy.granted(turn)]
        ready = [who for who, busy in waiting if at_once or not busy or self._long(who)]
        for who in ready:
            await self._erase(who)
        return len(ready)

    async def _erase(self, who: PersonId) -> None:
        async with self._turns.begin() as turn:
            files = await privacy.erase(turn, who)
        await asyncio.to_thread(self._remove, files)
        await self._forget()
        async with self._turns.begin() as turn:
            await privacy.erased(turn, who)
        self._since.pop(who, None)
        log.warning("erasing.done", number=who, files=len(files))
        self._told()

    def _remove(self, files: Sequence[str]) -> None:
        for sha256 in files:
            self._media.remove(sha256)
        self._exports.wipe()

    def _long(self, who: PersonId) -> bool:
        return self._seconds() - self._since.setdefault(who, self._seconds()) >= PATIENCE
