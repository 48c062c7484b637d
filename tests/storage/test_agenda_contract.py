"""Every store: what is due when, and the proof of what was said."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import lifecycle
from bot.domain.ids import ChatId, IssueId, PersonId, UnitCode
from bot.ports import Brief, Due, Store, Telling, UnitOfWork
from tests.builders import City, a_city, a_deadline, an_issue, assigned, filed
from tests.fakes import NOW

HOUR = timedelta(hours=1)


async def a_due(uow: UnitOfWork, city: City, kind: str = "reminder", hours: float = 0) -> Due:
    """A moment of a new issue, not planned yet."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    return Due(issue.id, kind, NOW + hours * HOUR, version=1, step=3)


async def due(uow: UnitOfWork, *, any_hour_only: bool = False, limit: int = 100) -> list[Due]:
    """What is due at `NOW`."""
    return await uow.agenda.due(NOW, any_hour_only=any_hour_only, limit=limit)


async def test_a_row_is_kept_whole(uow: UnitOfWork, city: City) -> None:
    """Every field comes back, steps below zero too."""
    row = (await a_due(uow, city))._replace(version=4, step=-12, any_hour=True)
    await uow.agenda.plan(row)
    assert await due(uow) == [row] == await uow.agenda.planned(row.issue)


async def test_the_earliest_is_due_first(uow: UnitOfWork, city: City) -> None:
    """Up to now and no later; no more than asked."""
    rows = [await a_due(uow, city, hours=hours) for hours in (-1, -3, 0, 1, -2)]
    await uow.agenda.plan_all(rows)
    expected = [rows[1], rows[4], rows[0], rows[2]]
    assert await due(uow) == expected
    assert await due(uow, limit=2) == expected[:2]


async def test_outside_office_hours_only_what_may_go_then(uow: UnitOfWork, city: City) -> None:
    """`any_hour_only` leaves the others for the morning."""
    patient = await a_due(uow, city)
    urgent = (await a_due(uow, city))._replace(any_hour=True)
    await uow.agenda.plan_all([patient, urgent])
    assert await due(uow, any_hour_only=True) == [urgent]
    assert len(await due(uow)) == 2


async def test_planning_again_replaces(uow: UnitOfWork, city: City) -> None:
    """One row per issue and kind; the other kind stays."""
    first = await a_due(uow, city)
    rung = first._replace(kind="rung")
    moved = first._replace(at=NOW + HOUR, version=2, step=1, any_hour=True)
    await uow.agenda.plan_all([first, rung])
    await uow.agenda.plan(moved)
    assert await due(uow) == [rung]
    assert {row.kind: row for row in await uow.agenda.planned(first.issue)} == {"reminder": moved, "rung": rung}
    await uow.agenda.plan_all([moved._replace(at=NOW)])
    assert len(await uow.agenda.planned(first.issue)) == 2
    assert len(await due(uow)) == 2


async def test_cancelling(uow: UnitOfWork, city: City) -> None:
    """One kind, or all; other issues' rows stay; cancelling nothing is nothing."""
    row, other = await a_due(uow, city), await a_due(uow, city)
    await uow.agenda.plan_all([row, row._replace(kind="rung"), other])
    await uow.agenda.cancel(row.issue, "reminder")
    assert [left.kind for left in await uow.agenda.planned(row.issue)] == ["rung"]
    await uow.agenda.cancel(row.issue)
    await uow.agenda.cancel(row.issue)
    assert await due(uow) == [other]


async def test_nothing_planned(uow: UnitOfWork) -> None:
    """Empty plans and unknown issues are no errors."""
    await uow.agenda.plan_all([])
    assert await uow.agenda.planned(IssueId(4242)) == []
    assert await due(uow) == []


async def test_a_step_is_said_once(uow: UnitOfWork, city: City) -> None:
    """Per issue, kind, deadline version, step and person; when it was planned doesn't matter."""
    row = await a_due(uow, city)
    assert await uow.agenda.said(row, city.a04.id, NOW)
    assert not await uow.agenda.said(row, city.a04.id, NOW + HOUR)
    assert not await uow.agenda.said(row._replace(at=NOW + HOUR, any_hour=True), city.a04.id, NOW)
    others = [row._replace(kind="rung"), row._replace(version=2), row._replace(step=-3)]
    assert [await uow.agenda.said(other, city.a04.id, NOW) for other in others] == [True, True, True]
    assert await uow.agenda.said(row, city.h04.id, NOW)


async def test_a_step_for_nobody_is_said_once_too(uow: UnitOfWork, city: City) -> None:
    """Without a person it is one thing as well, and another than with one."""
    row = await a_due(uow, city)
    assert [await uow.agenda.said(row, None, NOW) for _ in range(2)] == [True, False]
    assert await uow.agenda.said(row, city.a04.id, NOW)


async def test_many_are_said_at_once(uow: UnitOfWork, city: City) -> None:
    """Those told before are left out; asking again leaves out all."""
    told, fresh, nobodys = [await a_due(uow, city) for _ in range(3)]
    await uow.agenda.said(told, city.a04.id, NOW)
    people: dict[Due, PersonId | None] = {told: city.a04.id, fresh: city.a04.id, nobodys: None}
    assert await uow.agenda.said_all(people, NOW) == {fresh, nobodys}
    assert await uow.agenda.said_all(people, NOW) == set()
    assert await uow.agenda.said_all({}, NOW) == set()


async def test_what_was_said_stays_said(uow: UnitOfWork, city: City) -> None:
    """Cancelling and planning anew forgets no proof."""
    row = await a_due(uow, city)
    await uow.agenda.plan(row)
    await uow.agenda.said(row, city.a04.id, NOW)
    await uow.agenda.cancel(row.issue)
    await uow.agenda.plan(row)
    assert not await uow.agenda.said(row, city.a04.id, NOW)


async def test_of_two_who_say_it_at_once_one_does(store: Store, city: City) -> None:
    """Two ticks side by side: one may speak."""
    async with store.begin() as uow:
        row = await a_due(uow, city)

    async def say() -> bool:
        async with store.begin() as uow:
            return await uow.agenda.said(row, city.a04.id, NOW)

    assert sorted(await asyncio.gather(say(), say(), say())) == [False, False, True]


async def test_a_telling_is_proved_by_its_arrival_and_by_being_seen(uow: UnitOfWork, city: City) -> None:
    """The step itself comes first; arrival and sight are each noted once; what was seen has arrived."""
    rung = await a_due(uow, city, kind="rung")
    step = rung._replace(step=0)
    await uow.agenda.said(step, None, NOW)
    await uow.agenda.told([(step, city.h04.id), (step, city.h02.id)], NOW)
    await uow.agenda.told([(step, city.h04.id)], NOW + HOUR)
    await uow.agenda.arrived(city.h04.id, NOW, NOW + HOUR)
    await uow.agenda.arrived(city.h04.id, NOW, NOW + 2 * HOUR)
    assert await uow.agenda.seen(city.h02.id, NOW + 3 * HOUR, told_at=NOW) == 1
    assert await uow.agenda.seen(city.h02.id, NOW + 4 * HOUR, issue=rung.issue) == 0
    expected = [
        Telling(0, None, NOW),
        Telling(0, city.h04.id, NOW, NOW + HOUR),
        Telling(0, city.h02.id, NOW, NOW + 3 * HOUR, NOW + 3 * HOUR),
    ]
    found = await uow.agenda.tellings(rung.issue, "rung", 1)
    assert found == sorted(expected, key=lambda one: one.person or 0)
    assert await uow.agenda.tellings(rung.issue, "rung", 2) == []
    assert await uow.agenda.tellings(rung.issue, "reminder", 1) == []


async def test_seeing_is_of_one_person_and_one_issue_or_moment(uow: UnitOfWork, city: City) -> None:
    """Nobody else's, no other issue's, no other moment's."""
    rows = [await a_due(uow, city, kind="rung") for _ in range(3)]
    await uow.agenda.told([(rows[0], city.h04.id), (rows[0], city.h02.id), (rows[1], city.h04.id)], NOW)
    await uow.agenda.told([(rows[2], city.h04.id)], NOW + HOUR)
    assert await uow.agenda.seen(city.h04.id, NOW + HOUR, issue=rows[1].issue) == 1
    assert await uow.agenda.seen(city.h04.id, NOW + HOUR, told_at=NOW) == 1
    assert await uow.agenda.seen(city.h04.id, NOW + HOUR, told_at=NOW + HOUR) == 1
    assert await uow.agenda.seen(city.h02.id, NOW + HOUR, issue=rows[2].issue) == 0
    await uow.agenda.told([], NOW)


async def test_how_far_an_issue_has_climbed_with_its_present_deadline(uow: UnitOfWork, city: City) -> None:
    """The highest rung; none of a former deadline, none of an issue without one."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    bare = await filed(uow, an_issue(reporter=city.reporter.id))
    issue = await assigned(uow, issue, city.a04, city.clerk.id, deadline=a_deadline(version=1))
    for step in (0, 1):
        for row in (Due(issue.id, "rung", NOW, 1, step), Due(bare.id, "rung", NOW, 1, step)):
            await uow.agenda.said(row, None, NOW)
    await uow.agenda.said(Due(issue.id, "reminder", NOW, 1, 3), None, NOW)
    assert await uow.agenda.climbed([issue.id, bare.id]) == {issue.id: 1}
    assert await uow.agenda.climbed([]) == {}
    change = lifecycle.set_deadline(issue, city.clerk.id, NOW, 9, a_deadline(version=2))
    await uow.issues.save(change)
    assert await uow.agenda.climbed([issue.id]) == {}


async def test_what_is_ripe_comes_with_its_issue_as_it_stands(uow: UnitOfWork, city: City) -> None:
    """All that a line about it says, and where it stands; a person who can't be told has no chat."""
    issue = await filed(
        uow, an_issue(reporter=city.reporter.id, description="断电" * 60, reporting_unit=UnitCode("U11"))
    )
    issue = await assigned(uow, issue, city.a04, city.clerk.id, deadline=a_deadline(version=3))
    row = Due(issue.id, "reminder", NOW, 3, 1)
    await uow.agenda.plan(row)
    (ripe,) = await uow.agenda.ripe(NOW, any_hour_only=False, limit=10)
    view = await uow.issues.view(issue.id)
    assert ripe.due == row
    assert ripe.brief == Brief(
        issue=issue.id,
        number=issue.number,
        status=issue.status,
        words="断电" * 40,
        project=issue.project,
        project_name=view.project_name,
        district=view.district,
        owner=view.standing.owner,
        reporting_unit=UnitCode("U11"),
        reporter=city.reporter.id,
        unit=city.a04.unit,
        unit_name="市供电公司",
        assignee=city.a04.id,
        assignee_name="蔡明",
        assignee_chat=ChatId(3004),
        due_at=a_deadline().due_at,
        due_version=3,
        provisional=False,
        nudged=0,
    )
    assert ripe.brief.standing == view.standing
    assert ripe.brief.runs
    for change in ({"user_id": None}, {"reachable": False}, {"left": True}):
        await uow.people.save(replace(city.a04, **change))  # type: ignore[arg-type]
        (brief,) = await uow.agenda.briefs([issue.id])
        assert brief.assignee_chat is None


async def test_an_issue_with_nobody_and_no_deadline_has_a_brief_too(uow: UnitOfWork, city: City) -> None:
    """Names are empty, nothing runs; by id, each once, unknown ones left out."""
    first, second = [await filed(uow, an_issue(reporter=city.reporter.id)) for _ in range(2)]
    found = await uow.agenda.briefs([second.id, IssueId(4242), first.id, second.id])
    assert [brief.issue for brief in found] == [first.id, second.id]
    brief = found[0]
    assert (brief.unit, brief.unit_name, brief.assignee, brief.assignee_name) == (None, "", None, "")
    assert (brief.due_at, brief.due_version, brief.provisional, brief.runs) == (None, 0, False, False)
    assert await uow.agenda.briefs([]) == []


async def test_ripe_is_what_is_due(uow: UnitOfWork, city: City) -> None:
    """The same rows in the same order, also outside office hours."""
    rows = [await a_due(uow, city, hours=hours) for hours in (-1, -3, 0, 1, -2)]
    await uow.agenda.plan_all([row._replace(any_hour=row is rows[1]) for row in rows])
    for any_hour_only, limit in ((False, 10), (False, 2), (True, 10)):
        expected = await uow.agenda.due(NOW, any_hour_only=any_hour_only, limit=limit)
        found = await uow.agenda.ripe(NOW, any_hour_only=any_hour_only, limit=limit)
        assert [ripe.due for ripe in found] == expected != []


async def test_many_planned_steps_are_taken_at_once_and_moved_on(
    uow: UnitOfWork, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one statement holds (here one each); each is taken once; other kinds and issues, and what is not due, stay."""
    monkeypatch.setattr("storage.repositories.agenda._IDS_AT_ONCE", 1)
    issue = await a_due(uow, city)
    rows = [issue, *[await a_due(uow, city) for _ in range(2)]]
    rung = issue._replace(kind="rung", step=0)
    await uow.agenda.plan_all([*rows, rung])
    await uow.agenda.said(rows[1], None, NOW)
    issues = [row.issue for row in rows]
    assert await uow.agenda.take("reminder", [*issues, IssueId(4242)], NOW) == {issues[0], issues[2]}
    assert await uow.agenda.take("reminder", issues, NOW) == set()
    assert await uow.agenda.take("nudge", issues, NOW) == await uow.agenda.take("reminder", [], NOW) == set()
    await uow.agenda.move("reminder", issues[:2], NOW, NOW + HOUR, -1)
    assert await due(uow) == [rung, rows[2]] or await due(uow) == [rows[2], rung]
    assert {row.step for row in await uow.agenda.due(NOW + HOUR, any_hour_only=False, limit=9)} == {0, 3, -1}
    await uow.agenda.move("reminder", issues[:1], NOW, NOW, -2)
    assert {row.step for row in await uow.agenda.due(NOW + HOUR, any_hour_only=False, limit=9)} == {0, 3, -1}
    assert await uow.agenda.take("reminder", issues[:1], NOW) == set()
    await uow.agenda.move("reminder", issues[:1], NOW + HOUR, NOW + 2 * HOUR, -2)
    assert await uow.agenda.take("reminder", issues[:1], NOW + 2 * HOUR) == {issues[0]}


async def test_what_somebody_is_closing_is_left_alone(postgres_store: Store) -> None:
    """On PostgreSQL a tick skips a row that another transaction is cancelling; nothing is said of it afterwards."""
    async with postgres_store.begin() as uow:
        city = await a_city(uow)
        closing, other = await a_due(uow, city), await a_due(uow, city)
        await uow.agenda.plan_all([closing, other])
    async with postgres_store.begin() as uow:
        await uow.agenda.cancel(closing.issue)
        async with postgres_store.begin() as tick:
            found = await tick.agenda.ripe(NOW, any_hour_only=False, limit=9)
            assert [ripe.due for ripe in found] == [other]
