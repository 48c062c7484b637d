"""What all repositories are: a view of one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, Row, Select, Table
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert_into, is_postgres, upsert

# rows and queries of any width: their columns are tables' business
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

Seen = dict[tuple[Any, ...], Sequence[AnyRow]]
"""Answers of a snapshot, by statement and values: asked again, they can't be others."""


class Repository:
    """Reads and writes one part of the domain on one connection, inside one transaction."""

    def __init__(self, connection: AsyncConnection, *, writing: bool, seen: Seen | None = None) -> None:
        self._connection = connection
        self._writing = writing
        self._seen = seen
        self._postgres = is_postgres(connection)

    async def _run(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        return await self._connection.execute(statement, values)

    async def _all(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        if self._seen is None:
            return (await self._run(statement, values)).all()
        key = (statement, *sorted(values.items())) if values else (statement,)
        try:
            found = self._seen.get(key)
        except TypeError:  # a list among the values
            return (await self._run(statement, values)).all()
        if found is None:
            found = self._seen[key] = (await self._run(statement, values)).all()
        return found

    async def _first(self, statement: Executable, values: Mapping[str, Any] | None = None) -> AnyRow | None:
        if self._seen is None:
            return (await self._run(statement, values)).first()
        rows = await self._all(statement, values)
        return rows[0] if rows else None

    async def _value(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        row = await self._first(statement, values)
        return None if row is None else row[0]

    async def _put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert, or update every other column of the row with the same primary key."""
        await self._run(upsert(table, tuple(row), postgres=self._postgres), row)

    async def _put_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for several rows of the same columns."""
        await self._run(upsert(table, tuple(rows[0]), postgres=self._postgres), rows)

    def _insert(self, table: Table) -> Insert:
        return insert_into(table, postgres=self._postgres)
