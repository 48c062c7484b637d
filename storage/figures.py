"""The figures of a digest: each one statement over the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from bot.domain.digest import OverdueLine, Tally, Totals, WeekCount
from bot.domain.ids import UnitCode
from bot.domain.issue import AT_THE_UNIT, OPEN, Category, Outcome, Status
from bot.domain.organisation import Scope
from storage.issue_lists import is_overdue
from storage.issue_rows import VIEW
from storage.repository import Repository
from storage.sight import in_scope
from storage.tables import issues, units

_SOLVED = and_(issues.c.status == Status.CLEARED, issues.c.outcome == Outcome.SOLVED)
_HAD_TO_RESOLVE = issues.c.status.in_(sorted(AT_THE_UNIT | {Status.RESOLVED, Status.CLEARED}))


class Figures(Repository):
    """Counting."""

    async def totals(self, scope: Scope, now: datetime) -> Totals:
        """Since the ledger began."""
        still_open = _count(issues.c.status.in_(sorted(OPEN)))
        row = await self._first(select(*_tally(now), still_open).where(in_scope(scope)))
        collected, solved, overdue, left = row or (0, 0, 0, 0)
        return Totals(collected, solved, left, overdue)

    async def week_count(self, scope: Scope, start: datetime, end: datetime) -> WeekCount:
        """What moved in [start, end)."""
        missed = or_(issues.c.resolved_at.is_(None), issues.c.resolved_at > issues.c.due_at)
        counts = (
            _within(scope, issues.c.reported_at, start, end),
            _within(scope, issues.c.closed_at, start, end, _SOLVED),
            _within(scope, issues.c.due_at, start, end, _HAD_TO_RESOLVE, missed),
        )
        row = await self._first(select(*counts))
        return WeekCount(*(row or ()))

    async def by_category(self, scope: Scope, now: datetime) -> list[tuple[Category, Tally]]:
        """Those that occur, in the order of the list of categories."""
        statement = select(issues.c.category, *_tally(now)).where(in_scope(scope)).group_by(issues.c.category)
        found = {category: Tally(*counts) for category, *counts in await self._all(statement)}
        return [(category, found[category]) for category in Category if category in found]

    async def by_unit(self, scope: Scope, now: datetime) -> list[tuple[UnitCode, str, Tally]]:
        """Responsible units with their names, most collected first."""
        counted = select(issues.c.unit, units.c.name, *_tally(now)).join(units, units.c.code == issues.c.unit)
        grouped = counted.where(in_scope(scope)).group_by(issues.c.unit, units.c.name)
        rows = await self._all(grouped.order_by(func.count().desc(), issues.c.unit))
        return [(code, name, Tally(*counts)) for code, name, *counts in rows]

    async def loads(self, now: datetime) -> dict[UnitCode, tuple[int, int]]:
        """Open and overdue issues of each responsible unit that has any."""
        open_ = (issues.c.status.in_(sorted(OPEN)), issues.c.unit.is_not(None))
        counted = select(issues.c.unit, func.count(), _count(is_overdue(now))).where(*open_).group_by(issues.c.unit)
        return {unit: (count, overdue) for unit, count, overdue in await self._all(counted)}

    async def longest_overdue(self, scope: Scope, now: datetime, limit: int) -> list[OverdueLine]:
        """Longest first; the service counts the days."""
        late = VIEW.where(is_overdue(now), in_scope(scope)).order_by(issues.c.due_at, issues.c.id).limit(limit)
        return [_overdue_line(row) for row in await self._all(late)]


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _tally(now: datetime) -> tuple[Any, Any, Any]:
    return func.count(), _count(_SOLVED), _count(is_overdue(now))


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
