"""The past can't be changed unseen: triggers refuse it, and the chain finds it where they were taken away."""

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.domain import lifecycle
from bot.domain.history import Action
from bot.domain.ids import PersonId
from bot.domain.issue import Issue, Level
from bot.domain.journal import Event, Record
from storage.chain.audit import Flaw, verify
from storage.chain.trail import Head
from storage.chain.triggers import KEPT, drop_triggers
from storage.migrate import downgrade, upgrade
from storage.repositories.issue_rows import row_of
from storage.store import SqlStore
from storage.tables import issues
from tests.builders import a_city, an_issue, filed
from tests.fakes import NOW
from tests.storage.tampering import TAMPERINGS, UNSEEN_FROM_INSIDE

ISSUES = 6


async def ask(store: SqlStore, outside: Head | None = None) -> tuple[Head, list[Flaw]]:
    """What the audit says now."""
    async with store.read() as uow:
        verdict = await uow.audit([outside] if outside else [])
    return verdict.head, list(verdict.flaws)


async def moved(store: SqlStore, issue: Issue, by: PersonId) -> None:
    """Registered, ranked with a remark, in transactions of their own."""
    change = lifecycle.step(issue, Action.REGISTER, by, NOW + timedelta(minutes=1))
    async with store.begin() as uow:
        await uow.issues.save(change)
    change = lifecycle.step(change.issue, Action.RANK, by, NOW + timedelta(minutes=2), level=Level.A)
    remark = lifecycle.step(change.issue, Action.REMARK, by, NOW + timedelta(minutes=3), words=f"说明 {issue.number}")
    async with store.begin() as uow:
        await uow.issues.save(change)
        await uow.issues.save(remark)


@pytest.fixture
async def ledger(sql_store: SqlStore) -> SqlStore:
    """Six issues with four lines each, and two lines of the journal."""
    async with sql_store.begin() as uow:
        city = await a_city(uow)
        texts = [f"缺电 {count}" for count in range(1, ISSUES + 1)]
        issues_ = [await filed(uow, an_issue(reporter=city.reporter.id, description=text)) for text in texts]
        await uow.journal.note(Record(Event.POLICY, "policy", NOW, None, {"version": "a"}, {"version": "b"}))
    for issue in issues_:
        await moved(sql_store, issue, city.clerk.id)
    async with sql_store.begin() as uow:
        await uow.journal.note(
            Record(Event.ROLES, "person:1", NOW, city.clerk.id, {"roles": []}, {"roles": ["clerk:city"]})
        )
    return sql_store


async def test_an_honest_ledger_verifies(ledger: SqlStore) -> None:
    """Nothing is wrong, and the head is the number of all lines."""
    head, flaws = await ask(ledger)
    assert flaws == []
    assert head.seq == 4 * ISSUES + 2
    assert (await ask(ledger, head))[1] == []
    assert Head.parse(str(head)) == head


async def test_an_older_head_still_fits(ledger: SqlStore, sql_store: SqlStore) -> None:
    """What was kept outside last month is part of today's chain."""
    head, _ = await ask(ledger)
    async with ledger.begin() as uow:
        await uow.journal.note(Record(Event.POLICY, "policy", NOW))
    newer, flaws = await ask(ledger, head)
    assert flaws == []
    assert newer.seq == head.seq + 1


class UndoneError(Exception):
    """Something went wrong after the lines were written."""


async def undone(store: SqlStore, *, savepoint: bool) -> None:
    """Write a line that is rolled back, and, around a savepoint, one that is kept."""
    async with store.begin() as uow:
        if not savepoint:
            await uow.journal.note(Record(Event.POLICY, "lost", NOW))
            await uow.seal()
            raise UndoneError
        with suppress(UndoneError):
            async with uow.savepoint():
                await uow.journal.note(Record(Event.POLICY, "lost", NOW))
                raise UndoneError
        await uow.journal.note(Record(Event.POLICY, "kept", NOW))


async def test_what_is_rolled_back_is_not_sealed(ledger: SqlStore) -> None:
    """A savepoint, and a whole transaction; the chain goes on where it was, in another process too."""
    await undone(ledger, savepoint=True)
    with pytest.raises(UndoneError):
        await undone(ledger, savepoint=False)
    other = SqlStore(ledger._url.render_as_string(hide_password=False))
    await other.open()
    for store in (other, ledger, other, ledger):
        async with store.begin() as uow:
            await uow.journal.note(Record(Event.POLICY, "next", NOW))
    await other.close()
    head, flaws = await ask(ledger)
    assert flaws == []
    assert head.seq == 4 * ISSUES + 2 + 5


async def test_many_write_at_once(ledger: SqlStore) -> None:
    """Transactions that overlap are sealed one after the other, none lost."""

    async def write(number: int) -> None:
        async with ledger.begin() as uow:
            await uow.journal.note(Record(Event.POLICY, f"p{number}", NOW))
            await asyncio.sleep(0.002)
            await uow.journal.note(Record(Event.POLICY, f"q{number}", NOW))

    await asyncio.gather(*(write(number) for number in range(20)))
    head, flaws = await ask(ledger)
    assert flaws == []
    assert head.seq == 4 * ISSUES + 2 + 40


@pytest.mark.parametrize("table", [*KEPT, "words"])
@pytest.mark.parametrize("what", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE", "REPLACE"])
async def test_the_database_refuses(ledger: SqlStore, table: str, what: str) -> None:
    """Whoever has the bot's own rights can't change the past by a slip."""
    column = {"history": "issue", "seals": "hash", "journal": "subject", "words": "text"}[table]
    statement = what.format(table, column, column)
    if what == "REPLACE":
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608 - our own names
    sqlite = ledger._url.get_backend_name() == "sqlite"
    if what.startswith("TRUNCATE") and sqlite:
        return  # SQLite has no such word
    if what == "REPLACE" and (not sqlite or table == "words"):
        return  # PostgreSQL has no such word; emptied words are what may be
    with pytest.raises(DBAPIError, match=r"append-only|only be emptied"):
        async with ledger.begin() as uow:
            await uow._connection.execute(text(statement))
    assert (await ask(ledger))[1] == []


async def test_missing_triggers_are_told(ledger: SqlStore) -> None:
    """An attacker's first step is seen even if nothing else was done."""
    async with ledger._database.transaction(writing=True) as connection:
        await connection.run_sync(drop_triggers)
    _, flaws = await ask(ledger)
    assert {flaw.kind for flaw in flaws} == {"trigger"}
    assert len(flaws) >= 5


async def test_what_was_there_before_the_chain_is_sealed(ledger: SqlStore) -> None:
    """A ledger in use goes on: its lines are sealed as they stand, its journal begins."""
    url = ledger._url.render_as_string(hide_password=False)
    await downgrade(url, "0009_life")
    await upgrade(url)
    head, flaws = await ask(ledger)
    assert flaws == []
    assert head.seq == 4 * ISSUES


def test_every_column_of_an_issue_is_told() -> None:
    """The digest of a state covers the whole row."""
    assert {*row_of(an_issue()), "id", "salt", "former_description"} == set(issues.c.keys())


ROUNDS = 1000 if os.environ.get("FAULTS") == "full" else 150
SEED = int(os.environ.get("FAULTS_SEED", "20261126"))


class _Undone(Exception):  # noqa: N818 - it says what becomes of a transaction
    """For the next round the ledger is as before."""


async def test_whatever_is_tampered_with_is_found(ledger: SqlStore) -> None:
    """Triggers taken away, one random thing changed, deleted, swapped, put in, cut or made anew: found every time. What is
    cut from the end, and a chain that is made anew, is found by the head that was kept outside."""
    async with ledger._database.transaction(writing=True) as connection:
        await connection.run_sync(drop_triggers)
    head, _ = await ask(ledger)
    done: Counter[str] = Counter()
    for number in range(ROUNDS):
        chance = random.Random(SEED + number)  # noqa: S311 - to be repeated
        tamper = chance.choice(TAMPERINGS)
        with suppress(_Undone):
            async with ledger._database.transaction(writing=True) as connection:
                await connection.execute(text(_NO_FOREIGN_KEYS[connection.dialect.name]))
                what = await tamper(connection, chance)
                verdict = await verify(connection, [head] if tamper in UNSEEN_FROM_INSIDE else [])
                raise _Undone
        flaws = [flaw for flaw in verdict.flaws if flaw.kind != "trigger"]
        assert flaws, f"FAULTS_SEED={SEED}, round {number}: {what} was not found"
        done[tamper.__name__] += 1
    assert len(done) == len(set(TAMPERINGS))
    assert [flaw for flaw in (await ask(ledger, head))[1] if flaw.kind != "trigger"] == []


_NO_FOREIGN_KEYS = {
    "sqlite": "PRAGMA defer_foreign_keys = ON",  # until the commit that never comes
    "postgresql": "SET LOCAL session_replication_role = replica",
}
