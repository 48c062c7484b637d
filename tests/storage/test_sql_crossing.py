"""PostgreSQL: who sends waits for nobody who is in the middle of something else, so that no two wait for each other."""

import asyncio

from bot.domain.ids import ChatId, MessageId
from storage.store import SqlStore
from tests.builders import a_message
from tests.fakes import NOW

HERE, THERE = ChatId(7), ChatId(8)


async def test_what_is_being_changed_is_not_marked(postgres_store: SqlStore) -> None:
    """At once, and the others are; afterwards it is marked as it has become."""
    async with postgres_store.begin() as uow:
        await uow.outbox.queue(a_message(chat=HERE, card="issue:1", facts={"n": 1}), NOW)
        await uow.outbox.queue(a_message(chat=THERE), NOW)
    async with postgres_store.begin() as uow:
        rows = [row.id for row in await uow.outbox.due(NOW, 9)]
    async with postgres_store.begin() as changing, postgres_store.begin() as sending:
        await changing.outbox.queue(a_message(chat=HERE, card="issue:1", facts={"n": 2}), NOW)
        assert await changing.outbox.waiting() == 2
        async with asyncio.timeout(5):
            marked = await sending.outbox.mark_sending(rows, NOW)
    assert [row.message.chat for row in marked] == [THERE]
    async with postgres_store.begin() as uow:
        (row,) = await uow.outbox.mark_sending(rows, NOW)
    assert row.message.facts == {"n": 2}


async def test_chats_whose_cards_are_being_arranged(postgres_store: SqlStore) -> None:
    """Are left out, at once; the others are ours until the end."""
    async with postgres_store.begin() as pressing, postgres_store.begin() as sending:
        await pressing.cards.put(HERE, "draft:1", MessageId(5))
        async with asyncio.timeout(5):
            assert await sending.cards.undisturbed([HERE, THERE]) == {THERE}
        async with postgres_store.begin() as another:
            assert await another.cards.undisturbed([THERE]) == set()
    async with postgres_store.begin() as uow:
        assert await uow.cards.undisturbed([HERE, THERE]) == {HERE, THERE}
