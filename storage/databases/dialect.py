"""The few places where the two databases are asked in different words."""

import json
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    Text,
    TextClause,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.selectable import TableValuedAlias

from storage.databases.connection import Connection


def insert_into(table: Table, *, postgres: bool) -> postgresql.Insert:
    """An INSERT that knows ON CONFLICT; the two dialects' classes have the same methods."""
    return postgresql.insert(table) if postgres else cast("postgresql.Insert", sqlite.insert(table))


@cache
def upsert(table: Table, names: tuple[str, ...], *, postgres: bool) -> postgresql.Insert:
    """Insert these columns, or update those of them that are not the primary key."""
    insert = insert_into(table, postgres=postgres)
    keys = [column.name for column in table.primary_key.columns]
    rest = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=rest)


@cache
def given_rows(*, postgres: bool) -> TableValuedAlias:
    """Any number of strings as a table with the column `value`, through the one parameter `given` (`given_values`)."""
    if postgres:
        unnested = func.unnest(bindparam("given", type_=ARRAY(Text)))
        return unnested.table_valued("value").render_derived(name="given")
    return func.json_each(bindparam("given", type_=Text)).table_valued("value", name="given")


def given_values(values: Iterable[str], *, postgres: bool) -> Any:
    """What the parameter `given` takes; in order, so that two processes lock rows in the same one."""
    return sorted(values) if postgres else json.dumps(sorted(values))


def is_given(column: ColumnElement[Any], *, postgres: bool, name: str = "given") -> ColumnElement[bool]:
    """The column is one of any number of ids or codes, through the one parameter of that name (`list_given`).

    ANY rather than IN: of a subquery's rows PostgreSQL guesses the number, and reads whole tables.
    """
    if postgres:
        kind = BigInteger if column.type.python_type is int else Text
        return column == any_(bindparam(name, type_=ARRAY(kind)))
    return column.in_(select(func.json_each(bindparam(name, type_=Text)).table_valued("value").c.value))


def list_given(values: Iterable[int | str], *, postgres: bool) -> Any:
    """What that parameter takes; in order, so that two processes lock rows in the same one."""
    return sorted(values) if postgres else json.dumps(sorted(values))


def ids_given(ids: Iterable[int | str], *, postgres: bool) -> dict[str, Any]:
    """The same as the parameter `given`."""
    return {"given": list_given(ids, postgres=postgres)}


def gathered(column: ColumnElement[int], *, postgres: bool) -> ColumnElement[Any]:
    """All of a column's values as one list; PostgreSQL has None for none."""
    return func.array_agg(column, type_=ARRAY(BigInteger)) if postgres else func.json_group_array(column, type_=JSON)


def spelled(member: StrEnum) -> ColumnElement[str]:
    """A value of ours written into the statement: a partial index is only used where its condition is seen to hold."""
    return literal_column(f"'{member.value}'")


def fixed(number: int) -> ColumnElement[int]:
    """Written into the statement: of a LIMIT that is given each time PostgreSQL expects a tenth of all there is, and plans anew
    each time because it is never that."""
    return literal_column(str(int(number)), Integer)


def is_postgres(connection: Connection) -> bool:
    """PostgreSQL, not SQLite."""
    return connection.dialect.name == "postgresql"


# any number will do, as long as it is the same in all our processes
MIGRATION_LOCK: TextClause = text("SELECT pg_advisory_xact_lock(7300730073)")
SEAL_LOCK: TextClause = text("SELECT pg_advisory_xact_lock(7300730074)")
