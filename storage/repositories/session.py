"""One transaction as all its repositories share it: the connection, what was read of a snapshot, what is still to be written."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, Table, UpdateBase

from bot.domain.messages import Message
from storage.databases.connection import Answer, AnyRow, Connection
from storage.databases.dialect import is_postgres
from storage.repositories.later import Later, Queue
from storage.tables import grants, people, scans

# of any width: their columns are tables' business
AnySelect = Select[*tuple[Any, ...]]

Waiting = tuple[tuple[tuple[Message, datetime], ...], Queue]
"""What is still to be written: messages, and what was put off."""
_WORTH_FORESEEING = 2
_READ_WITH: Mapping[Any, Table] = {grants: people, scans: people}  # tables whose rows are read as a part of another's


class Session:
    """`writing`: it may write; else it sees one snapshot, and asks it nothing twice.

    What was read of a table and will be asked for again is kept until something of that table is written, where nobody else can
    write meanwhile (`undisturbed`), or what was read is locked.

    Messages queued one after the other are written together: `told` waits for `writer` (the outbox), who is called before
    anything is asked or changed of what waits there (`Telling`), so that nobody can tell. In the same way what is put off
    (`run_later`) is written before anything is asked that could see it.
    """

    def __init__(self, connection: Connection, *, writing: bool) -> None:
        self.connection = connection
        self.writing = writing
        self.postgres = is_postgres(connection)
        self._seen: dict[tuple[Any, ...], Sequence[AnyRow]] = {}
        self._kept: dict[Any, dict[Any, Any]] = {}
        self._later = Later()
        self.told: list[tuple[Message, datetime]] = []
        self.writer: Callable[[Sequence[tuple[Message, datetime]]], Awaitable[None]] | None = None

    @property
    def undisturbed(self) -> bool:
        """Nobody else changes what this transaction reads: it sees a snapshot, or has SQLite for itself."""
        return not (self.writing and self.postgres)

    def kept(self, table: Table) -> dict[Any, Any]:
        """What was read of the table, by what was asked."""
        return self._kept.setdefault(table, {})

    async def write(self, card: str | None = None) -> None:
        """Write what waits to be written; if `card` is given, only if some of it shows that card."""
        if card is not None and all(message.card != card for message, _ in self.told):
            return
        if self.told and self.writer is not None:
            told, self.told = self.told, []
            await self.writer(told)
        if card is None:
            await self.catch_up()

    def mark(self) -> Waiting:
        """What waits to be written now."""
        return (*self.told,), self._later.mark()

    def back_to(self, mark: Waiting) -> None:
        """This is what waited to be written before what is undone now, whatever of it was written meanwhile; what was read may
        not be so any more."""
        told, later = mark
        self.told = [*told]
        self._later.back_to(later)
        self._kept = {}

    async def run(self, statement: Executable, values: Any = None) -> Answer:
        """Execute; `values` of one row, or a list of them for many."""
        if self._later and self._later.is_seen_by(statement):
            await self.catch_up()
        self._forget(statement)
        return await self.connection.execute(statement, values)

    async def run_later(self, statement: UpdateBase, values: Mapping[str, Any]) -> None:
        """Execute with others like it, before the transaction or the savepoint ends: for what nobody needs an answer to. A
        statement that is made once."""
        if self._later and statement not in self._later and self._later.is_seen_by(statement):
            await self.catch_up()
        self._forget(statement)
        self._later.put(statement, values)
        if self._later.is_long:
            await self.catch_up()

    async def catch_up(self) -> None:
        """Write what was put off."""
        for statement, rows in self._later.take():
            await self.connection.execute(statement, list(rows) if len(rows) > 1 else rows[0])

    async def all(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        """Every row of an answer."""
        if self.writing:
            return (await self.run(statement, values)).all()
        key = (statement, *sorted(values.items())) if values else (statement,)
        try:
            found = self._seen.get(key)
        except TypeError:  # a list among the values
            return (await self.run(statement, values)).all()
        if found is None:
            found = self._seen[key] = (await self.run(statement, values)).all()
        return found

    async def first(self, statement: Executable, values: Mapping[str, Any] | None = None) -> AnyRow | None:
        """The first row, None if there is none."""
        if self.writing:
            return (await self.run(statement, values)).first()
        rows = await self.all(statement, values)
        return rows[0] if rows else None

    async def foresee(self, one: Executable, many: Executable, sought: Collection[Any], of: str) -> None:
        """A snapshot will be asked `one` about each of these: `many` reads the rows of all, and they are kept as its answers.
        `of`: the column that says about which of them a row is."""
        if self.writing:
            return
        new = [value for value in sorted(set(sought)) if (one, ("sought", value)) not in self._seen]
        if len(new) < _WORTH_FORESEEING:
            return
        answers: dict[Any, list[AnyRow]] = {value: [] for value in new}
        for row in (await self.run(many, {"sought": new})).all():
            answers[getattr(row, of)].append(row)
        self._seen.update({(one, ("sought", value)): rows for value, rows in answers.items()})

    def _forget(self, statement: Executable) -> None:
        """What was read of the table it changes."""
        if self._kept and isinstance(statement, UpdateBase):
            self._kept.pop(_READ_WITH.get(statement.table, statement.table), None)
