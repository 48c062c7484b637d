"""What nobody needs an answer to is written with others like it, and nobody can tell."""

import pytest
from sqlalchemy import text

from bot.domain.ids import ChatId, MessageId, PersonId
from bot.ports import UnitOfWork
from storage.store import SqlStore
from tests.builders import a_city, a_draft, a_photo, an_issue, filed
from tests.fakes import NOW
from tests.storage.hearing import heard

CHAT = ChatId(4001)


@pytest.fixture
async def person(sql_store: SqlStore) -> PersonId:
    """Who sends what is drafted."""
    async with sql_store.begin() as uow:
        return (await a_city(uow)).reporter.id


async def _draft(uow: UnitOfWork, person: PersonId, number: int) -> None:
    """With words, in a chat of its own."""
    await uow.drafts.add(a_draft(person, CHAT + number, text=f"第{number}条"), MessageId(number))


async def test_those_that_are_alike_go_together(sql_store: SqlStore, person: PersonId) -> None:
    """At the end of the transaction, if nobody asks before."""
    async with sql_store.begin() as uow:
        statements = heard(uow)
        for number in range(1, 9):
            await _draft(uow, person, number)
        assert not [one for one in statements if "draft_pieces" in one]
        await uow.seal()
        assert len([one for one in statements if "draft_pieces" in one]) == 1
    async with sql_store.read() as uow:
        found = [await uow.drafts.of_message(ChatId(CHAT + number), MessageId(number)) for number in range(1, 9)]
        assert [draft.text for draft in found if draft is not None] == [f"第{number}条" for number in range(1, 9)]


async def test_who_asks_finds_it(sql_store: SqlStore, person: PersonId) -> None:
    """By a look-up, by a change, by raw words."""
    async with sql_store.begin() as uow:
        await _draft(uow, person, 1)
        assert await uow.drafts.of_message(ChatId(CHAT + 1), MessageId(1)) is not None
        await _draft(uow, person, 2)
        draft = await uow.drafts.open_of(person, ChatId(CHAT + 2))
        assert draft is not None
        assert (await uow.drafts.put_piece(draft.id, MessageId(20), "又一句")).text == "第2条\n又一句"
        await _draft(uow, person, 3)
        counted = (await uow._session.run(text("SELECT count(*) FROM draft_pieces"))).scalar()  # type: ignore[attr-defined]
        assert counted == 4


async def test_files_follow_their_report(sql_store: SqlStore, person: PersonId) -> None:
    """A photo of a draft is found under the issue it became, in the same transaction."""
    async with sql_store.begin() as uow:
        draft = await uow.drafts.add(a_draft(person, CHAT))
        photo = await uow.evidence.add(a_photo(), person, CHAT, MessageId(1), NOW, draft=draft.id)
        issue = await filed(uow, an_issue(reporter=person))
        await uow.evidence.file_under(draft.id, issue.id)
        assert [media.id for media in await uow.evidence.of_issue(issue.id)] == [photo.id]
        assert [similar.issue for similar in await uow.issues.similar(issue.description, 3)] == [issue.id]


async def test_what_is_undone_is_not_written_later(sql_store: SqlStore, person: PersonId) -> None:
    """Neither what waited in the savepoint, nor twice what waited before it and was written within."""
    async with sql_store.begin() as uow:
        await _draft(uow, person, 1)
        with pytest.raises(ZeroDivisionError):
            await _draft_and_fail(uow, person)
        await _draft(uow, person, 3)
    async with sql_store.read() as uow:
        found = [await uow.drafts.of_message(ChatId(CHAT + number), MessageId(number)) for number in (1, 2, 3)]
        assert [draft.text if draft else None for draft in found] == ["第1条", None, "第3条"]


async def _draft_and_fail(uow: UnitOfWork, person: PersonId) -> None:
    async with uow.savepoint():
        await _draft(uow, person, 2)
        assert await uow.drafts.of_message(ChatId(CHAT + 1), MessageId(1)) is not None  # writes both
        raise ZeroDivisionError


async def test_a_long_queue_does_not_grow(sql_store: SqlStore, person: PersonId) -> None:
    """A sheet of thousands of rows is written as it goes along."""
    async with sql_store.begin() as uow:
        statements = heard(uow)
        for number in range(1, 101):
            await _draft(uow, person, number)
        assert len([one for one in statements if "draft_pieces" in one]) == 1
