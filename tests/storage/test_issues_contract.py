"""Every store: the ledger's numbers, its issues and what happened to them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import lifecycle
from bot.domain.errors import ChangedMeanwhile
from bot.domain.history import Action, Change, Entry
from bot.domain.ids import IssueId, ProjectCode, UnitCode
from bot.domain.issue import (
    Category,
    Channel,
    Issue,
    Kind,
    Level,
    Means,
    Outcome,
    Place,
    Satisfaction,
    Standing,
    Status,
    Word,
)
from bot.ports import Store, UnitOfWork
from tests.builders import City, a_deadline, an_issue, assigned, filed
from tests.fakes import NOW


async def test_numbers_count_up_per_year_and_prefix(uow: UnitOfWork) -> None:
    """Each year and each prefix begins at one; past 9999 the number grows."""
    given = [await uow.issues.next_number("XM", year) for year in (2026, 2026, 2027)]
    assert given == ["XM-2026-0001", "XM-2026-0002", "XM-2027-0001"]
    assert await uow.issues.next_number("ZZ", 2026) == "ZZ-2026-0001"


async def test_numbers_have_no_gaps(store: Store, city: City) -> None:
    """Side by side, every other filing fails after taking its number: those that stand are numbered 1 to n."""

    async def file(fails: bool) -> None:
        async with store.begin() as uow:
            await filed(uow, an_issue(reporter=city.reporter.id))
            if fails:
                raise InterruptedError

    outcomes = await asyncio.gather(*(file(n % 2 == 0) for n in range(12)), return_exceptions=True)
    assert sum(isinstance(outcome, InterruptedError) for outcome in outcomes) == 6
    async with store.begin() as uow:
        numbers = [(await uow.issues.by_number(f"XM-2026-{n:04d}")) is not None for n in range(1, 8)]
        assert numbers == [True] * 6 + [False]
        assert await uow.issues.next_number("XM", 2026) == "XM-2026-0007"


async def test_a_number_taken_in_a_savepoint_that_fails_is_given_again(uow: UnitOfWork) -> None:
    """The counter moves with the transaction, savepoints included."""
    with pytest.raises(InterruptedError):
        await take_a_number_and_fail(uow)
    assert await uow.issues.next_number("XM", 2026) == "XM-2026-0001"


async def take_a_number_and_fail(uow: UnitOfWork) -> None:
    """In a savepoint."""
    async with uow.savepoint():
        await uow.issues.next_number("XM", 2026)
        raise InterruptedError


async def test_an_issue_is_filed_with_its_first_line(uow: UnitOfWork, city: City) -> None:
    """It gets an id, and its history begins with the report."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    assert issue.id != IssueId(0)
    assert await uow.issues.get(issue.id) == issue
    (line,) = await uow.issues.history(issue.id)
    assert (line.entry.issue, line.entry.action, line.by_name) == (issue.id, Action.REPORT, "小王")
    assert (line.entry.before_status, line.entry.after_status) == (None, Status.REPORTED)


async def test_an_issue_is_saved_whole(uow: UnitOfWork, city: City) -> None:
    """Every field comes back as it was."""
    issue = await filed(
        uow,
        an_issue(
            project=ProjectCode("P001"),
            reporter=city.reporter.id,
            category=Category.PAYMENT,
            level=Level.A,
            description="工程款拖欠三个月",
            reported_at=NOW - timedelta(days=30, microseconds=1),
            status=Status.CLEARED,
            outcome=Outcome.PARTLY,
            channel=Channel.HOTLINE,
            kind=Kind.COMMON,
            reporting_unit=UnitCode("U11"),
            unverified_reporter=True,
            place=Place(24.479833, 118.089425, "北门"),
            unit=UnitCode("U04"),
            assignee=city.a04.id,
            days=7,
            deadline=replace(a_deadline(version=3), provisional=True, policy="1a2b3c"),
            deadlines=3,
            result="已付清",
            means=(Means.PRICE_ADJUSTMENT, Means.COST_CONSULTING),
            word=Word.SOLVED,
            satisfaction=Satisfaction.FAIR,
            reopened=2,
            assigned_at=NOW - timedelta(days=9),
            accepted_at=NOW - timedelta(days=8),
            resolved_at=NOW - timedelta(days=1),
            closed_at=NOW,
        ),
    )
    assert await uow.issues.get(issue.id) == issue
    assert await uow.issues.by_number(issue.number) == issue


async def test_a_place_may_have_no_title_and_a_field_may_be_emptied(uow: UnitOfWork, city: City) -> None:
    """What is set can be unset: place, deadline, unit, assignee."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id, place=Place(0.0, 0.0), deadline=a_deadline()))
    assert (await uow.issues.get(issue.id)).place == Place(0.0, 0.0)
    bare = replace(issue, place=None, deadline=None, unit=None, assignee=None, version=2)
    await uow.issues.save(Change(bare, a_line(bare, city)))
    assert await uow.issues.get(issue.id) == bare


def a_line(issue: Issue, city: City) -> Entry:
    """A remark, so that an issue may be saved."""
    return Entry(issue.id, Action.REMARK, NOW, city.clerk.id, Status.REPORTED, Status.REPORTED)


async def test_what_does_not_exist(uow: UnitOfWork) -> None:
    """`get`, `view` and `standing` say LookupError; by number there is None."""
    for ask in (uow.issues.get, uow.issues.view, uow.issues.standing):
        with pytest.raises(LookupError):
            await ask(IssueId(4242))
    assert await uow.issues.by_number("XM-1999-0001") is None
    assert await uow.issues.last_entry(IssueId(4242)) is None
    assert await uow.issues.history(IssueId(4242)) == []


async def test_a_change_is_saved_with_its_line(uow: UnitOfWork, city: City) -> None:
    """The issue moves on and the history tells who, when, from, to, why, and which fields."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    issue = await assigned(uow, issue, city.a04, city.clerk.id, at=NOW)
    back = lifecycle.return_to_desk(issue, city.a04.id, NOW + timedelta(hours=1), "不归我们管")
    await uow.issues.save(back)
    assert await uow.issues.get(issue.id) == back.issue
    lines = await uow.issues.history(issue.id)
    actions = [Action.REPORT, Action.REGISTER, Action.VERIFY, Action.ASSIGN, Action.RETURN]
    assert [line.entry.action for line in lines] == actions
    assert [line.by_name for line in lines] == ["小王", "林清", "林清", "林清", "蔡明"]
    last = lines[-1].entry
    assert replace(last, id=0) == replace(back.entry, before=last.before, after=last.after)
    assert (dict(last.before), dict(last.after)) == (dict(back.entry.before), dict(back.entry.after))
    assert await uow.issues.last_entry(issue.id) == last


async def test_lines_are_numbered_in_their_order(uow: UnitOfWork, city: City) -> None:
    """Oldest first by the order of writing, also when two have the same moment or the clock went back."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    for minutes in (5, 5, -5):
        change = lifecycle.step(issue, Action.REMARK, None, NOW + timedelta(minutes=minutes), f"{minutes} 分")
        await uow.issues.save(change)
        issue = change.issue
    lines = await uow.issues.history(issue.id)
    assert [line.entry.words for line in lines] == ["", "5 分", "5 分", "-5 分"]
    assert [line.by_name for line in lines] == ["小王", "", "", ""]
    numbers = [line.entry.id for line in lines]
    assert numbers == sorted(set(numbers))


async def test_who_was_slower_is_told(uow: UnitOfWork, city: City) -> None:
    """A change that was made from an old state of the issue is refused, and nothing of it is written."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    first = lifecycle.step(issue, Action.REGISTER, city.clerk.id, NOW)
    second = lifecycle.reject(issue, city.admin.id, NOW, "重复")
    await uow.issues.save(first)
    with pytest.raises(ChangedMeanwhile) as refused:
        async with uow.savepoint():
            await uow.issues.save(second)
    assert refused.value.facts == {"number": issue.number}
    assert await uow.issues.get(issue.id) == first.issue
    assert len(await uow.issues.history(issue.id)) == 2


async def test_of_two_who_race_one_wins(store: Store, city: City) -> None:
    """Two clerks press at the same moment: one change stands, the other is refused."""
    async with store.begin() as uow:
        issue = await filed(uow, an_issue(reporter=city.reporter.id))

    async def save(change: Change) -> None:
        async with store.begin() as uow:
            await uow.issues.save(change)

    outcomes = await asyncio.gather(
        save(lifecycle.step(issue, Action.REGISTER, city.clerk.id, NOW)),
        save(lifecycle.reject(issue, city.admin.id, NOW, "重复")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [ChangedMeanwhile]
    async with store.read() as uow:
        assert len(await uow.issues.history(issue.id)) == 2


async def test_a_view_names_everybody(uow: UnitOfWork, city: City) -> None:
    """Project, district, unit, reporter and assignee by name, and where the issue stands."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id, reporting_unit=UnitCode("U11")))
    issue = await assigned(uow, issue, city.a04, city.clerk.id)
    view = await uow.issues.view(issue.id)
    assert view.issue == issue
    assert (view.project_name, view.district, view.unit_name) == ("POCT产业园A地块", "海沧区", "市供电公司")
    assert (view.reporter_name, view.assignee_name) == ("小王", "蔡明")
    assert view.standing == Standing(
        project=ProjectCode("P002"),
        district="海沧区",
        owner=UnitCode("U11"),
        reporting_unit=UnitCode("U11"),
        unit=UnitCode("U04"),
        reporter=city.reporter.id,
        assignee=city.a04.id,
    )
    assert await uow.issues.standing(issue.id) == view.standing


async def test_a_view_without_unit_and_assignee(uow: UnitOfWork, city: City) -> None:
    """Nobody's name is ''."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    view = await uow.issues.view(issue.id)
    assert (view.unit_name, view.assignee_name) == ("", "")
    assert (view.standing.unit, view.standing.assignee, view.standing.reporting_unit) == (None, None, None)


async def test_views_come_in_the_order_asked_for(uow: UnitOfWork, city: City) -> None:
    """Whatever the order of filing."""
    issues = [await filed(uow, an_issue(reporter=city.reporter.id)) for _ in range(3)]
    asked = [issues[2].id, issues[0].id, issues[1].id]
    assert [view.issue.id for view in await uow.issues.views(asked)] == asked
    assert await uow.issues.views([]) == []
