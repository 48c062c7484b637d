"""The figures of a digest: each one statement over counts that are kept (storage.tables.tallying), or over a range of an index."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from bot.domain.digest import OverdueLine, Tally, Totals, WeekCount
from bot.domain.ids import UnitCode
from bot.domain.issue import Category, Outcome, Status
from bot.domain.organisation import CITY, Scope, ScopeKind
from storage.repositories.issue_lists import RUNS, is_overdue
from storage.repositories.issue_rows import VIEW
from storage.repositories.repository import Repository
from storage.repositories.sight import in_scope
from storage.tables import issues, projects, tallies, units
from storage.tables.ledger import MISSED
from storage.tables.tallying import COUNT_NOW

_SOLVED = and_(issues.c.status == Status.CLEARED, issues.c.outcome == Outcome.SOLVED)
_BY_CATEGORY = tallies.c.facet == "category"  # every issue has one


class Figures(Repository):
    """Counting."""

    async def totals(self, scope: Scope, now: datetime) -> Totals:
        """Since the ledger began."""
        await self._count()
        late = select(func.count()).select_from(issues).where(is_overdue(now), in_scope(scope)).scalar_subquery()
        counted = select(_sum("collected"), _sum("solved"), _sum("open"), late).where(_counted_in(scope), _BY_CATEGORY)
        return Totals(*(await self._first(counted) or (0, 0, 0, 0)))

    async def week_count(self, scope: Scope, start: datetime, end: datetime) -> WeekCount:
        """What moved in [start, end)."""
        late = or_(issues.c.resolved_at.is_(None), issues.c.resolved_at > issues.c.due_at)
        counts = (
            _within(scope, issues.c.reported_at, start, end),
            _within(scope, issues.c.closed_at, start, end, _SOLVED),
            _within(scope, issues.c.due_at, start, end, RUNS, late)
            + _within(scope, issues.c.due_at, start, end, MISSED),
        )
        row = await self._first(select(*counts))
        return WeekCount(*(row or ()))

    async def by_category(self, scope: Scope, now: datetime) -> list[tuple[Category, Tally]]:
        """Those that occur, in the order of the list of categories."""
        await self._count()
        rows = await self._all(_tally("category", scope, now))
        found = {Category(row.value): Tally(row.collected, row.solved, row.overdue) for row in rows}
        return [(category, found[category]) for category in Category if category in found]

    async def by_unit(self, scope: Scope, now: datetime) -> list[tuple[UnitCode, str, Tally]]:
        """Responsible units with their names, most collected first."""
        await self._count()
        tally = _tally("unit", scope, now).subquery()
        named = select(tally.c.value, units.c.name, tally.c.collected, tally.c.solved, tally.c.overdue)
        ordered = named.join(units, units.c.code == tally.c.value).order_by(tally.c.collected.desc(), tally.c.value)
        return [(code, name, Tally(*counts)) for code, name, *counts in await self._all(ordered)]

    async def loads(self, now: datetime) -> dict[UnitCode, tuple[int, int]]:
        """Open and overdue issues of each responsible unit that has any."""
        await self._count()
        tally = _tally("unit", CITY, now).subquery()
        loaded = select(tally.c.value, tally.c.open, tally.c.overdue).where(tally.c.open > 0)
        return {unit: (count, overdue) for unit, count, overdue in await self._all(loaded)}

    async def _count(self) -> None:
        """What this transaction has changed is in the counts."""
        if self._postgres and self._session.writing:
            for words in COUNT_NOW:
                await self._session.connection.say(words)

    async def longest_overdue(self, scope: Scope, now: datetime, limit: int) -> list[OverdueLine]:
        """Longest first; the service counts the days."""
        late = VIEW.where(is_overdue(now), in_scope(scope)).order_by(issues.c.due_at, issues.c.id).limit(limit)
        return [_overdue_line(row) for row in await self._all(late)]


def _sum(count: str) -> Any:
    return func.coalesce(func.sum(tallies.c[count]), 0).label(count)


def _counted_in(scope: Scope) -> Any:
    """The counts of the scope: the same rule as `permissions.covers`. A unit's are those of its own projects, and of others'
    what it has or reported."""
    everybody = tallies.c.party == ""
    match scope.kind:
        case ScopeKind.CITY:
            return everybody
        case ScopeKind.PROJECT:
            return and_(everybody, tallies.c.project == scope.value)
        case ScopeKind.DISTRICT:
            return and_(everybody, tallies.c.project.in_(_projects(projects.c.district == scope.value)))
        case ScopeKind.UNIT:
            owned = tallies.c.project.in_(_projects(projects.c.owner == scope.value))
            return or_(and_(everybody, owned), and_(tallies.c.party == scope.value, ~owned))


def _projects(which: Any) -> Any:
    return select(projects.c.code).where(which)


def _tally(facet: str, scope: Scope, now: datetime) -> Any:
    """A row for each category or unit with issues: `value`, `collected`, `solved`, `overdue`, `open`."""
    # not by the index of units: what is overdue lies together in another
    key = issues.c.unit + "" if facet == "unit" else issues.c.category
    overdue = select(key.label("key"), func.count().label("overdue")).where(is_overdue(now), in_scope(scope))
    late = overdue.group_by(key).subquery()
    counts = select(tallies.c.value, _sum("collected"), _sum("solved"), _sum("open"))
    counts = counts.where(_counted_in(scope), tallies.c.facet == facet)
    counted = counts.group_by(tallies.c.value).having(_sum("collected") > 0).subquery()
    counts_late = func.coalesce(late.c.overdue, 0).label("overdue")
    chosen = select(counted.c.value, counted.c.collected, counted.c.solved, counts_late, counted.c.open)
    return chosen.outerjoin(late, late.c.key == counted.c.value)


def _within(scope: Scope, moment: Any, start: datetime, end: datetime, *conditions: Any) -> Any:
    """How many had their moment in [start, end): a range of that moment's index."""
    chosen = select(func.count()).select_from(issues)
    return chosen.where(moment >= start, moment < end, in_scope(scope), *conditions).scalar_subquery()


def _overdue_line(row: Any) -> OverdueLine:
    return OverdueLine(
        number=row.number,
        project=row.project_name,
        unit=row.unit_name or "",
        assignee=row.assignee_name or "",
        days=0,
        due_at=row.due_at,
        issue=row.id,
        nudged=row.nudged,
    )
