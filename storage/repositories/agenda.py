"""What is due when, as rows of an indexed table; and the proof of what was said."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, func, literal, select, update

from bot.domain.ids import IssueId, PersonId
from bot.ports import Due, Telling
from storage.databases.dialect import ids_given, insert_into, is_given
from storage.repositories.briefs import Briefs
from storage.tables import agenda, said
from storage.tables import issues as ledger
from storage.tables.planning import SOMEBODY

T = TypeVar("T")
_AT_ONCE = 256  # rows whose values pass through here
_IDS_AT_ONCE = 1000
_STEP = ("issue", "kind", "version", "step")
_NOW = bindparam("now", type_=agenda.c.at.type)
_TOLD = update(said).where(said.c.person == bindparam("told"), SOMEBODY)
_UNSENT = _TOLD.where(said.c.sent_at.is_(None), said.c.at == bindparam("told_at", type_=said.c.at.type))
_TELLINGS = (
    select(said)
    .where(said.c.issue == bindparam("issue"), said.c.kind == bindparam("kind"), said.c.version == bindparam("version"))
    .order_by(said.c.step, said.c.person)
)
_CLIMBED = (
    select(said.c.issue, func.max(said.c.step).label("step"))
    .join(ledger, (ledger.c.id == said.c.issue) & (ledger.c.due_version == said.c.version))
    .where(said.c.issue.in_(bindparam("issues", expanding=True)), said.c.kind == "rung")
    .group_by(said.c.issue)
)


class SqlAgenda(Briefs):
    """Keeps `bot.ports.Agenda`."""

    async def plan(self, due: Due) -> None:
        """Insert or replace the issue's row of that kind."""
        await self._put(agenda, due._asdict())

    async def plan_all(self, dues: Sequence[Due]) -> None:
        """The same for many rows in one go."""
        for some in _portions(dues):
            await self._put_all(agenda, [due._asdict() for due in some])

    async def planned(self, issue: IssueId) -> list[Due]:
        """The issue's rows, by kind."""
        rows = await self._all(select(agenda).where(agenda.c.issue == issue).order_by(agenda.c.kind))
        return [Due._make(row) for row in rows]

    async def cancel(self, issue: IssueId, kind: str | None = None) -> None:
        """Forget the issue's row of that kind; of every kind by default."""
        forgotten = delete(agenda).where(agenda.c.issue == issue)
        await self._run(forgotten if kind is None else forgotten.where(agenda.c.kind == kind))

    async def take(self, kind: str, issues: Sequence[IssueId], at: datetime) -> set[IssueId]:
        """Note that the due step of that kind was taken, of each of these; those of which it was not before."""
        taken: set[IssueId] = set()
        for given in _portions(issues, _IDS_AT_ONCE):
            values = ids_given(given, postgres=self._postgres) | {"due": kind, "now": at}
            taken.update(given if await self._take_all(values, len(given)) else await self._take_new(values))
        return taken

    async def _take_all(self, values: Mapping[str, Any], number: int) -> bool:
        """Nearly always none of so many was taken before, and to hear of each takes half as long again as to count them. If some
        were, nothing is done. The savepoint ends with what it is in: to end it here would be one more way to the server."""
        await self._session.catch_up()
        await self._session.connection.say("SAVEPOINT taking")
        all_new = (await self._run(_taken(postgres=self._postgres), values)).rowcount == number
        if not all_new:
            await self._session.connection.say("ROLLBACK TO SAVEPOINT taking")
        return all_new

    async def _take_new(self, values: Mapping[str, Any]) -> set[IssueId]:
        rows = await self._run(_taken(postgres=self._postgres).returning(said.c.issue), values)
        return {row[0] for row in rows}

    async def move(self, kind: str, issues: Sequence[IssueId], now: datetime, at: datetime, step: int) -> None:
        """The step after the due one of that kind, the same for each of these."""
        for given in _portions(issues, _IDS_AT_ONCE):
            values = {"due": kind, "now": now, "next_at": at, "next_step": step}
            await self._run(_moved(postgres=self._postgres), ids_given(given, postgres=self._postgres) | values)

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

    async def told(self, tellings: Sequence[tuple[Due, PersonId]], at: datetime) -> None:
        """Note who was told of which step; what is noted already stays."""
        if tellings:
            await self._run(self._insert(said).on_conflict_do_nothing(), _rows(tellings, at))

    async def arrived(self, person: PersonId, told_at: datetime, at: datetime) -> None:
        """What this person was told at that moment has reached their chat."""
        await self._run(_UNSENT, {"told": person, "told_at": told_at, "sent_at": at})

    async def seen(
        self, person: PersonId, at: datetime, *, told_at: datetime | None = None, issue: IssueId | None = None
    ) -> int:
        """The person has seen what they were told then, or about that issue; how many steps are newly seen."""
        unseen = _TOLD.where(said.c.seen_at.is_(None))
        if told_at is not None:
            unseen = unseen.where(said.c.at == told_at)
        if issue is not None:
            unseen = unseen.where(said.c.issue == issue)
        seen = await self._run(
            unseen.values(seen_at=at, sent_at=func.coalesce(said.c.sent_at, literal(at, said.c.at.type))),
            {"told": person},
        )
        return seen.rowcount

    async def tellings(self, issue: IssueId, kind: str, version: int) -> list[Telling]:
        """By step, the step itself before its people."""
        rows = await self._all(_TELLINGS, {"issue": issue, "kind": kind, "version": version})
        return [Telling(row.step, row.person or None, row.at, row.sent_at, row.seen_at) for row in rows]

    async def climbed(self, issues: Sequence[IssueId]) -> dict[IssueId, int]:
        """The highest rung each has reached with its present deadline."""
        if not issues:
            return {}
        rows = await self._all(_CLIMBED, {"issues": list(issues)})
        return {row.issue: row.step for row in rows}


def _portions(rows: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """So many at once that no statement takes long."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@cache
def _taken(*, postgres: bool) -> Any:
    """INSERT … SELECT: what was planned is what was taken, and nothing of it passes through here."""
    planned = select(agenda.c.issue, agenda.c.kind, agenda.c.version, agenda.c.step, literal(0), _NOW)
    taken = insert_into(said, postgres=postgres).from_select(
        [*_STEP, "person", "at"], planned.where(*_due_of(postgres=postgres))
    )
    return taken.on_conflict_do_nothing()


@cache
def _moved(*, postgres: bool) -> Any:
    next_at = bindparam("next_at", type_=agenda.c.at.type)
    return update(agenda).where(*_due_of(postgres=postgres)).values(at=next_at, step=bindparam("next_step"))


def _due_of(*, postgres: bool) -> tuple[Any, ...]:
    """What is due of one kind and these issues. That it is due says nothing new, but to PostgreSQL that it is little: by a thousand
    issues alone it would go along all that is planned."""
    return agenda.c.kind == bindparam("due"), agenda.c.at <= _NOW, is_given(agenda.c.issue, postgres=postgres)


def _rows(tellings: Sequence[tuple[Due, PersonId]], at: datetime) -> list[dict[str, Any]]:
    return [{**_key(due), "person": person, "at": at} for due, person in tellings]


def _key(due: Due) -> dict[str, Any]:
    return {name: getattr(due, name) for name in _STEP}
