"""The office's own journal: append-only lines, sealed with all others."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from bot.domain.journal import Record
from storage.chain.trail import Trail, Unsealed, digest_of
from storage.repositories.repository import Repository, Session
from storage.tables import journal

_NOTE = insert(journal).returning(journal.c.id)
_NAMES = ("at", "event", "by", "subject")


class SqlJournal(Repository):
    """Keeps `bot.ports.Journal`."""

    def __init__(self, session: Session, trail: Trail) -> None:
        super().__init__(session)
        self._trail = trail

    async def note(self, record: Record) -> None:
        """One line more."""
        row: dict[str, Any] = {name: getattr(record, name) for name in _NAMES}
        row |= {"before": dict(record.before), "after": dict(record.after)}
        given = await self._value(_NOTE, row)
        self._trail.add(Unsealed("entry", given, digest_of(row)))

    async def of(self, subject: str) -> Sequence[Record]:
        """All about a subject, oldest first."""
        rows = await self._all(select(journal).where(journal.c.subject == subject).order_by(journal.c.id))
        return [Record(row.event, row.subject, row.at, row.by, row.before, row.after) for row in rows]
