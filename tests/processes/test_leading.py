"""One of many leads: the first, until it ends or is lost, and nothing of a former leader is written."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot import leading as module
from bot.leading import LEASE, AlreadyRunning, Leadership, Term, take_or_refuse, this_process
from bot.parts import run_parts
from bot.ports import LeaseLost, Store
from bot.pulse import Pulse
from bot.services.turns import Turns


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease of a test's length."""
    monkeypatch.setattr(module, "LEASE_SECONDS", 1.5)
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.1)


class Worker:
    """A process that can lead: counts in the ledger's facts while it does."""

    def __init__(self, turns: Turns, name: str) -> None:
        self.name = name
        self.pulse = Pulse()
        self.leadership = Leadership(turns, self._begin, name, self.pulse)
        self.wakes = 0
        self.refused = 0
        self.ended: list[str] = []
        self.lag = 0.0

    def _begin(self, turns: Turns) -> Term:
        return Term([_Counting(self, turns)], self._wake)

    def _wake(self) -> None:
        self.wakes += 1


class _Counting:
    """Writes all the time; a stale write is noted, as the sender does."""

    def __init__(self, worker: Worker, turns: Turns) -> None:
        self._worker = worker
        self._turns = turns
        self._stopping = False

    def stop(self) -> None:
        self._stopping = True

    async def run(self) -> None:
        try:
            while not self._stopping:
                await self._write()
                await asyncio.sleep(0.01)
            self._worker.ended.append("in order")
        except asyncio.CancelledError:
            self._worker.ended.append("cut")
            raise

    async def _write(self) -> None:
        try:
            async with self._turns.begin() as turn:
                await turn.uow.facts.put("leader", self._worker.name)
        except LeaseLost:
            self._worker.refused += 1


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(worker.leadership.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            worker.leadership.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)


async def test_exactly_one_leads(turns: Turns) -> None:
    """However many there are."""
    workers = [Worker(turns, name) for name in "abcd"]
    async with running(*workers):
        await until(lambda: any(worker.pulse.leading for worker in workers))
        await asyncio.sleep(1.0)
        assert sum(bool(worker.pulse.leading) for worker in workers) == 1


async def test_the_next_leads_when_the_first_ends(turns: Turns) -> None:
    """At once: what ends in order lets go of the lease. Wakes reach who leads."""
    first, second = Worker(turns, "a"), Worker(turns, "b")
    async with running(first):
        await until(lambda: bool(first.pulse.leading))
        first.leadership.wake()
        async with running(second):
            await asyncio.sleep(0.3)
            second.leadership.wake()
            assert not second.pulse.leading
            first.leadership.stop()
            await until(lambda: bool(second.pulse.leading))
    assert (first.wakes, second.wakes) == (1, 0)
    assert first.ended == second.ended == ["in order"]


async def test_a_leader_that_stood_still_is_cut(turns: Turns, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else took over meanwhile: it can write nothing more, ends its term, and waits for the lease again."""
    sleeper, other = Worker(turns, "a"), Worker(turns, "b")
    async with running(sleeper):
        await until(lambda: bool(sleeper.pulse.leading))
        real = sleeper.leadership.take

        async def stand_still() -> int | None:
            await asyncio.sleep(3.0)
            return await real()

        monkeypatch.setattr(sleeper.leadership, "take", stand_still)
        async with running(other):
            await until(lambda: bool(other.pulse.leading))
            await until(lambda: sleeper.refused > 0)
            async with store.read() as uow:
                assert await uow.facts.get("leader") == "b"
            await until(lambda: not sleeper.pulse.leading)
            assert sleeper.ended == ["cut"]
            assert other.pulse.leading
            monkeypatch.setattr(sleeper.leadership, "take", real)
        await until(lambda: bool(sleeper.pulse.leading))


async def test_a_former_leader_writes_nothing(turns: Turns, store: Store) -> None:
    """Its epoch is over."""
    async with store.begin() as uow:
        epoch = await uow.leases.take(LEASE, "a", 0)
        await uow.leases.take(LEASE, "b", 60)
    assert epoch is not None
    fenced = module.FencedStore(store, epoch)
    with pytest.raises(LeaseLost):
        async with fenced.begin() as uow:
            await uow.facts.put("leader", "a")
    async with fenced.read() as uow:
        assert await uow.facts.get("leader") is None


async def test_a_second_run_is_refused(turns: Turns) -> None:
    """While the first is alive, with a sentence that says which it is."""
    first = Worker(turns, "machine/1/aa")
    async with running(first):
        await until(lambda: bool(first.pulse.leading))
        with pytest.raises(AlreadyRunning, match=r"machine/1/aa.*End it first"):
            await take_or_refuse(turns, "b")


async def test_a_killed_run_keeps_nobody_out(turns: Turns, store: Store) -> None:
    """Its lease expires, and the next one has waited for that."""
    async with store.begin() as uow:
        await uow.leases.take(LEASE, "killed", module.LEASE_SECONDS)
    await take_or_refuse(turns, "b")
    async with store.read() as uow:
        assert await uow.leases.holder(LEASE) == "b"


def test_no_two_processes_have_the_same_name() -> None:
    """Not even one after the other with the same number."""
    assert this_process() != this_process()


class Slow:
    """A part that takes its time to end."""

    def __init__(self, seconds: float, ended: list[float]) -> None:
        self._seconds = seconds
        self._ended = ended
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        await self._stopping.wait()
        await asyncio.sleep(self._seconds)
        self._ended.append(self._seconds)


async def test_parts_end_in_their_order() -> None:
    """Each when the one before it has ended."""
    ended: list[float] = []
    until = asyncio.Event()
    until.set()
    await run_parts([Slow(0.1, ended), Slow(0.05, ended), Slow(0, ended)], until)
    assert ended == [0.1, 0.05, 0]


async def test_what_takes_too_long_is_cut() -> None:
    """The patience is for all of them together; those after it have their word all the same."""
    ended: list[float] = []
    until = asyncio.Event()
    until.set()
    async with asyncio.timeout(30):
        await run_parts([Slow(0.01, ended), Slow(60, ended), Slow(60, ended)], until, patience=0.2)
    assert ended == [0.01]


async def test_what_hangs_leaves_time_for_the_others() -> None:
    """They are asked while it still has its own."""
    ended: list[float] = []
    until = asyncio.Event()
    until.set()
    await run_parts([Slow(60, ended), Slow(0.1, ended), Slow(60, ended), Slow(0.01, ended)], until, patience=2.0)
    assert ended == [0.1, 0.01]


async def test_a_part_that_fails_ends_the_others() -> None:
    """In order, and its reason is told."""
    ended: list[float] = []

    class Failing(Slow):
        async def run(self) -> None:
            raise LookupError("no more")

    with pytest.raises(LookupError):
        await run_parts([Slow(0, ended), Failing(0, ended)], asyncio.Event())
    assert ended == [0]
