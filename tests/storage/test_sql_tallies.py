"""On both databases: the counts that are kept are those a recount of the whole ledger gives, whatever happened to it."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from bot.domain.changes import change_of
from bot.domain.history import Action
from bot.domain.ids import IssueId, ProjectCode, UnitCode
from bot.domain.issue import Category, Outcome, Status
from bot.domain.organisation import CITY, Scope
from bot.ports import Store, UnitOfWork
from storage.databases.choice import database
from storage.databases.engines import parse
from storage.migrate import downgrade, upgrade
from storage.store import SqlStore
from tests import postgres
from tests.builders import City, a_city, a_deadline, an_issue, filed
from tests.fakes import NOW, FakeStore

UNITS = ("U02", "U03", "U04", "U11")
PROJECTS = ("P001", "P002", "P003")
DISTRICTS = ("海沧区", "翔安区")
SCOPES = (
    CITY,
    *(Scope.parse(f"unit:{code}") for code in UNITS),
    *(Scope.parse(f"project:{code}") for code in PROJECTS),
    *(Scope.parse(f"district:{name}") for name in DISTRICTS),
)
VALUES: dict[str, Any] = {
    "project": st.sampled_from(PROJECTS),
    "category": st.sampled_from((Category.POWER, Category.PAYMENT)),
    "unit": st.sampled_from((None, *UNITS)),
    "reporting_unit": st.sampled_from((None, *UNITS)),
    "status": st.sampled_from(Status),
    "outcome": st.sampled_from((None, Outcome.SOLVED, Outcome.PARTLY)),
    "deadline": st.sampled_from((None, a_deadline(NOW - timedelta(days=1)), a_deadline(NOW + timedelta(days=1)))),
}
FIELDS = st.fixed_dictionaries({}, optional=VALUES)
CHANGES = st.one_of(FIELDS, *(st.fixed_dictionaries({name: values}) for name, values in VALUES.items()))


@dataclass
class Stage:
    """The store that keeps counts, beside the one in memory that recounts each time."""

    runner: asyncio.Runner
    kept: Store
    city: City


class Undone(Exception):  # noqa: N818 - not an error: what was done is taken back
    """Rolls a savepoint back."""


class Counting(RuleBasedStateMachine):
    """The same is done to both."""

    stage: Stage

    @initialize()
    def begin(self) -> None:
        """One transaction each, rolled back at the end."""
        recounting = FakeStore()
        cities = [self.stage.city, self.run(settled(recounting))]
        self.reporters = [city.reporter.id for city in cities]
        self.transactions = [store.begin() for store in (self.stage.kept, recounting)]
        self.ledgers = [self.run(transaction.__aenter__()) for transaction in self.transactions]
        self.issues: list[list[IssueId]] = []  # each as it is called in the one and in the other

    def run(self, doing: Any) -> Any:
        """In the loop the store was opened in."""
        return self.stage.runner.run(doing)

    @rule(fields=FIELDS)
    def file(self, fields: dict[str, Any]) -> None:
        """In whatever state."""
        pairs = zip(self.ledgers, self.reporters, strict=True)
        self.issues.append([self.run(filed(uow, an_issue(reporter=reporter, **fields))).id for uow, reporter in pairs])

    @precondition(lambda self: self.issues)
    @rule(which=st.integers(0, 19), fields=CHANGES, undone=st.booleans())
    def change(self, which: int, fields: dict[str, Any], *, undone: bool) -> None:
        """Any field, or taken back with its savepoint."""
        for uow, issue in zip(self.ledgers, self.issues[which % len(self.issues)], strict=True):
            self.run(change(uow, issue, fields, undone=undone))

    @rule(project=st.sampled_from(PROJECTS), owner=st.sampled_from(UNITS), district=st.sampled_from(DISTRICTS))
    def move(self, project: str, owner: str, district: str) -> None:
        """A project changes hands, and all its issues with it."""
        for uow in self.ledgers:
            self.run(move(uow, ProjectCode(project), UnitCode(owner), district))

    @invariant()
    def agree(self) -> None:
        """Every figure, of every scope."""
        kept, recounted = [self.run(figures(uow)) for uow in self.ledgers]
        assert kept == recounted

    def teardown(self) -> None:
        """Nothing stays."""
        for transaction in self.transactions:
            with suppress(Undone):
                self.run(transaction.__aexit__(Undone, Undone(), None))


async def change(uow: UnitOfWork, issue: IssueId, fields: dict[str, Any], *, undone: bool) -> None:
    """One save."""
    with suppress(Undone):
        async with uow.savepoint():
            await uow.issues.save(change_of(await uow.issues.get(issue), Action.CATEGORISE, None, NOW, "", fields))
            if undone:
                raise Undone


async def move(uow: UnitOfWork, project: ProjectCode, owner: UnitCode, district: str) -> None:
    """As an import of the projects' sheet does."""
    await uow.projects.save(replace(await uow.projects.get(project), owner=owner, district=district))


async def figures(uow: UnitOfWork) -> list[Any]:
    """All that is counted."""
    found: list[Any] = [await uow.issues.loads(NOW)]
    for scope in SCOPES:
        found += [
            (scope, await uow.issues.totals(scope, NOW)),
            await uow.issues.by_category(scope, NOW),
            await uow.issues.by_unit(scope, NOW),
        ]
    return found


async def settled(store: Store) -> City:
    async with store.begin() as uow:
        return await a_city(uow)


LIMITS = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
LEDGER: Sequence[dict[str, Any]] = (
    {"unit": "U04", "reporting_unit": "U04", "status": Status.CLEARED, "outcome": Outcome.SOLVED},
    {
        "unit": "U04",
        "reporting_unit": "U11",
        "status": Status.ACCEPTED,
        "deadline": a_deadline(NOW - timedelta(days=1)),
    },
    {"unit": None, "reporting_unit": None, "project": "P001"},
)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of its own."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path / 'ledger.db'}"
        asyncio.run(upgrade(found))
        yield found
        return
    with postgres.database() as found:
        asyncio.run(upgrade(found))
        yield found


def test_whatever_happens_the_counts_are_what_a_recount_gives(url: str) -> None:
    """Issues filed, changed in any field and back, savepoints undone, projects that change hands."""
    with asyncio.Runner() as runner:
        store = SqlStore(url)
        runner.run(store.open())
        try:
            stage = Stage(runner, store, runner.run(settled(store)))
            run_state_machine_as_test(type("Counting", (Counting,), {"stage": stage}), settings=LIMITS)
        finally:
            runner.run(store.close())


async def test_a_ledger_that_was_there_before_is_counted_once(url: str) -> None:
    """The migration counts what it finds; from then on the database does."""
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        city = await a_city(uow)
        for fields in LEDGER:
            await filed(uow, an_issue(reporter=city.reporter.id, **fields))
        before = await figures(uow)
    await store.close()
    await downgrade(url, "0015_claims")
    await upgrade(url)
    await store.open()
    async with store.begin() as uow:
        assert await figures(uow) == before
    await store.close()


WRITERS, BATCHES, STEPS = 4, 12, 6
CATEGORIES = (Category.POWER, Category.PAYMENT)
_KEPT = "SELECT value, collected FROM tallies WHERE party = '' AND facet = 'category'"
_COUNTED = "SELECT category, count(*) FROM issues GROUP BY category"


async def test_many_writers_of_one_project_never_cross(postgres_url: str) -> None:
    """They file and change in any order, several issues a commit: nobody is rolled back, and the counts are a recount's."""
    await upgrade(postgres_url)
    postgres.empty(postgres_url)
    store = SqlStore(postgres_url)
    await store.open()
    city = await settled(store)
    await asyncio.gather(*(writes(store, city, random.Random(n)) for n in range(WRITERS)))  # noqa: S311 - a test's dice
    await store.close()
    assert await asked(postgres_url, _KEPT) == await asked(postgres_url, _COUNTED)


async def writes(store: SqlStore, city: City, dice: random.Random) -> None:
    """Batches of its own issues, in the one project."""
    mine: list[IssueId] = []
    for _ in range(BATCHES):
        async with store.begin() as uow:
            for _ in range(STEPS):
                if not mine or dice.random() < 0.5:
                    issue = an_issue(reporter=city.reporter.id, category=dice.choice(CATEGORIES), reporting_unit="U04")
                    mine.append((await filed(uow, issue)).id)
                else:
                    await change(uow, dice.choice(mine), {"category": dice.choice(CATEGORIES)}, undone=False)
                await asyncio.sleep(0)


async def asked(url: str, question: str) -> list[Any]:
    """Past the store."""
    place = database(parse(url))
    async with place.transaction(writing=False) as connection:
        rows = (await connection.execute(text(question))).all()
    await place.close()
    return sorted(tuple(row) for row in rows)
