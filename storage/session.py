"""One transaction as all its repositories share it: the connection, what was read of a snapshot, what is still to be written."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Executable, Row, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.messages import Message
from storage.dialect import is_postgres

# rows and queries of any width: their columns are tables' business
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]


class Session:
    """`writing`: it may write; else it sees one snapshot, and asks it nothing twice.

    Messages queued one after the other are written together: `told` waits for `writer` (the outbox), who is called before
    anything else is asked of the database, so that nobody can tell.
    """

    def __init__(self, connection: AsyncConnection, *, writing: bool) -> None:
        self.connection = connection
        self.writing = writing
        self.postgres = is_postgres(connection)
        self._seen: dict[tuple[Any, ...], Sequence[AnyRow]] = {}
        self.told: list[tuple[Message, datetime]] = []
        self.writer: Callable[[Sequence[tuple[Message, datetime]]], Awaitable[None]] | None = None

    async def write(self) -> None:
        """Write what waits to be written."""
        if self.told and self.writer is not None:
            told, self.told = self.told, []
            await self.writer(told)

    def forget(self) -> None:
        """What waits is not to be written: what it belongs to is undone."""
        self.told = []

    async def run(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Execute; `values` of one row, or a list of them for many."""
        if self.told:
            await self.write()
        return await self.connection.execute(statement, values)

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
