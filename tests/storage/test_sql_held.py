"""What a batch of updates reads at once on PostgreSQL stays as it was read, until the batch is committed."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.draft import Draft, DraftState
from bot.domain.ids import ChatId, MessageId, UserId
from bot.domain.issue import Level
from bot.domain.organisation import CITY, Grant, Person, Role
from bot.ports import UnitOfWork
from storage.store import SqlStore
from tests.builders import a_draft, a_person
from tests.storage.hearing import heard

USER, KEY = UserId(4001), "4001:4001"
ADMIN = frozenset({Grant(Role.ADMIN, CITY)})
SECONDS = 0.2  # in which whoever need not wait would be done


@pytest.fixture
async def person(postgres_store: SqlStore) -> Person:
    """Somebody with an account, in the middle of a conversation."""
    async with postgres_store.begin() as uow:
        await uow.dialogs.put(KEY, "asked", {"a": 1})
        return await uow.people.add(a_person(user_id=USER))


async def _known(uow: UnitOfWork) -> Person:
    found = await uow.people.by_user(USER)
    assert found is not None
    return found


async def _promote(store: SqlStore, person: Person) -> None:
    async with store.begin() as uow:
        await uow.people.save(replace(person, grants=ADMIN))


async def _end_dialog(store: SqlStore) -> None:
    async with store.begin() as uow:
        await uow.dialogs.put(KEY, None, {})


async def test_who_is_expected_stays_as_they_are(postgres_store: SqlStore, person: Person) -> None:
    """A change by another process waits for the batch; what the batch writes of the person does not undo it."""
    async with postgres_store.begin() as uow:
        await uow.people.expect({USER})
        promoting = asyncio.create_task(_promote(postgres_store, person))
        await asyncio.sleep(SECONDS)
        assert not promoting.done()
        assert (await _known(uow)).grants == person.grants
    await promoting
    async with postgres_store.read() as uow:
        assert (await _known(uow)).grants == ADMIN


async def test_whoever_had_to_wait_sees_what_was_done_meanwhile(postgres_store: SqlStore, person: Person) -> None:
    """Grants too, which stand in another table than the row one waits for."""

    async def expect() -> Person:
        async with postgres_store.begin() as uow:
            await uow.people.expect({USER})
            return await _known(uow)

    async with postgres_store.begin() as uow:
        await uow.people.save(replace(person, name="新", grants=ADMIN))
        expecting = asyncio.create_task(expect())
        await asyncio.sleep(SECONDS)
        assert not expecting.done()
    found = await expecting
    assert (found.name, found.grants) == ("新", ADMIN)


async def test_who_is_not_there_may_come(postgres_store: SqlStore) -> None:
    """A stranger can't be locked: they are asked for anew."""
    async with postgres_store.begin() as uow:
        await uow.people.expect({USER})
        assert await uow.people.by_user(USER) is None
        async with postgres_store.begin() as other:
            await other.people.add(a_person(user_id=USER))
        assert (await _known(uow)).user_id == USER


async def test_a_conversation_stays_where_it_is(postgres_store: SqlStore, person: Person) -> None:
    """Who would end it from elsewhere waits."""
    async with postgres_store.begin() as uow:
        await uow.dialogs.expect({KEY, "5:5"})
        ending = asyncio.create_task(_end_dialog(postgres_store))
        await asyncio.sleep(SECONDS)
        assert not ending.done()
        assert await uow.dialogs.get(KEY) == ("asked", {"a": 1})
        assert await uow.dialogs.get("5:5") == (None, {})
    await ending


async def test_what_is_undone_is_asked_anew(sql_store: SqlStore) -> None:
    """A savepoint that is undone takes with it what was read since, on both databases."""
    async with sql_store.begin() as uow:
        somebody = await uow.people.add(a_person(user_id=USER))
    async with sql_store.begin() as uow:
        await uow.people.expect({USER})
        with pytest.raises(ZeroDivisionError):
            await _rename_and_fail(uow, somebody)
        assert (await _known(uow)).name == somebody.name


async def _rename_and_fail(uow: UnitOfWork, person: Person) -> None:
    async with uow.savepoint():
        await uow.people.save(replace(person, name="新"))
        assert (await _known(uow)).name == "新"
        raise ZeroDivisionError


async def test_who_holds_a_role_is_asked_once(postgres_store: SqlStore) -> None:
    """Whoever is made a clerk beside a batch is told of what the next one files; a change of its own is seen at once."""
    async with postgres_store.begin() as uow:
        assert await uow.people.holding(Role.ADMIN, [CITY]) == []
        async with postgres_store.begin() as other:
            await other.people.add(replace(a_person(user_id=USER), grants=ADMIN))
        assert await uow.people.holding(Role.ADMIN, [CITY]) == []
        await uow.people.add(replace(a_person("P9", user_id=UserId(4002)), grants=ADMIN))
        assert len(await uow.people.holding(Role.ADMIN, [CITY])) == 2


async def test_the_cards_of_who_pressed_are_arranged_by_nobody_else(postgres_store: SqlStore) -> None:
    """Held for all at once, by one question more than what hangs there; also after a savepoint that was undone."""
    pressed, elsewhere = (ChatId(1), MessageId(10)), ChatId(3)
    async with postgres_store.begin() as uow:
        await uow.cards.put(pressed[0], "draft:1", pressed[1])
    async with postgres_store.begin() as uow, postgres_store.begin() as other:
        statements = heard(uow)
        await uow.cards.hold({pressed, (ChatId(2), MessageId(10))})
        assert len(statements) == 2
        assert await other.cards.undisturbed([ChatId(1), ChatId(2), elsewhere]) == {elsewhere}
        with pytest.raises(ZeroDivisionError):
            await _file_and_fail(uow)
        assert await other.cards.undisturbed([ChatId(1)]) == set()
        assert await uow.cards.card_at(*pressed) == "draft:1"


async def _file_and_fail(uow: UnitOfWork) -> None:
    async with uow.savepoint():
        assert await uow.cards.card_at(ChatId(1), MessageId(10)) == "draft:1"
        await uow.cards.rename(ChatId(1), "draft:1", "issue:1")
        raise ZeroDivisionError


async def test_what_they_began_stays_as_it_is(sql_store: SqlStore) -> None:
    """Read for all at once; what one of them adds or changes since is seen, and the others' drafts need not be asked for again."""
    async with sql_store.begin() as uow:
        people = [(await uow.people.add(a_person(f"R{n}", user_id=UserId(4000 + n)))).id for n in range(3)]
        chats = [ChatId(4000 + n) for n in range(3)]
        began = [await uow.drafts.add(a_draft(person, chat)) for person, chat in zip(people[:2], chats, strict=False)]
    async with sql_store.begin() as uow:
        await uow.drafts.hold(set(zip(people, chats, strict=True)))
        statements = heard(uow)
        assert [await uow.drafts.open_of(*one) for one in zip(people, chats, strict=True)] == [*began, None]
        assert await uow.drafts.get(began[0].id) == began[0]
        assert not statements
        await uow.drafts.save(replace(began[0], level=Level.A))
        assert (await uow.drafts.get(began[0].id)).level is Level.A
        late = await uow.drafts.add(a_draft(people[2], chats[2]))
        assert await uow.drafts.open_of(people[2], chats[2]) == late
        told = len(statements)
        assert await uow.drafts.get(began[1].id) == began[1]
        assert len(statements) == told


async def test_nobody_else_changes_what_they_began(postgres_store: SqlStore, person: Person) -> None:
    """Who would close it from elsewhere waits."""
    async with postgres_store.begin() as uow:
        draft = await uow.drafts.add(a_draft(person.id, USER))
    async with postgres_store.begin() as uow:
        await uow.drafts.hold({(person.id, ChatId(USER))})
        cancelling = asyncio.create_task(_cancel(postgres_store, draft))
        await asyncio.sleep(SECONDS)
        assert not cancelling.done()
        assert (await uow.drafts.get(draft.id)).state is DraftState.OPEN
    await cancelling


async def _cancel(store: SqlStore, draft: Draft) -> None:
    async with store.begin() as uow:
        await uow.drafts.save(replace(draft, state=DraftState.CANCELLED))
