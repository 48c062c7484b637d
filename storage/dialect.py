"""The few places where the two databases are asked in different words."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, Table, Text, TextClause, func, literal, literal_column, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TableValuedAlias


def insert_into(connection: AsyncConnection, table: Table) -> postgresql.Insert:
    """An INSERT that knows ON CONFLICT; the two dialects' classes have the same methods."""
    if is_postgres(connection):
        return postgresql.insert(table)
    return cast("postgresql.Insert", sqlite.insert(table))


def rows_of(connection: AsyncConnection, values: Iterable[str]) -> TableValuedAlias:
    """Any number of strings as a table with the column `value`, through one parameter: the statement's text stays the same."""
    given = list(values)
    if is_postgres(connection):
        return func.unnest(literal(given, ARRAY(Text))).table_valued("value").render_derived(name="given")
    return func.json_each(literal(json.dumps(given), Text)).table_valued("value", name="given")


def skip_locked(connection: AsyncConnection, statement: Any, *, writing: bool) -> Any:
    """Leave rows another worker has in hand; on SQLite there is only one."""
    return statement.with_for_update(skip_locked=True) if writing and is_postgres(connection) else statement


def spelled(member: StrEnum) -> ColumnElement[str]:
    """A value of ours written into the statement: a partial index is only used where its condition is seen to hold."""
    return literal_column(f"'{member.value}'")


def is_postgres(connection: AsyncConnection) -> bool:
    """PostgreSQL, not SQLite."""
    return connection.dialect.name == "postgresql"


# any number will do, as long as it is the same in all our processes
MIGRATION_LOCK: TextClause = text("SELECT pg_advisory_xact_lock(7300730073)")
