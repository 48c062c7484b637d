"""Every store: the figures of the digest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.digest import OverdueLine, Tally, Totals, WeekCount
from bot.domain.ids import UnitCode
from bot.domain.issue import Category, Issue, Outcome, Status
from bot.domain.organisation import CITY
from bot.ports import UnitOfWork
from tests.builders import City, a_deadline, an_issue, filed
from tests.fakes import NOW

DAY = timedelta(days=1)


async def at_unit(uow: UnitOfWork, city: City, unit: str | None = None, **more: Any) -> Issue:
    """An issue of the reporter's, at a unit or none."""
    code = UnitCode(unit) if unit else None
    return await filed(uow, an_issue(reporter=city.reporter.id, unit=code, **more))


async def test_an_empty_ledger_counts_nothing(uow: UnitOfWork) -> None:
    """Zeroes, and no rows."""
    assert await uow.issues.totals(CITY, NOW) == Totals(0, 0, 0, 0)
    assert await uow.issues.week_count(CITY, NOW, NOW + 7 * DAY) == WeekCount(0, 0)
    assert await uow.issues.by_category(CITY, NOW) == []
    assert await uow.issues.by_unit(CITY, NOW) == []
    assert await uow.issues.longest_overdue(CITY, NOW, 20) == []


async def test_totals(uow: UnitOfWork, city: City) -> None:
    """Everything is collected, the rejected too; only cleared as solved is solved; resolved is still open."""
    for status in Status:
        await at_unit(uow, city, status=status, outcome=Outcome.SOLVED if status is Status.CLEARED else None)
    for outcome in (Outcome.PARTLY, Outcome.TRANSFERRED, Outcome.NOT_ACCEPTED):
        await at_unit(uow, city, status=Status.CLEARED, outcome=outcome)
    await at_unit(uow, city, status=Status.ASSIGNED, deadline=a_deadline(NOW - DAY))
    await at_unit(uow, city, status=Status.ACCEPTED, deadline=a_deadline(NOW + DAY))
    assert await uow.issues.totals(CITY, NOW) == Totals(collected=16, solved=1, open=10, overdue=1)


async def test_a_week_counts_from_its_start_to_before_its_end(uow: UnitOfWork, city: City) -> None:
    """New by when it was reported, solved by when it was closed."""
    start, end = NOW, NOW + 7 * DAY
    solved: dict[str, Any] = {"status": Status.CLEARED, "outcome": Outcome.SOLVED}
    for reported in (start - timedelta(microseconds=1), start, end - timedelta(microseconds=1), end):
        await at_unit(uow, city, reported_at=reported)
    for closed in (start - timedelta(microseconds=1), start, end):
        await at_unit(uow, city, reported_at=start - DAY, closed_at=closed, **solved)
    await at_unit(uow, city, reported_at=start - DAY, closed_at=start, status=Status.REJECTED)
    counted = await uow.issues.week_count(CITY, start, end)
    assert (counted.new, counted.solved) == (2, 1)


async def test_a_week_counts_the_deadlines_missed_in_it(uow: UnitOfWork, city: City) -> None:
    """Those that passed in the week with the issue not resolved by then; it may have been resolved since."""
    start, end = NOW, NOW + 7 * DAY
    due: dict[str, Any] = {"deadline": a_deadline(start + DAY), "reported_at": start - DAY}
    await at_unit(uow, city, status=Status.ASSIGNED, **due)
    await at_unit(uow, city, status=Status.ACCEPTED, **due)
    await at_unit(uow, city, status=Status.RESOLVED, resolved_at=start + 2 * DAY, **due)
    await at_unit(uow, city, status=Status.CLEARED, resolved_at=start + 2 * DAY, **due)
    await at_unit(uow, city, status=Status.RESOLVED, resolved_at=start + DAY, **due)
    await at_unit(uow, city, status=Status.CLEARED, resolved_at=start, **due)
    await at_unit(uow, city, status=Status.RETURNED, **due)
    for moment in (start - timedelta(microseconds=1), end):
        await at_unit(uow, city, status=Status.ASSIGNED, deadline=a_deadline(moment), reported_at=start - DAY)
    assert (await uow.issues.week_count(CITY, start, end)).overdue == 4


async def test_categories(uow: UnitOfWork, city: City) -> None:
    """Each that occurs, with what was collected, solved and is overdue."""
    await at_unit(uow, city, category=Category.POWER)
    await at_unit(uow, city, category=Category.POWER, status=Status.CLEARED, outcome=Outcome.SOLVED)
    late = a_deadline(NOW - DAY)
    await at_unit(uow, city, category=Category.PAYMENT, status=Status.ASSIGNED, deadline=late)
    rows = await uow.issues.by_category(CITY, NOW)
    assert rows == [(Category.POWER, Tally(2, 1, 0)), (Category.PAYMENT, Tally(1, 0, 1))]


async def test_units(uow: UnitOfWork, city: City) -> None:
    """Responsible ones with their names, most collected first; issues without a unit are nobody's."""
    late = a_deadline(NOW - DAY)
    for unit in ("U03", "U04", "U04", None):
        await at_unit(uow, city, unit, status=Status.ASSIGNED, deadline=late)
    await at_unit(uow, city, "U02", status=Status.CLEARED, outcome=Outcome.SOLVED)
    assert await uow.issues.by_unit(CITY, NOW) == [
        ("U04", "市供电公司", Tally(2, 0, 2)),
        ("U02", "市建设局", Tally(1, 1, 0)),
        ("U03", "市资源规划局", Tally(1, 0, 1)),
    ]


async def test_the_longest_overdue(uow: UnitOfWork, city: City) -> None:
    """With names, longest first, no more than asked; the days are for the service to count."""
    for days in (1, 5, 3):
        await at_unit(
            uow, city, "U04", status=Status.ACCEPTED, assignee=city.a04.id, deadline=a_deadline(NOW - days * DAY)
        )
    first, second = await uow.issues.longest_overdue(CITY, NOW, 2)
    assert replace(first, issue=None) == OverdueLine(
        "XM-2026-0002", "POCT产业园A地块", "市供电公司", "蔡明", 0, NOW - 5 * DAY
    )
    assert second.number == "XM-2026-0003"


async def test_an_overdue_line_without_unit_and_person(uow: UnitOfWork, city: City) -> None:
    """Nobody's name is ''."""
    await at_unit(uow, city, status=Status.ASSIGNED, deadline=a_deadline(NOW - DAY))
    (line,) = await uow.issues.longest_overdue(CITY, NOW, 20)
    assert (line.unit, line.assignee) == ("", "")


async def test_what_lies_with_whom(uow: UnitOfWork, city: City) -> None:
    """Open ones by responsible unit, and how many of them are overdue; closed ones lie with nobody."""
    assert await uow.issues.loads(NOW) == {}
    await at_unit(uow, city, "U04", status=Status.ASSIGNED, deadline=a_deadline(NOW - DAY))
    await at_unit(uow, city, "U04", status=Status.ACCEPTED, deadline=a_deadline(NOW + DAY))
    await at_unit(uow, city, "U03", status=Status.CLEARED, outcome=Outcome.SOLVED)
    await at_unit(uow, city)
    assert await uow.issues.loads(NOW) == {UnitCode("U04"): (2, 1)}
