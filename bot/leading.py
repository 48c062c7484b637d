"""One process leads: it alone sends and keeps the schedule, as long as the lease is its own (ADR 4)."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import structlog

from bot.parts import Part, run_parts
from bot.ports import LeaseLost, Store, StoreUnavailable, UnitOfWork
from bot.pulse import Pulse
from bot.services.turns import Turns
from bot.telegram.patience import patiently, woken

log = structlog.get_logger(__name__)

LEASE = "lead"
LEASE_SECONDS = 8.0
RENEW_SECONDS = 2.0
DRAIN_SECONDS = 3.5  # for what a process has under way, when it is asked to end
TERM_SECONDS = 1.5  # of them for what a leader has, so that it can let go of the lease after that


class AlreadyRunning(Exception):  # noqa: N818 - the sentence is the name
    """Another process does what only one may do. The text says which and what to do."""


def this_process() -> str:
    """A holder's name: no two processes ever have the same."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"


class FencedStore:
    """A store for the holder of a lease: no transaction that writes is committed in a later epoch than its own."""

    def __init__(self, store: Store, epoch: int) -> None:
        self._store = store
        self._epoch = epoch

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """To write. Raises LeaseLost before anything was."""
        async with self._store.begin() as uow:
            await uow.leases.guard(LEASE, self._epoch)
            yield uow

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """To read: anybody may."""
        return self._store.read()


@dataclass(frozen=True, slots=True)
class Term:
    """What a leader runs, in the order in which it stops. `wake`: something was queued."""

    parts: Sequence[Part]
    wake: Callable[[], None]


Begin = Callable[[Turns], Term]
"""Makes a term that works with the given turns only."""


class Leadership:
    """A part of the process: waits for the lease, leads while it has it, waits again when it was lost."""

    def __init__(self, turns: Turns, begin: Begin, holder: str, pulse: Pulse) -> None:
        self._turns = turns
        self._begin = begin
        self._holder = holder
        self._pulse = pulse
        self._term: Term | None = None
        self._stopping = asyncio.Event()
        pulse.leading = False

    def wake(self) -> None:
        """Something was queued: if we lead, it goes now."""
        if self._term is not None:
            self._term.wake()

    def stop(self) -> None:
        """Finish what is under way, and let go of the lease; then `run` returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped. Raises what a part of a term could not go on after."""
        while not self._stopping.is_set():
            epoch = await patiently(self.take)
            if epoch is None:
                await woken(self._stopping, RENEW_SECONDS)
            else:
                await self._lead(epoch)

    async def take(self) -> int | None:
        """The lease's epoch; None while another process has it. Raises StoreUnavailable."""
        async with self._turns.begin() as turn:
            return await turn.uow.leases.take(LEASE, self._holder, LEASE_SECONDS)

    async def _lead(self, epoch: int) -> None:
        log.info("lead.begins", epoch=epoch, holder=self._holder)
        self._term = self._begin(self._turns.over(FencedStore(self._turns.store, epoch)))
        self._pulse.leading = True
        try:
            lost = await self._serve(self._term, epoch)
        finally:
            self._term, self._pulse.leading = None, False
        if lost:
            log.error(
                "lead.lost", epoch=epoch, advice="this process stood still, or the database was away, for too long"
            )
        else:
            await self._release()

    async def _serve(self, term: Term, epoch: int) -> bool:
        """Until stopped (then the term ends in its order) or the lease is lost (then it is cut: nothing of it could be
        written any more); True if it was lost."""
        serving = asyncio.create_task(run_parts(term.parts, self._stopping, TERM_SECONDS), name="term")
        keeping = asyncio.create_task(self._keep(epoch), name="lease")
        try:
            await asyncio.wait([serving, keeping], return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                return True
            with suppress(LeaseLost):
                serving.result()
                return False
            return True
        finally:
            for task in (serving, keeping):
                task.cancel()
            await asyncio.gather(serving, keeping, return_exceptions=True)

    async def _keep(self, epoch: int) -> None:
        """Renew the lease until it is lost. While the database is away nobody can take it, and nothing can be written."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(StoreUnavailable):
                if await self.take() != epoch:
                    return

    async def _release(self) -> None:
        with suppress(StoreUnavailable):  # then it expires
            async with self._turns.begin() as turn:
                await turn.uow.leases.release(LEASE, self._holder)
            log.info("lead.ends")


async def take_or_refuse(turns: Turns, holder: str) -> None:
    """Have the lease before anything else is done; waits as long as one of a killed process may last. Raises AlreadyRunning."""
    ends = asyncio.get_running_loop().time() + LEASE_SECONDS + RENEW_SECONDS
    while True:
        async with turns.begin() as turn:
            if await turn.uow.leases.take(LEASE, holder, LEASE_SECONDS) is not None:
                return
            other = await turn.uow.leases.holder(LEASE)
        if asyncio.get_running_loop().time() > ends:
            raise AlreadyRunning(
                f"Another process ({other}) sends for this bot on this database. End it first, or start `work` beside it."
            )
        log.info("lead.waiting", holder=other)
        await asyncio.sleep(RENEW_SECONDS / 2)
