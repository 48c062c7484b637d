"""What is due when, as rows of an indexed table; and the proof of what was said."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.domain.ids import IssueId, PersonId
from bot.ports import Due
from storage.repository import Repository
from storage.tables import agenda, said

_FIELDS = tuple(agenda.c.keys())
_STEP = ("issue", "kind", "version", "step")


class SqlAgenda(Repository):
    """Keeps `bot.ports.Agenda`."""

    async def plan(self, due: Due) -> None:
        """Insert or replace the issue's row of that kind."""
        await self._put(agenda, _row(due))

    async def plan_all(self, dues: Sequence[Due]) -> None:
        """The same for many rows in one go."""
        if dues:
            await self._put_all(agenda, [_row(due) for due in dues])

    async def planned(self, issue: IssueId) -> list[Due]:
        """The issue's rows, by kind."""
        rows = await self._all(select(agenda).where(agenda.c.issue == issue).order_by(agenda.c.kind))
        return [_due(row) for row in rows]

    async def cancel(self, issue: IssueId, kind: str | None = None) -> None:
        """Forget the issue's row of that kind; of every kind by default."""
        forgotten = delete(agenda).where(agenda.c.issue == issue)
        await self._run(forgotten if kind is None else forgotten.where(agenda.c.kind == kind))

    async def due(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Due]:
        """Earliest first."""
        ripe = select(agenda).where(agenda.c.at <= now)
        if any_hour_only:
            ripe = ripe.where(agenda.c.any_hour)
        rows = await self._all(ripe.order_by(agenda.c.at, agenda.c.issue, agenda.c.kind).limit(limit))
        return [_due(row) for row in rows]

    async def said(self, due: Due, person: PersonId | None, at: datetime) -> bool:
        """Note that this step was told; False if it already was."""
        return due in await self.said_all({due: person}, at)

    async def said_all(self, dues: Mapping[Due, PersonId | None], at: datetime) -> set[Due]:
        """The same for many in one go; those not told before."""
        if not dues:
            return set()
        rows = [{**_key(due), "person": person or 0, "at": at} for due, person in dues.items()]
        noted = self._insert(said).on_conflict_do_nothing().returning(*(said.c[name] for name in _STEP))
        new = {tuple(row) for row in await self._run(noted, rows)}
        return {due for due in dues if tuple(_key(due).values()) in new}


def _row(due: Due) -> dict[str, Any]:
    return {name: getattr(due, name) for name in _FIELDS}


def _key(due: Due) -> dict[str, Any]:
    return {name: getattr(due, name) for name in _STEP}


def _due(row: Any) -> Due:
    return Due(**row._mapping)
