"""A database that goes away in the middle of a use case says so there, and nothing is taken for a fault of the use case."""

from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.domain.ids import ChatId, MessageId
from bot.ports import StoreUnavailable, UnitOfWork
from storage.store import SqlStore
from tests.builders import a_message
from tests.fakes import NOW

CHAT, MESSAGE = ChatId(4001), MessageId(77)


async def _go_on_after_a_cut(store: SqlStore) -> None:
    async with store.begin() as uow:
        with suppress(StoreUnavailable):
            await _in_savepoint(uow, "SELECT pg_terminate_backend(pg_backend_pid())")
            pytest.fail("nobody noticed")
        await uow.facts.put("a", "b")


async def _in_savepoint(uow: UnitOfWork, statement: str) -> None:
    async with uow.savepoint():
        await uow._connection.execute(text(statement))  # type: ignore[attr-defined]


async def test_a_cut_connection_is_no_fault_of_the_use_case(postgres_store: SqlStore) -> None:
    """Inside a savepoint, where a fault would set the update aside; what follows on the connection says the same."""
    with pytest.raises(StoreUnavailable):
        await _go_on_after_a_cut(postgres_store)
    async with postgres_store.begin() as uow:
        assert await uow.facts.get("a") is None


async def test_a_fault_is_still_a_fault(sql_store: SqlStore) -> None:
    """What no repetition would mend is not taken for an outage, and its savepoint alone is undone."""
    async with sql_store.begin() as uow:
        with pytest.raises(IntegrityError):
            await _in_savepoint(uow, "INSERT INTO units (code) VALUES (NULL)")
        await uow.facts.put("a", "b")
    async with sql_store.read() as uow:
        assert await uow.facts.get("a") == "b"


async def test_a_press_beside_the_send_it_presses(postgres_store: SqlStore) -> None:
    """Who presses a message before another process wrote down that it was sent: that one comes back later, and the press wins."""
    async with postgres_store.begin() as pressing:
        await pressing.cards.put(CHAT, "draft:3", MESSAGE)
        await pressing.cards.rename(CHAT, "draft:3", "issue:7")
        assert not await _arrived(postgres_store)
    assert await _arrived(postgres_store)
    async with postgres_store.read() as uow:
        assert await uow.cards.card_at(CHAT, MESSAGE) == "issue:7"


async def _arrived(store: SqlStore) -> bool:
    """False if the chat's cards are in somebody's hands."""
    async with store.begin() as uow:
        if not await uow.cards.undisturbed({CHAT}):
            return False
        await uow.outbox.queue(a_message(CHAT, card="draft:3"), NOW)
        (row,) = await uow.outbox.due(NOW, 10)
        await uow.cards.arrived([(row.id, CHAT, MESSAGE)])
        return True
