"""Issues as messages that come in time speak of them: read by the thousand, without holding up the loop."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, case, func, select, true

from bot.domain.ids import IssueId
from bot.ports import Brief, Due, Ripe
from storage.databases.dialect import ids_given, is_given
from storage.repositories.repository import AnyRow, AnySelect, Repository
from storage.tables import agenda, issues, people, projects, units

WORDS = 80  # characters of a description that a line shows
PORTION = 512  # rows made into objects before others have their turn
_BRIEF = (
    issues.c.id,
    issues.c.number,
    issues.c.status,
    func.substr(issues.c.description, 1, WORDS),
    issues.c.project,
    issues.c.reporting_unit,
    issues.c.reporter,
    issues.c.unit,
    issues.c.assignee,
    issues.c.due_at,
    func.coalesce(issues.c.due_version, 0),
    func.coalesce(issues.c.due_provisional, False),
    issues.c.nudged,
)
_PROJECT, _UNIT, _ASSIGNEE = 4, 7, 8  # their places among these
_TOLD = case((and_(people.c.reachable, ~people.c.left), people.c.user_id))
_DUE = (agenda.c.issue, agenda.c.kind, agenda.c.at, agenda.c.version, agenda.c.step, agenda.c.any_hour)
_RIPE: AnySelect = (
    select(*_DUE)
    .where(agenda.c.at <= bindparam("now", type_=agenda.c.at.type))
    .order_by(agenda.c.at)
    .limit(bindparam("most", type_=Integer))
)
_RIPE_ANY_HOUR = _RIPE.where(agenda.c.any_hour == true())
Asking = Callable[..., AnySelect]
_LOCKED = {statement: statement.with_for_update(skip_locked=True) for statement in (_RIPE, _RIPE_ANY_HOUR)}


class Briefs(Repository):
    """Reading them."""

    async def due(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Due]:
        """Earliest first."""
        rows = await self._all(_RIPE_ANY_HOUR if any_hour_only else _RIPE, {"now": now, "most": limit})
        return [*map(Due._make, rows)]

    async def ripe(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Ripe]:
        """What is due, earliest first, with its issues.

        Two questions rather than one: joined, PostgreSQL prefers to read the whole ledger. Whoever closes one of these
        issues waits for us; one that is being closed is left alone.
        """
        statement = _RIPE_ANY_HOUR if any_hour_only else _RIPE
        if self._session.writing:
            statement = _LOCKED[statement]
        rows = await self._all(statement, {"now": now, "most": limit})
        await asyncio.sleep(0)
        dues = [*map(Due._make, rows)]
        found = {brief.issue: brief for brief in await self.briefs([due.issue for due in dues])}
        await asyncio.sleep(0)
        return [Ripe(due, found[due.issue]) for due in dues]

    async def briefs(self, issues: Sequence[IssueId]) -> list[Brief]:
        """Of these, by id.

        Projects, units and people are read once each rather than joined: many issues share a few of them.
        """
        asked, rows = sorted(set(issues)), list[AnyRow]()
        for start in range(0, len(asked), PORTION):
            rows += await self._asked(_issues, asked[start : start + PORTION])
            await asyncio.sleep(0)
        projects = await self._about(_projects, {row[_PROJECT] for row in rows})
        units = await self._about(_units, {row[_UNIT] for row in rows}, none=("",))
        people = await self._about(_people, {row[_ASSIGNEE] for row in rows}, none=("", None))
        around = ((projects[row[_PROJECT]], units[row[_UNIT]], people[row[_ASSIGNEE]]) for row in rows)
        return [
            Brief._make((*row, *project, *unit, *person))
            for row, (project, unit, person) in zip(rows, around, strict=True)
        ]

    async def _about(self, ask: Asking, keys: set[Any], none: Sequence[Any] = ()) -> Mapping[Any, Sequence[Any]]:
        """By key what is read beside it; `none` is said of no key."""
        return {None: none} | {key: about for key, *about in await self._asked(ask, keys - {None})}

    async def _asked(self, ask: Asking, keys: Collection[Any]) -> Sequence[AnyRow]:
        if not keys:
            return ()
        return await self._all(ask(postgres=self._postgres), ids_given(keys, postgres=self._postgres))


@cache
def _issues(*, postgres: bool) -> AnySelect:
    return select(*_BRIEF).where(is_given(issues.c.id, postgres=postgres)).order_by(issues.c.id)


@cache
def _projects(*, postgres: bool) -> AnySelect:
    about = select(projects.c.code, projects.c.name, projects.c.district, projects.c.owner)
    return about.where(is_given(projects.c.code, postgres=postgres))


@cache
def _units(*, postgres: bool) -> AnySelect:
    return select(units.c.code, units.c.name).where(is_given(units.c.code, postgres=postgres))


@cache
def _people(*, postgres: bool) -> AnySelect:
    return select(people.c.id, people.c.name, _TOLD).where(is_given(people.c.id, postgres=postgres))
