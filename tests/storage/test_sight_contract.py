"""Every store: what a query returns is exactly what `Sight.includes` and `covers` say."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

from bot.domain.ids import PersonId, UnitCode
from bot.domain.issue import AT_THE_DESK, Issue, Status
from bot.domain.organisation import CITY, Scope, ScopeKind
from bot.domain.permissions import Sight, covers, sight
from bot.ports import IssueView, UnitOfWork
from tests.builders import City, a_deadline, a_guest, an_issue, filed
from tests.fakes import NOW

SCOPES = [
    CITY,
    *(Scope(ScopeKind.DISTRICT, name) for name in ("海沧区", "思明区", "湖里区", "%", "")),
    *(Scope(ScopeKind.UNIT, code) for code in ("U11", "U12", "U04", "U03", "U99", "_", "' OR 1=1 --")),
    *(Scope(ScopeKind.PROJECT, code) for code in ("P002", "P005", "P001", "p002", "P00_")),
]


async def a_ledger(uow: UnitOfWork, city: City) -> list[IssueView]:
    """Issues of every kind of standing: project, reporter, reporting unit, responsible unit, assignee, status."""
    guest = await uow.people.add(a_guest())
    statuses = (Status.REPORTED, Status.ASSIGNED, Status.CLEARED)
    places = product(
        ("P002", "P005"), (city.reporter, guest), ((None, None), ("U04", city.a04), ("U03", None)), statuses
    )
    issues = []
    for project, reporter, (unit, assignee), status in places:
        fields = {
            "project": project,
            "reporter": reporter.id,
            "reporting_unit": reporter.unit,
            "unit": unit and UnitCode(unit),
            "assignee": assignee and assignee.id,
            "status": status,
            "deadline": a_deadline(NOW - timedelta(days=1)),
        }
        issues.append(await filed(uow, an_issue(**fields)))
    return await uow.issues.views([issue.id for issue in issues])


def sights(city: City, guest: PersonId) -> list[Sight]:
    """Everybody's, a guest's, nobody's, each scope alone, and some together."""
    alone = [Sight(None, frozenset({scope})) for scope in SCOPES]
    together = [
        Sight(city.a04.id, frozenset({SCOPES[1], SCOPES[6]})),
        Sight(city.reporter.id, frozenset(SCOPES[1:])),
        Sight(city.a04.id, frozenset()),
        Sight(guest, frozenset()),
        Sight(None, frozenset()),
        Sight(PersonId(4242), frozenset()),
    ]
    return [*(sight(person) for person in city.everybody()), *alone, *together]


async def test_every_query_sees_what_sight_includes(uow: UnitOfWork, city: City) -> None:
    """The ledger, the queue and its length, the overdue and the search: no more and no less than the rule."""
    ledger = await a_ledger(uow, city)
    guest = ledger[-1].issue.reporter
    for seen in sights(city, guest):
        await agree(uow, ledger, seen)


async def agree(uow: UnitOfWork, ledger: list[IssueView], seen: Sight) -> None:
    """Compare each query with the rule."""

    def expected(wanted: Callable[[Issue], bool] = lambda _: True) -> set[str]:
        return {v.issue.number for v in ledger if seen.includes(v.standing) and wanted(v.issue)}

    waiting = {v.issue.id for v in ledger if seen.includes(v.standing) and v.issue.status in AT_THE_DESK}
    assert numbers([view async for view in uow.issues.each(seen)]) == expected(), seen
    assert numbers((await uow.issues.find("塔吊", seen, 100)).views) == expected(), seen
    assert sorted(await uow.issues.queue(seen, None, 100)) == sorted(waiting), seen
    assert await uow.issues.queue_length(seen, 100) == len(waiting), seen
    assert numbers(await uow.issues.overdue(seen, NOW, 100)) == expected(lambda issue: issue.overdue_at(NOW)), seen


def numbers(views: list[IssueView]) -> set[str]:
    """By number; each issue at most once."""
    found = {view.issue.number for view in views}
    assert len(found) == len(views)
    return found


async def test_figures_count_what_the_scope_covers(uow: UnitOfWork, city: City) -> None:
    """Totals, week, categories, units and the overdue list count exactly the scope's issues."""
    ledger = await a_ledger(uow, city)
    week = (NOW - timedelta(days=3), NOW + timedelta(days=4))
    for scope in SCOPES:
        inside = [view.issue for view in ledger if covers(scope, view.standing)]
        late = {issue.number for issue in inside if issue.overdue_at(NOW)}
        totals = await uow.issues.totals(scope, NOW)
        assert (totals.collected, totals.overdue) == (len(inside), len(late)), scope
        assert (await uow.issues.week_count(scope, *week)).new == len(inside), scope
        assert sum(tally.collected for _, tally in await uow.issues.by_category(scope, NOW)) == len(inside), scope
        by_unit = {code: tally.collected for code, _, tally in await uow.issues.by_unit(scope, NOW)}
        assert sum(by_unit.values()) == sum(issue.unit is not None for issue in inside), scope
        assert {line.number for line in await uow.issues.longest_overdue(scope, NOW, 100)} == late, scope
