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


class Repository:
    """Reads and writes one part of the domain on one connection, inside one transaction."""

    def __init__(self, connection: AsyncConnection, *, writing: bool) -> None:
        self._connection = connection
        self._writing = writing
        self._postgres = is_postgres(connection)

    async def _run(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        return await self._connection.execute(statement, values)

    async def _all(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        return (await self._run(statement, values)).all()

    async def _first(self, statement: Executable, values: Mapping[str, Any] | None = None) -> AnyRow | None:
        return (await self._run(statement, values)).first()

    async def _value(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        return (await self._run(statement, values)).scalar()

    async def _put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert, or update every other column of the row with the same primary key."""
        await self._run(upsert(table, tuple(row), postgres=self._postgres), row)

    async def _put_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for several rows of the same columns."""
        await self._run(upsert(table, tuple(rows[0]), postgres=self._postgres), rows)

    def _insert(self, table: Table) -> Insert:
        return insert_into(table, postgres=self._postgres)

    def _skip_locked(self, statement: Any) -> Any:
        """Leave rows another worker has in hand; on SQLite there is only one."""
        return statement.with_for_update(skip_locked=True) if self._writing and self._postgres else statement
