"""Every store: what only one process may do at a time, and figures for whoever watches."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.messages import OutboxState
from bot.ports import Backlog, LeaseLost, Store, StoreUnavailable, UnitOfWork
from storage.store import SqlStore
from tests.builders import a_message
from tests.fakes import NOW

BOT = 4200


async def test_one_holder_at_a_time(uow: UnitOfWork) -> None:
    """The first has it and may keep it with the same epoch; another one does not get it meanwhile."""
    assert await uow.leases.take("lead", "a", 60) == 1
    assert await uow.leases.take("lead", "b", 60) is None
    assert await uow.leases.take("lead", "a", 60) == 1
    assert await uow.leases.holder("lead") == "a"
    assert await uow.leases.take("another", "b", 60) == 1


async def test_a_released_lease_is_free(uow: UnitOfWork) -> None:
    """At once, with a higher epoch, for the same one too; only the holder can release it."""
    await uow.leases.take("lead", "a", 60)
    await uow.leases.release("lead", "b")
    assert await uow.leases.take("lead", "b", 60) is None
    await uow.leases.release("lead", "a")
    assert await uow.leases.holder("lead") is None
    assert await uow.leases.take("lead", "b", 60) == 2
    await uow.leases.release("lead", "b")
    assert await uow.leases.take("lead", "b", 60) == 3


async def test_an_expired_lease_is_free(uow: UnitOfWork) -> None:
    """After its seconds, unless its holder comes back first."""
    await uow.leases.take("lead", "a", 0.05)
    await asyncio.sleep(0.1)
    assert await uow.leases.take("lead", "a", 0.05) == 1
    await asyncio.sleep(0.1)
    assert await uow.leases.take("lead", "b", 60) == 2
    assert await uow.leases.take("lead", "a", 60) is None


async def test_the_guard_knows_the_present_epoch(uow: UnitOfWork) -> None:
    """An expired one that nobody took over is still the present one."""
    with pytest.raises(LeaseLost):
        await uow.leases.guard("lead", 1)
    await uow.leases.take("lead", "a", 0.01)
    await asyncio.sleep(0.05)
    await uow.leases.guard("lead", 1)
    await uow.leases.take("lead", "b", 60)
    await uow.leases.guard("lead", 2)
    with pytest.raises(LeaseLost):
        await uow.leases.guard("lead", 1)


async def test_what_a_former_leader_wrote_is_undone(store: Store) -> None:
    """Its transaction is rolled back as a whole."""
    async with store.begin() as uow:
        await uow.leases.take("lead", "a", 0)
    async with store.begin() as uow:
        await uow.leases.take("lead", "b", 60)
    with pytest.raises(LeaseLost):
        await _write_as(store, 1)
    async with store.read() as uow:
        assert await uow.facts.get("written") is None


async def _write_as(store: Store, epoch: int) -> None:
    async with store.begin() as uow:
        await uow.facts.put("written", "yes")
        await uow.leases.guard("lead", epoch)


async def test_nobody_takes_over_in_the_middle_of_a_write(postgres_store: SqlStore) -> None:
    """On PostgreSQL the guard's lock holds the next leader back until the transaction has ended."""
    async with postgres_store.begin() as uow:
        await uow.leases.take("lead", "a", 0)
    async with postgres_store.begin() as writing:
        await writing.leases.guard("lead", 1)
        taking = asyncio.create_task(_take(postgres_store, "b"))
        await asyncio.sleep(0.2)
        assert not taking.done()
    assert await taking == 2


async def test_a_stalled_leader_is_cut_off(postgres_store: SqlStore) -> None:
    """Stopped in the middle of a transaction, its lock goes with it: the server ends what stands still."""
    async with postgres_store.begin() as uow:
        await uow.leases.take("lead", "a", 0)
    with pytest.raises(StoreUnavailable):
        await _stall(postgres_store)
    assert await _take(postgres_store, "b") == 2


async def _stall(store: SqlStore) -> None:
    async with store.begin() as uow:
        await uow.leases.guard("lead", 1)
        await asyncio.sleep(5.5)
        await uow.facts.put("written", "yes")


async def _take(store: Store, holder: str) -> int | None:
    async with store.begin() as uow:
        return await uow.leases.take("lead", holder, 60)


async def test_nothing_waits(uow: UnitOfWork) -> None:
    """In an installation at rest."""
    vitals = await uow.vitals.read(NOW)
    assert vitals.inbox == vitals.outbox == vitals.reminders == vitals.files == Backlog(0, None)
    assert (vitals.sending, vitals.unknown, vitals.dead, vitals.poison) == (0, 0, 0, 0)


async def test_what_waits_is_counted(uow: UnitOfWork) -> None:
    """With the moment since when the oldest waits; what is put off does not wait yet."""
    await uow.inbox.add(BOT, [{"update_id": n} for n in (1, 2, 3)], NOW)
    rows = await uow.inbox.pending(BOT, 10)
    await uow.inbox.set_aside(rows[0].id, "poison", NOW)
    for minutes in (1, 2):
        await uow.outbox.queue(a_message(not_before=NOW + timedelta(minutes=minutes)), NOW)
    for _ in range(3):
        await uow.outbox.queue(a_message(), NOW)
    sent = [row.id for row in await uow.outbox.due(NOW, 2)]
    await uow.outbox.mark_sending(sent, NOW)
    await uow.outbox.settle(sent[0], OutboxState.DEAD, NOW)
    vitals = await uow.vitals.read(NOW + timedelta(seconds=90))
    assert vitals.inbox == Backlog(2, NOW)
    assert vitals.outbox == Backlog(2, NOW)
    assert (vitals.sending, vitals.unknown, vitals.dead, vitals.poison) == (1, 0, 1, 1)
