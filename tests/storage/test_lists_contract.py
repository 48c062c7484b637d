"""Every store: the lists people work from, their order and their limits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain import lifecycle
from bot.domain.history import Action
from bot.domain.ids import PersonId, ProjectCode, UnitCode
from bot.domain.issue import AT_THE_DESK, AT_THE_UNIT, Issue, Level, Status, Word
from bot.domain.organisation import CITY, Scope
from bot.domain.permissions import Sight
from bot.ports import IssueView, UnitOfWork
from tests.builders import City, a_deadline, a_person, an_issue, filed
from tests.fakes import NOW

EVERYTHING = Sight(None, frozenset({CITY}))


async def reported(uow: UnitOfWork, city: City, hours: float, **more: Any) -> Issue:
    """An issue reported so many hours after `NOW`."""
    more = {"reporter": city.reporter.id, **more}
    return await filed(uow, an_issue(reported_at=NOW + timedelta(hours=hours), **more))


async def due(uow: UnitOfWork, city: City, hours: float, status: Status = Status.ASSIGNED, **more: Any) -> Issue:
    """An issue at 蔡明's, due so many hours after `NOW`."""
    deadline = a_deadline(NOW + timedelta(hours=hours))
    more = {"reporter": city.reporter.id, "assignee": city.a04.id, "unit": city.a04.unit, **more}
    return await filed(uow, an_issue(status=status, deadline=deadline, deadlines=1, **more))


def ids(views: list[IssueView]) -> list[int]:
    """Which issues, in their order."""
    return [view.issue.id for view in views]


async def test_the_queue_is_urgent_first_then_oldest(uow: UnitOfWork, city: City) -> None:
    """Level A before the others; B and C wait side by side, by age."""
    b_new, c_old, a_new, a_old = [
        await reported(uow, city, hours, level=level)
        for hours, level in ((3, Level.B), (1, Level.C), (4, Level.A), (2, Level.A))
    ]
    expected = [a_old.id, a_new.id, c_old.id, b_new.id]
    assert await uow.issues.queue(EVERYTHING, None, 10) == expected
    assert await uow.issues.queue(EVERYTHING, None, 2) == expected[:2]
    assert await uow.issues.queue_length(EVERYTHING, 10) == 4


async def test_the_queue_holds_what_waits_at_the_desk(uow: UnitOfWork, city: City) -> None:
    """Reported, registered, verified, returned, resolved; nothing else."""
    issues = [await reported(uow, city, n, status=status) for n, status in enumerate(Status)]
    expected = [issue.id for issue in issues if issue.status in AT_THE_DESK]
    assert await uow.issues.queue(EVERYTHING, None, 10) == expected
    assert await uow.issues.queue_length(EVERYTHING, 10) == len(expected)


async def test_a_desk_of_some_units_and_projects_has_its_own_queue(uow: UnitOfWork, city: City) -> None:
    """What a unit is to solve, what it reported, what its projects have; each once, in the order of the whole queue."""
    places: tuple[dict[str, Any], ...] = (
        {"unit": UnitCode("U04"), "reporting_unit": UnitCode("U04")},
        {"project": ProjectCode("P003")},
        {"reporting_unit": UnitCode("U04"), "level": Level.A},
        {"unit": UnitCode("U01"), "reporting_unit": None},
        {"project": ProjectCode("P002"), "level": Level.A, "reporting_unit": None},
    )
    cases = [await reported(uow, city, -n, **place) for n, place in enumerate(places)]
    await reported(uow, city, 0, unit=UnitCode("U04"), status=Status.ASSIGNED)
    desk = Sight(None, frozenset({Scope.parse("unit:U04"), Scope.parse("project:P003")}))
    waiting = [cases[n].id for n in (2, 1, 0)]
    assert await uow.issues.queue(desk, None, 10) == waiting
    assert await uow.issues.queue(desk, waiting[0], 10, silent_before=NOW) == waiting[1:]
    assert await uow.issues.queue(desk, None, 1) == waiting[:1]
    assert await uow.issues.queue_length(desk, 10) == 3
    assert await uow.issues.queue_length(desk, 2, silent_before=NOW) == 2
    owner = Sight(None, frozenset({Scope.parse("unit:U11")}))
    assert await uow.issues.queue(owner, None, 10) == [cases[n].id for n in (4, 2, 3, 1, 0)]


async def test_a_solution_waits_for_its_reporter_first(uow: UnitOfWork, city: City) -> None:
    """It is the desk's once they say it is solved, or have been silent long and asked twice, or can't be asked."""
    guest = await uow.people.add(a_person("B1"))
    kinds: dict[str, dict[str, Any]] = {
        "said": {"word": Word.SOLVED},
        "silent for long": {"asks": 2, "hours": -50},
        "asked once": {"asks": 1, "hours": -50},
        "can't be asked": {"reporter": guest.id, "hours": -50},
        "silent": {"asks": 2, "hours": -1},
    }
    issues = {}
    for name, kind in kinds.items():
        resolved = NOW + timedelta(hours=kind.pop("hours", 0))
        issues[name] = await reported(uow, city, len(issues), status=Status.RESOLVED, resolved_at=resolved, **kind)
    ripe = [issues[name].id for name in ("said", "silent for long", "can't be asked")]
    before = NOW - timedelta(hours=24)
    assert await uow.issues.queue(EVERYTHING, None, 10, silent_before=before) == ripe
    assert await uow.issues.queue_length(EVERYTHING, 10, silent_before=before) == len(ripe)
    assert await uow.issues.queue_length(EVERYTHING, 2, silent_before=before) == 2


async def test_the_queue_goes_on_behind_an_issue(uow: UnitOfWork, city: City) -> None:
    """One by one through the whole queue, none twice, none left out; also over equal moments."""
    for hours, level in ((1, Level.B), (1, Level.B), (1, Level.A), (2, Level.C), (1, Level.A)):
        await reported(uow, city, hours, level=level)
    walked: list[int] = []
    after = None
    while step := await uow.issues.queue(EVERYTHING, after, 1):
        walked += step
        after = step[0]
    assert walked == await uow.issues.queue(EVERYTHING, None, 10)
    assert len(walked) == 5


async def test_the_queue_goes_on_behind_one_that_left_it(uow: UnitOfWork, city: City) -> None:
    """A clerk who rejects a card and presses 'next' gets the one behind it."""
    _, second, third = [await reported(uow, city, hours) for hours in (1, 2, 3)]
    await uow.issues.save(lifecycle.reject(second, city.clerk.id, NOW, "重复"))
    assert await uow.issues.queue(EVERYTHING, second.id, 10) == [third.id]


async def test_a_reporters_last_open_one(uow: UnitOfWork, city: City) -> None:
    """The newest, unless it is closed; nobody else's."""
    assert await uow.issues.last_open_of(city.reporter.id) is None
    await reported(uow, city, 1, status=Status.ASSIGNED)
    newest = await reported(uow, city, 3)
    await reported(uow, city, 4, status=Status.CLEARED)
    await reported(uow, city, 5, reporter=city.a04.id)
    assert await uow.issues.last_open_of(city.reporter.id) == newest


async def test_a_reporters_own_come_open_first_newest_first(uow: UnitOfWork, city: City) -> None:
    """Closed ones follow; other people's are not among them; the limit holds."""
    old, closed, new, rejected = [
        await reported(uow, city, hours, status=status)
        for hours, status in ((1, Status.ASSIGNED), (5, Status.CLEARED), (3, Status.REPORTED), (4, Status.REJECTED))
    ]
    await reported(uow, city, 6, reporter=city.a04.id)
    expected = [new.id, old.id, closed.id, rejected.id]
    assert ids(await uow.issues.of_reporter(city.reporter.id, 10)) == expected
    assert ids(await uow.issues.of_reporter(city.reporter.id, 3)) == expected[:3]
    assert await uow.issues.of_reporter(PersonId(4242), 10) == []


async def test_tasks_come_nearest_deadline_first(uow: UnitOfWork, city: City) -> None:
    """Overdue ones lead; other people's are not among them; the limit holds."""
    later, overdue, sooner = [await due(uow, city, hours) for hours in (9, -9, 3)]
    await due(uow, city, 1, assignee=city.a14.id)
    expected = [overdue.id, sooner.id, later.id]
    assert ids(await uow.issues.tasks(city.a04.id, 10)) == expected
    assert ids(await uow.issues.tasks(city.a04.id, 2)) == expected[:2]


async def test_tasks_and_overdue_are_at_the_unit(uow: UnitOfWork, city: City) -> None:
    """Assigned or accepted: elsewhere the deadline does not run."""
    issues = [await due(uow, city, -1, status) for status in Status]
    expected = [issue.id for issue in issues if issue.status in AT_THE_UNIT]
    assert ids(await uow.issues.tasks(city.a04.id, 20)) == expected
    assert ids(await uow.issues.overdue(EVERYTHING, NOW, 20)) == expected


async def test_overdue_means_past_the_deadline(uow: UnitOfWork, city: City) -> None:
    """Longest overdue first; at the very moment of the deadline it is not yet overdue; the limit holds."""
    short, long, on_time, _ = [await due(uow, city, hours) for hours in (-1, -30, 0, 5)]
    assert ids(await uow.issues.overdue(EVERYTHING, NOW, 10)) == [long.id, short.id]
    assert ids(await uow.issues.overdue(EVERYTHING, NOW, 1)) == [long.id]
    a_moment_later = NOW + timedelta(microseconds=1)
    assert ids(await uow.issues.overdue(EVERYTHING, a_moment_later, 10)) == [long.id, short.id, on_time.id]


async def test_the_ledger_is_streamed_by_number(uow: UnitOfWork, city: City) -> None:
    """All of them, open or not, whatever the order of reporting."""
    issues = [await reported(uow, city, -n, status=status) for n, status in enumerate(Status)]
    streamed = [view.issue async for view in uow.issues.each(EVERYTHING)]
    assert streamed == issues
    assert [issue.number for issue in streamed] == sorted(issue.number for issue in issues)


async def test_the_ledger_may_be_left_in_the_middle(uow: UnitOfWork, city: City) -> None:
    """Whoever stops reading leaves the transaction usable."""
    for _ in range(3):
        await reported(uow, city, 0)
    async for view in uow.issues.each(EVERYTHING):
        assert view.issue.number == "XM-2026-0001"
        break
    assert await uow.issues.queue_length(EVERYTHING, 10) == 3


async def test_a_step_moves_an_issue_between_the_lists(uow: UnitOfWork, city: City) -> None:
    """Registering keeps it at the desk, returning brings it back from the unit."""
    issue = await due(uow, city, 9)
    assert await uow.issues.queue_length(EVERYTHING, 10) == 0
    await uow.issues.save(lifecycle.return_to_desk(issue, city.a04.id, NOW, "不归我们管"))
    assert await uow.issues.queue(EVERYTHING, None, 10) == [issue.id]
    assert await uow.issues.tasks(city.a04.id, 10) == []
    assert (await uow.issues.last_entry(issue.id)).action is Action.RETURN  # type: ignore[union-attr]


async def test_who_was_asked_once_and_is_silent(uow: UnitOfWork, city: City) -> None:
    """Resolved before then, no word yet, asked once, and somebody who can be told; longest first."""
    gone = await uow.people.add(a_person("R09", "老李", user_id=None))
    hours = NOW + timedelta(hours=1)
    solved: dict[str, Any] = {"status": Status.RESOLVED, "asks": 1}
    late = await reported(uow, city, 0, resolved_at=hours, **solved)
    early = await reported(uow, city, 0, resolved_at=NOW, **solved)
    for more in (
        {"resolved_at": hours, "word": Word.SOLVED},
        {"resolved_at": hours, "asks": 2},
        {"resolved_at": hours, "status": Status.CLEARED},
        {"resolved_at": hours, "reporter": gone.id},
    ):
        await reported(uow, city, 0, **{**solved, **more})
    after = hours + timedelta(seconds=1)
    assert ids(await uow.issues.unanswered(after, 10)) == [early.id, late.id]
    assert ids(await uow.issues.unanswered(hours, 10)) == [early.id]
    assert ids(await uow.issues.unanswered(after, 1)) == [early.id]


async def test_what_waits_for_something(uow: UnitOfWork, city: City) -> None:
    """Longest first, within sight, and nothing else."""
    waits: dict[str, Any] = {"status": Status.SUSPENDED, "suspended_from": Status.ACCEPTED}
    late = await reported(uow, city, 0, suspended_at=NOW + timedelta(days=1), **waits)
    early = await reported(uow, city, 0, suspended_at=NOW, **waits)
    await reported(uow, city, 0)
    assert ids(await uow.issues.suspended(EVERYTHING, 10)) == [early.id, late.id]
    assert ids(await uow.issues.suspended(EVERYTHING, 1)) == [early.id]
    assert await uow.issues.suspended(Sight(None, frozenset()), 10) == []


async def test_what_was_said_last_with_a_step(uow: UnitOfWork, city: City) -> None:
    """Of each issue the words of the newest such line; one of which nothing was said is left out."""
    issues = [await filed(uow, an_issue(reporter=city.reporter.id)) for _ in range(3)]
    for issue, texts in zip(issues, (("一", "二"), ("三",), ()), strict=True):
        for text in texts:
            change = lifecycle.step(issue, Action.REMARK, city.clerk.id, NOW, text)
            await uow.issues.save(change)
            issue = change.issue  # noqa: PLW2901 - the next remark is made on it
    wanted = [issue.id for issue in issues]
    assert await uow.issues.said(wanted, Action.REMARK) == {wanted[0]: "二", wanted[1]: "三"}
    assert await uow.issues.said(wanted, Action.REPORT) == {}
    assert await uow.issues.said([], Action.REMARK) == {}


async def test_what_was_merged_into_an_issue(uow: UnitOfWork, city: City) -> None:
    """In the order of filing; not what was merged into another."""
    original, other = [await reported(uow, city, hours) for hours in (0, 1)]
    followers = [await reported(uow, city, 2, status=Status.MERGED, merged_into=original.id) for _ in range(2)]
    await reported(uow, city, 3, status=Status.MERGED, merged_into=other.id)
    assert await uow.issues.followers(original.id) == [issue.id for issue in followers]
    assert (await uow.issues.get(followers[0].id)).merged_into == original.id


async def test_provisional_deadlines_nearest_first(uow: UnitOfWork, city: City) -> None:
    """Only while a unit has it; in sight; no more than asked for."""
    unsure = replace(a_deadline(), provisional=True)
    late, soon = [
        await reported(
            uow, city, 0, status=Status.ASSIGNED, deadline=replace(unsure, due_at=NOW + timedelta(days=days))
        )
        for days in (9, 3)
    ]
    await reported(uow, city, 0, status=Status.ASSIGNED, deadline=a_deadline())
    await reported(uow, city, 0, status=Status.SUSPENDED, deadline=unsure)
    assert ids(await uow.issues.provisional(EVERYTHING, 10)) == [soon.id, late.id]
    assert ids(await uow.issues.provisional(EVERYTHING, 1)) == [soon.id]
    assert await uow.issues.provisional(Sight(None, frozenset()), 10) == []


async def test_who_asks_for_time_is_listed_by_deadline(uow: UnitOfWork, city: City) -> None:
    """Only while a unit has it; in sight; no more than asked for."""
    until = NOW + timedelta(days=9)
    late, soon = [await due(uow, city, hours, asked_until=until) for hours in (9, 3)]
    await due(uow, city, 1)
    await due(uow, city, 2, Status.SUSPENDED, asked_until=until)
    assert ids(await uow.issues.asking_for_time(EVERYTHING, 10)) == [soon.id, late.id]
    assert ids(await uow.issues.asking_for_time(EVERYTHING, 1)) == [soon.id]
    assert await uow.issues.asking_for_time(Sight(None, frozenset()), 10) == []
