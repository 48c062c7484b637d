"""How things stand, in one statement over the partial indexes of what waits."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from bot.domain.draft import MediaState
from bot.domain.messages import OutboxState
from bot.ports import Backlog, Vitals
from storage.databases.dialect import spelled
from storage.repositories.repository import AnyRow, Telling
from storage.tables import agenda, inbox, media, outbox

_NOW = bindparam("now", type_=outbox.c.created_at.type)
_PENDING = outbox.c.state == spelled(OutboxState.PENDING)
_BACKLOGS: dict[str, tuple[Any, tuple[ColumnElement[bool], ...]]] = {
    "inbox": (inbox.c.received_at, (inbox.c.done_at.is_(None),)),
    "outbox": (
        func.coalesce(outbox.c.not_before, outbox.c.created_at),
        (_PENDING, or_(outbox.c.not_before.is_(None), outbox.c.not_before <= _NOW)),
    ),
    "reminders": (agenda.c.at, (agenda.c.at <= _NOW,)),
    "files": (media.c.received_at, (media.c.state == spelled(MediaState.PENDING),)),
}
# the condition of a partial index is repeated beside our own: SQLite does not see that one follows from the other
_TROUBLED = outbox.c.state.in_([spelled(OutboxState.UNKNOWN), spelled(OutboxState.DEAD)])
_COUNTS = {
    "sending": (outbox, (outbox.c.state == spelled(OutboxState.SENDING),)),
    "unknown": (outbox, (_TROUBLED, outbox.c.state == spelled(OutboxState.UNKNOWN))),
    "dead": (outbox, (_TROUBLED, outbox.c.state == spelled(OutboxState.DEAD))),
    "poison": (inbox, (inbox.c.error.is_not(None),)),
}


def _question() -> Select[*tuple[Any, ...]]:
    columns: list[ColumnElement[Any]] = []
    for name, (since, conditions) in _BACKLOGS.items():
        columns.append(select(func.count(since)).where(*conditions).scalar_subquery().label(f"{name}_count"))
        columns.append(select(func.min(since)).where(*conditions).scalar_subquery().label(f"{name}_oldest"))
    for name, (table, conditions) in _COUNTS.items():
        columns.append(select(func.count()).select_from(table).where(*conditions).scalar_subquery().label(name))
    return select(*columns)


_QUESTION = _question()


class SqlVitals(Telling):
    """Keeps `bot.ports.VitalSigns`."""

    async def read(self, now: datetime) -> Vitals:
        """At this moment of the office's clock."""
        row = (await self._all(_QUESTION, {"now": now}))[0]
        figures: dict[str, Any] = {name: getattr(row, name) for name in _COUNTS}
        figures |= {name: _backlog(row, name) for name in _BACKLOGS}
        return Vitals(**figures)


def _backlog(row: AnyRow, name: str) -> Backlog:
    return Backlog(getattr(row, f"{name}_count"), getattr(row, f"{name}_oldest"))
