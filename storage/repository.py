"""What all repositories are: a view of one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, Row, Select, Table
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert_into, is_postgres, rows_of, skip_locked

# rows and queries of any width: their columns are tables' business
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]


class Repository:
    """Reads and writes one part of the domain on one connection, inside one transaction."""

    def __init__(self, connection: AsyncConnection, *, writing: bool) -> None:
        self._connection = connection
        self._writing = writing

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
        await self._put_all(table, [row])

    async def _put_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for several rows of the same columns."""
        insert = self._insert(table)
        keys = list(table.primary_key.columns)
        rest = {name: insert.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
        await self._run(insert.on_conflict_do_update(index_elements=keys, set_=rest), rows)

    def _insert(self, table: Table) -> Insert:
        return insert_into(self._connection, table)

    def _rows(self, values: Sequence[str]) -> Any:
        return rows_of(self._connection, values)

    def _skip_locked(self, statement: Any) -> Any:
        return skip_locked(self._connection, statement, writing=self._writing)

    @property
    def _on_postgres(self) -> bool:
        return is_postgres(self._connection)
