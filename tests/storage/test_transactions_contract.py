"""Every store: what a transaction promises."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.domain import lifecycle
from bot.domain.ids import IssueId, PersonId, ProjectCode, UnitCode
from bot.ports import Due, Store, UnitOfWork
from tests.builders import City, a_draft, a_message, a_person, a_project, a_unit, an_issue, filed
from tests.fakes import NOW


class FailureError(Exception):
    """Something went wrong."""


async def facts(store: Store, *names: str) -> list[str | None]:
    """Committed facts by name."""
    async with store.read() as uow:
        return [await uow.facts.get(name) for name in names]


async def test_leaving_commits(store: Store) -> None:
    """What was written is there for the next reader."""
    async with store.begin() as uow:
        await uow.facts.put("name", "project_home_bot")
    assert await facts(store, "name") == ["project_home_bot"]


async def test_an_exception_undoes_everything(store: Store) -> None:
    """A failing transaction leaves nothing, and the exception goes on as it was."""
    with pytest.raises(FailureError):
        await write_and_fail(store)
    assert await facts(store, "a") == [None]
    async with store.read() as uow:
        assert await uow.units.all() == []
        assert await uow.outbox.waiting() == 0


async def write_and_fail(store: Store) -> None:
    """Write in several places, then fail."""
    async with store.begin() as uow:
        await uow.facts.put("a", "1")
        await uow.units.save(a_unit())
        await uow.outbox.queue(a_message(), an_issue().reported_at)
        raise FailureError


async def test_the_store_works_on_after_a_failure(store: Store) -> None:
    """A failed transaction keeps no lock and no connection."""
    for _ in range(12):
        with pytest.raises(FailureError):
            await write_and_fail(store)
    async with store.begin() as uow:
        await uow.facts.put("a", "2")
    assert await facts(store, "a") == ["2"]


async def test_a_cancelled_transaction_is_undone(store: Store) -> None:
    """Cancelling the task that writes rolls back and frees the writer."""

    async def write_for_ever() -> None:
        async with store.begin() as uow:
            await uow.facts.put("a", "1")
            begun.set()
            await asyncio.sleep(60)

    begun = asyncio.Event()
    task = asyncio.create_task(write_for_ever())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.begin() as uow:
        assert await uow.facts.get("a") is None


async def test_what_is_written_is_seen_inside(store: Store) -> None:
    """A transaction reads its own writes; readers outside don't see them before the commit."""
    async with store.begin() as uow:
        await uow.facts.put("a", "1")
        assert await uow.facts.get("a") == "1"
        assert await facts(store, "a") == [None]


async def test_a_reader_keeps_its_snapshot(store: Store) -> None:
    """What is committed while somebody reads does not change what they read."""
    async with store.read() as reader:
        assert await reader.facts.get("a") is None
        async with store.begin() as uow:
            await uow.facts.put("a", "1")
        assert await reader.facts.get("a") is None
    assert await facts(store, "a") == ["1"]


async def test_a_savepoint_keeps_what_succeeded(store: Store) -> None:
    """Leaving a savepoint normally keeps its writes with the rest."""
    async with store.begin() as uow, uow.savepoint():
        await uow.facts.put("a", "1")
    assert await facts(store, "a") == ["1"]


async def test_a_savepoint_undoes_only_itself(store: Store) -> None:
    """A failing savepoint loses its writes; those before and after stay, and the exception is raised on."""
    async with store.begin() as uow:
        await uow.facts.put("before", "1")
        with pytest.raises(FailureError):
            await fail_in_savepoint(uow)
        assert await uow.facts.get("within") is None
        await uow.facts.put("after", "1")
    assert await facts(store, "before", "within", "after") == ["1", None, "1"]


async def fail_in_savepoint(uow: UnitOfWork) -> None:
    """Overwrite and add, then fail."""
    async with uow.savepoint():
        await uow.facts.put("before", "overwritten")
        await uow.facts.put("within", "1")
        raise FailureError


async def test_savepoints_nest(store: Store) -> None:
    """An inner one may fail while the outer one is kept."""
    async with store.begin() as uow, uow.savepoint():
        await uow.facts.put("outer", "1")
        with pytest.raises(FailureError):
            await fail_in_savepoint(uow)
    assert await facts(store, "outer", "within", "before") == ["1", None, None]


async def test_a_refused_row_does_not_spoil_the_transaction(store: Store, city: City) -> None:
    """A broken rule of the store (a number given twice) inside a savepoint leaves the transaction usable."""
    async with store.begin() as uow:
        issue = await filed(uow, an_issue(reporter=city.reporter.id))
        with pytest.raises(Exception, match=r"(?i)number|unique"):
            await file_again(uow, issue.number, city)
        await uow.facts.put("a", "1")
    assert await facts(store, "a") == ["1"]


async def file_again(uow: UnitOfWork, number: str, city: City) -> None:
    """A second issue under the same number."""
    async with uow.savepoint():
        await uow.issues.add(lifecycle.report(an_issue(number=number, reporter=city.reporter.id)))


async def test_writers_take_turns(store: Store) -> None:
    """Concurrent read-modify-writes on one counter lose nothing."""

    async def count() -> None:
        async with store.begin() as uow:
            await uow.issues.next_number("XM", 2026)

    await asyncio.gather(*(count() for _ in range(20)))
    async with store.begin() as uow:
        assert await uow.issues.next_number("XM", 2026) == "XM-2026-0021"


Writing = Callable[[UnitOfWork, City], Awaitable[object]]
REFERENCES: dict[str, Writing] = {
    "a unit's head": lambda uow, _: uow.units.save(a_unit(head=PersonId(4242))),
    "a project's owner": lambda uow, _: uow.projects.save(a_project(owner=UnitCode("U99"))),
    "a person's unit": lambda uow, _: uow.people.add(a_person("N01", unit=UnitCode("U99"))),
    "a person's project": lambda uow, city: uow.people.save(replace(city.clerk, current_project=ProjectCode("P999"))),
    "an issue's project": lambda uow, city: filed(uow, an_issue(reporter=city.clerk.id, project=ProjectCode("P999"))),
    "an issue's reporter": lambda uow, _: filed(uow, an_issue(reporter=PersonId(4242))),
    "an issue's unit": lambda uow, city: filed(uow, an_issue(reporter=city.clerk.id, unit=UnitCode("U99"))),
    "a draft's person": lambda uow, _: uow.drafts.add(a_draft(PersonId(4242))),
    "a planned issue": lambda uow, _: uow.agenda.plan(Due(IssueId(4242), "reminder", NOW, 1, 3)),
}


async def test_what_is_named_must_be_there(uow: UnitOfWork, city: City) -> None:
    """A reference to a unit, project, person or issue that does not exist is refused at once."""
    for write in REFERENCES.values():
        with pytest.raises(Exception, match=r"(?i)foreign.key"):
            await within_savepoint(uow, city, write)


async def within_savepoint(uow: UnitOfWork, city: City, write: Writing) -> None:
    """So that the transaction stays usable."""
    async with uow.savepoint():
        await write(uow, city)
