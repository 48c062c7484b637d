"""How the databases are asked: few statements, each over an index."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain import lifecycle
from bot.domain.ids import ChatId, IssueId, MessageId, PersonId, ProjectCode, UserId
from bot.domain.messages import Priority
from bot.domain.organisation import CITY, Role, Scope
from bot.domain.permissions import Sight
from bot.ports import UnitOfWork
from storage.store import SqlStore
from tests.builders import City, a_city, a_message, a_photo, an_issue, filed
from tests.fakes import NOW
from tests.storage.hearing import heard

Asking = Callable[[UnitOfWork, Any], Awaitable[Any]]
SIGHT = Sight(PersonId(1), frozenset({CITY}))


@dataclass(frozen=True)
class Ledger:
    """Twenty issues of the sample city."""

    city: City
    issues: list[IssueId]


@pytest.fixture
async def ledger(sql_store: SqlStore) -> Ledger:
    """Twenty issues of the sample city."""
    async with sql_store.begin() as uow:
        city = await a_city(uow)
        numbers = [f"XM-2026-{count:04d}" for count in range(1, 21)]
        filed_ = [await filed(uow, an_issue(number=number, reporter=city.reporter.id)) for number in numbers]
    return Ledger(city, [issue.id for issue in filed_])


async def add(uow: UnitOfWork, ledger: "Ledger") -> None:
    """File a report without words of anybody."""
    number = await uow.issues.next_number("XM", 2027)
    await uow.issues.add(lifecycle.report(an_issue(number=number, reporter=ledger.city.reporter.id)))


ASKED: dict[str, tuple[int, Asking]] = {
    "a person with grants and scans": (1, lambda uow, _: uow.people.by_user(UserId(1002))),
    "holders of a role": (1, lambda uow, _: uow.people.holding(Role.CLERK, [CITY, Scope.parse("unit:U04")])),
    "everybody": (1, lambda uow, _: uow.people.all()),
    "twenty views": (1, lambda uow, ledger: uow.issues.views(ledger.issues)),
    "evidence of twenty": (1, lambda uow, ledger: uow.evidence.of_issues(ledger.issues)),
    "the queue": (2, lambda uow, ledger: uow.issues.queue(SIGHT, ledger.issues[2], 10)),
    "history with names": (1, lambda uow, _: uow.issues.history(IssueId(1))),
    "totals": (1, lambda uow, _: uow.issues.totals(CITY, NOW)),
    "a week": (1, lambda uow, _: uow.issues.week_count(CITY, NOW, NOW + timedelta(days=7))),
    "by unit": (1, lambda uow, _: uow.issues.by_unit(CITY, NOW)),
    "finding two words": (4, lambda uow, _: uow.issues.find("塔吊 电源", SIGHT, 10)),
    "what is alike": (3, lambda uow, _: uow.issues.similar("塔吊没有电", 5)),
    "filing": (4, add),
    "a hundred updates": (1, lambda uow, _: uow.inbox.add(1, [{"update_id": n} for n in range(100)], NOW)),
    "how things stand": (1, lambda uow, _: uow.vitals.read(NOW)),
    "a toast": (1, lambda uow, _: uow.outbox.queue(a_message(priority=Priority.TOAST), NOW)),
    "a card": (2, lambda uow, _: uow.outbox.queue(a_message(card="issue:1"), NOW)),
    "a photo": (
        1,
        lambda uow, ledger: uow.evidence.add(a_photo(), ledger.city.reporter.id, ChatId(1), MessageId(1), NOW),
    ),
}


@pytest.mark.parametrize(("count", "ask"), ASKED.values(), ids=ASKED)
async def test_few_statements(sql_store: SqlStore, ledger: Ledger, count: int, ask: Asking) -> None:
    """As many as it needs, however many rows come back."""
    async with sql_store.begin() as uow:
        statements = heard(uow)
        await ask(uow, ledger)
        await uow._session.write()
        assert len(statements) == count, statements


async def test_other_words_of_somebody_else_are_no_other_statements(sql_store: SqlStore, ledger: Ledger) -> None:
    """What was made ready and planned for one unit's desk and question serves every unit's."""
    async with sql_store.read() as uow:
        made_ready = uow._connection._statements._known
        for unit, other in (("U04", "塔吊 电源"), ("U01", "电梯 停运"), ("U14", "没有 100%")):
            before = len(made_ready)
            sight = Sight(None, frozenset({Scope.parse(f"unit:{unit}"), Scope.parse("unit:U02")}))
            await uow.issues.queue(sight, None, 1, silent_before=NOW)
            await uow.issues.queue_length(sight, 100, silent_before=NOW)
            await uow.issues.suspended(sight, 10)
            await uow.issues.overdue(sight, NOW, 10)
            await uow.issues.find(other, sight, 10)
            assert (len(made_ready) == before) == (unit != "U04")


async def ask_again(uow: UnitOfWork) -> None:
    """For what a batch of updates asks over and over."""
    await uow.people.expect({UserId(1002), UserId(3004), UserId(4)})
    await uow.dialogs.expect({"1002:1002", "4:4"})
    await uow.cards.expect({(ChatId(1), "issue:1"), (ChatId(2), "issue:1")})
    for _ in range(3):
        for user in (1002, 3004, 4):
            await uow.people.by_user(UserId(user))
        await uow.dialogs.get("4:4")
        await uow.cards.message_of(ChatId(2), "issue:1")
        await uow.people.holding(Role.CLERK, [CITY])
        await uow.projects.get(ProjectCode("P002"))
        await uow.desks.chat()


async def test_what_nobody_else_can_change_is_asked_once(sqlite_store: SqlStore, sqlite_ledger: City) -> None:
    """One question for all that are expected; none for what was asked before."""
    async with sqlite_store.begin() as uow:
        statements = heard(uow)
        await ask_again(uow)
        assert len(statements) == 6


async def test_what_others_may_change_meanwhile_is_asked_anew(postgres_store: SqlStore) -> None:
    """PostgreSQL has other writers: asked once is what is locked, which nobody who is not there can be, and what is steady: who
    holds a role, projects, the desk."""
    async with postgres_store.begin() as uow:
        await a_city(uow)
    async with postgres_store.begin() as uow:
        statements = heard(uow)
        await ask_again(uow)
        assert len(statements) == 3 + 3 + 3 * 2


async def test_a_units_desk_does_not_pass_everybodys(sqlite_store: SqlStore, sqlite_ledger: City) -> None:
    """What waits for it is gathered where it lies, however long the queue of the others is."""
    desk = Sight(None, frozenset({Scope.parse("unit:U04"), Scope.parse("project:P003")}))
    async with sqlite_store.begin() as uow:
        raw, statements = uow._connection._raw, list[str]()
        raw.set_trace_callback(statements.append)
        await uow.issues.queue(desk, IssueId(1), 1, silent_before=NOW)
        await uow.issues.queue_length(desk, 100, silent_before=NOW)
        raw.set_trace_callback(None)
        plans = [[step for *_, step in raw.execute(f"EXPLAIN QUERY PLAN {statement}")] for statement in statements]
    asked = [step for plan in plans for step in plan if " issues " in step and "PRIMARY KEY" not in step]
    assert {step.split()[4] for step in asked} == {
        f"ix_issues_desk_{at}" for at in ("project", "unit", "reporting_unit")
    }


INDEXED: dict[str, Asking] = {
    "a unit's queue": lambda uow, _: uow.issues.queue(Sight(None, frozenset({Scope.parse("unit:U04")})), None, 10),
    "the queue": lambda uow, _: uow.issues.queue(Sight(None, frozenset({CITY})), None, 10),
    "a reporter's": lambda uow, city: uow.issues.of_reporter(city.reporter.id, 10),
    "a reporter's last": lambda uow, city: uow.issues.last_open_of(city.reporter.id),
    "tasks": lambda uow, city: uow.issues.tasks(city.reporter.id, 10),
    "overdue": lambda uow, _: uow.issues.overdue(SIGHT, NOW, 10),
    "a week": lambda uow, _: uow.issues.week_count(CITY, NOW, NOW + timedelta(days=7)),
    "finding": lambda uow, _: uow.issues.find("塔吊", SIGHT, 10),
    "finding one character": lambda uow, _: uow.issues.find("吊", SIGHT, 10),
    "what is alike": lambda uow, _: uow.issues.similar("塔吊没有电", 5),
    "the outbox": lambda uow, _: uow.outbox.due(NOW, 10),
    "the outbox of free chats": lambda uow, _: uow.outbox.due(NOW, 10, without=[ChatId(1)]),
    "the outbox further back": lambda uow, _: uow.outbox.due(NOW, 1, without=[ChatId(1)], below=Priority.ANSWER),
    "the next moment": lambda uow, _: uow.outbox.next_due(),
    "what waits": lambda uow, _: uow.outbox.waiting(),
    "what a crash cut": lambda uow, _: uow.outbox.interrupted(),
    "what went wrong": lambda uow, _: uow.outbox.troubled(10),
    "a card's pending state": lambda uow, _: uow.outbox.queue(a_message(card="issue:1"), NOW),
    "a card's new name": lambda uow, _: uow.cards.rename(ChatId(1), "draft:1", "issue:1"),
    "the inbox": lambda uow, _: uow.inbox.pending(1, 10),
    "old updates": lambda uow, _: uow.inbox.prune(NOW, 100),
    "poison": lambda uow, _: uow.inbox.poisoned(10),
    "the agenda": lambda uow, _: uow.agenda.due(NOW, any_hour_only=False, limit=10),
    "what arrived": lambda uow, city: uow.agenda.arrived(city.reporter.id, NOW, NOW),
    "what was seen": lambda uow, city: uow.agenda.seen(city.reporter.id, NOW, told_at=NOW),
    "subscriptions": lambda uow, _: uow.subscriptions.due(NOW),
    "reporters to be asked again": lambda uow, _: uow.issues.unanswered(NOW, 10),
    "files to fetch": lambda uow, _: uow.evidence.claim(NOW, 10),
    "an open draft": lambda uow, city: uow.drafts.open_of(city.reporter.id, ChatId(1)),
    "open drafts of some": lambda uow, city: uow.drafts.hold({(city.reporter.id, ChatId(1)), (city.a02.id, ChatId(2))}),
    "a message's draft": lambda uow, _: uow.drafts.of_message(ChatId(1), MessageId(1)),
    "messages of cards": lambda uow, _: uow.cards.expect({(ChatId(1), "issue:1"), (ChatId(2), "issue:2")}),
    "what was pressed": lambda uow, _: uow.cards.hold({(ChatId(1), MessageId(1)), (ChatId(2), MessageId(2))}),
    "chats with a card": lambda uow, _: uow.cards.chats_with("issue:1"),
    "the desk's cases that changed": lambda uow, _: uow.desks.changed(10),
    "claims that are over": lambda uow, _: uow.desks.expired(NOW, 10),
    "how things stand": lambda uow, _: uow.vitals.read(NOW),
}
GROWING = (
    "issues",
    "history",
    "grams",
    "outbox",
    "inbox",
    "media",
    "drafts",
    "draft_pieces",
    "cards",
    "agenda",
    "said",
)


@pytest.fixture
async def sqlite_ledger(sqlite_store: SqlStore) -> City:
    """The sample city on SQLite."""
    async with sqlite_store.begin() as uow:
        return await a_city(uow)


@pytest.mark.parametrize("ask", INDEXED.values(), ids=INDEXED)
async def test_no_growing_table_is_read_whole(sqlite_store: SqlStore, sqlite_ledger: City, ask: Asking) -> None:
    """Every list and look-up goes over an index, so that it stays fast when the ledger is large."""
    async with sqlite_store.begin() as uow:
        raw, statements = uow._connection._raw, list[str]()
        raw.set_trace_callback(statements.append)
        await ask(uow, sqlite_ledger)
        await uow._session.write()
        raw.set_trace_callback(None)
        assert statements
        for statement in statements:
            steps = [detail for *_, detail in raw.execute(f"EXPLAIN QUERY PLAN {statement}")]
            whole = [
                step for step in steps for table in GROWING if step in {f"SCAN {table}", f"SCAN {table} USING INDEX"}
            ]
            assert not whole, (statement, steps)


async def test_history_keeps_no_words(sql_store: SqlStore, ledger: Ledger) -> None:
    """A line refers to what was said, and proves it by a salted digest that says nothing without the salt."""
    async with sql_store.begin() as uow:
        issue = await uow.issues.get(ledger.issues[0])
        await uow.issues.save(lifecycle.reject(issue, ledger.city.clerk.id, NOW, "这不是我们的项目"))
        line = (await uow._connection.execute(text("SELECT * FROM history WHERE action = 'reject'"))).first()
        said = (await uow._connection.execute(text("SELECT * FROM words"))).first()
        assert line.words == said.id
    assert "项目" not in str(line)
    assert said.text == "这不是我们的项目"
    assert len(line.words_digest) == 64
    assert said.salt not in str(line)
