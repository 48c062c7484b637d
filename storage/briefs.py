"""Issues as messages that come in time speak of them: read by the thousand, without holding up the loop."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Integer, and_, bindparam, case, func, select, true

from bot.domain.ids import IssueId
from bot.ports import Brief, Due, Ripe
from storage.dialect import given_ids, ids_given
from storage.repository import AnySelect, Repository
from storage.tables import agenda, issues, people, projects, units

WORDS = 80  # characters of a description that a line shows
PORTION = 256  # rows made into objects before others have their turn
_assignee = people.alias("assignee_person")
_BRIEF = (
    issues.c.id,
    issues.c.number,
    issues.c.level,
    issues.c.status,
    func.substr(issues.c.description, 1, WORDS),
    issues.c.project,
    projects.c.name,
    projects.c.district,
    projects.c.owner,
    issues.c.reporting_unit,
    issues.c.reporter,
    issues.c.unit,
    func.coalesce(units.c.name, ""),
    issues.c.assignee,
    func.coalesce(_assignee.c.name, ""),
    case((and_(_assignee.c.reachable, ~_assignee.c.left), _assignee.c.user_id)),
    issues.c.due_at,
    func.coalesce(issues.c.due_version, 0),
    func.coalesce(issues.c.due_provisional, False),
    issues.c.nudged,
)
_AROUND = (
    issues.join(projects, projects.c.code == issues.c.project)
    .outerjoin(units, units.c.code == issues.c.unit)
    .outerjoin(_assignee, _assignee.c.id == issues.c.assignee)
)
_DUE = (agenda.c.issue, agenda.c.kind, agenda.c.at, agenda.c.version, agenda.c.step, agenda.c.any_hour)
_RIPE: AnySelect = (
    select(*_DUE)
    .where(agenda.c.at <= bindparam("now", type_=agenda.c.at.type))
    .order_by(agenda.c.at, agenda.c.issue, agenda.c.kind)
    .limit(bindparam("most", type_=Integer))
)
_RIPE_ANY_HOUR = _RIPE.where(agenda.c.any_hour == true())


class Briefs(Repository):
    """Reading them."""

    async def ripe(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Ripe]:
        """What is due, earliest first, with its issues.

        Two questions rather than one: joined, PostgreSQL prefers to read the whole ledger. Whoever closes one of these
        issues waits for us; one that is being closed is left alone.
        """
        statement = _RIPE_ANY_HOUR if any_hour_only else _RIPE
        if self._session.writing and self._postgres:
            statement = statement.with_for_update(skip_locked=True)
        rows = await self._all(statement, {"now": now, "most": limit})
        dues: list[Due] = []
        for start in range(0, len(rows), PORTION):
            dues += [Due(*row) for row in rows[start : start + PORTION]]
            await asyncio.sleep(0)
        found = {brief.issue: brief for brief in await self.briefs([due.issue for due in dues])}
        return [Ripe(due, found[due.issue]) for due in dues]

    async def briefs(self, issues: Sequence[IssueId]) -> list[Brief]:
        """Of these, by id."""
        found: list[Brief] = []
        asked = sorted(set(issues))
        for start in range(0, len(asked), PORTION):
            given = ids_given(asked[start : start + PORTION], postgres=self._postgres)
            found += [Brief(*row) for row in await self._all(_of(postgres=self._postgres), given)]
            await asyncio.sleep(0)
        return found


@cache
def _of(*, postgres: bool) -> AnySelect:
    sought = issues.c.id.in_(given_ids(postgres=postgres))
    return select(*_BRIEF).select_from(_AROUND).where(sought).order_by(issues.c.id)
