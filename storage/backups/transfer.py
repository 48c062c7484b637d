"""Rows between PostgreSQL and a SQLite file of the same revision, table by table, in one transaction of the server.

No client tools needed: the schema is made by our own migrations, the rows go over the driver. Moments are microseconds since
1970 in the file, and truth is 1 or 0 (storage.tables.base).
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from storage.databases.engines import compact, parse, postgres_engine
from storage.migrate import upgrade

_ROWS = 5000  # in one hop
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
Ways = Mapping[str, Callable[[Any], Any]]
_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
)
_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_REFERENCES = """
    SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
_OTHERS = """
    SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
"""
_TYPES = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1
"""
_NUMBERED = """
    SELECT pg_get_serial_sequence(quote_ident(table_name), column_name)
    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND column_name = 'id'
"""


async def copy_out(url: str, file: Path) -> None:
    """All rows of the server as they stand at one moment, into a file that isn't there yet. Raises NewerLedger, OSError."""
    async with _server(url) as server, server.transaction(isolation="repeatable_read", readonly=True):
        await upgrade(f"sqlite:///{file}", await server.fetchval("SELECT version_num FROM alembic_version"))
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA synchronous=OFF")  # it is synced when it is whole
            connection.execute("BEGIN")
            triggers = _without_triggers(connection)
            for table in tables_of(connection):
                await _out(server, connection, table)
            for _, made in triggers:
                connection.execute(made)
            connection.execute("COMMIT")


async def copy_in(file: Path, url: str) -> None:
    """All rows of the file into a server whose tables are there and empty; all or none. References are checked by the server.
    Raises OSError, and what the server says."""
    async with _server(url) as server, server.transaction():
        references = await server.fetch(_REFERENCES)
        for reference in references:
            await server.execute(f"ALTER TABLE {reference['table']} DROP CONSTRAINT {reference['name']}")
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for table in tables_of(connection):
                await _in(server, connection, table)
        for reference in references:
            table, name, definition = reference
            await server.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


async def rows_in(url: str) -> int:
    """How many rows the server's schema holds, at most one a table: 0 if there is nothing of anybody's."""
    async with _server(url) as server:
        counted = 0
        for (name,) in await server.fetch(_OTHERS):
            counted += await server.fetchval(f"SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT 1) one")  # noqa: S608 - quoted
        return counted


@asynccontextmanager
async def _server(url: str) -> AsyncIterator[Any]:
    """The driver's own connection: it streams, and copies rows in bulk."""
    engine = postgres_engine(parse(url))
    try:
        async with engine.connect() as connection:
            yield (await connection.get_raw_connection()).driver_connection
    finally:
        await engine.dispose()


async def _out(server: Any, connection: sqlite3.Connection, table: str) -> None:
    columns = _columns(connection, table)
    rows = await server.cursor(f"SELECT {_listed(columns)} FROM {_quoted(table)}")  # noqa: S608 - names of our schema
    put = f"INSERT INTO {_quoted(table)} ({_listed(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    ways = await _ways(server, table, columns, _OUT)
    while some := await rows.fetch(_ROWS):
        connection.executemany(put, _converted(some, ways))


async def _in(server: Any, connection: sqlite3.Connection, table: str) -> None:
    columns = _columns(connection, table)
    ways = await _ways(server, table, columns, _IN)
    rows = connection.execute(f"SELECT {_listed(columns)} FROM {_quoted(table)}")  # noqa: S608
    await server.execute(f"ALTER TABLE {_quoted(table)} DISABLE TRIGGER USER")
    while some := list(islice(rows, _ROWS)):
        await server.copy_records_to_table(table, records=_converted(some, ways), columns=columns)
    await server.execute(f"ALTER TABLE {_quoted(table)} ENABLE TRIGGER USER")
    if sequence := await server.fetchval(_NUMBERED, table):
        await server.execute(f"SELECT setval('{sequence}', coalesce(max(id), 1), count(*) > 0) FROM {_quoted(table)}")  # noqa: S608


async def _ways(server: Any, table: str, columns: Sequence[str], ways: Ways) -> list[Callable[[Any], Any] | None]:
    """How the values of each column are to be changed, None for not at all."""
    types = {row["column_name"]: row["data_type"] for row in await server.fetch(_TYPES, table)}
    return [ways.get(types[column]) for column in columns]


def _converted(rows: Iterable[Sequence[Any]], ways: Sequence[Callable[[Any], Any] | None]) -> Iterator[list[Any]]:
    for row in rows:
        yield [value if way is None or value is None else way(value) for value, way in zip(row, ways, strict=True)]


_OUT: Ways = {"timestamp with time zone": lambda moment: (moment - _EPOCH) // _MICROSECOND, "json": compact}
_IN: Ways = {
    "timestamp with time zone": lambda count: _EPOCH + count * _MICROSECOND,
    "boolean": bool,
    "double precision": float,
}


def _without_triggers(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """They have done their work at the server; their definitions, to make them anew."""
    triggers = connection.execute(_TRIGGERS).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {_quoted(name)}")
    return triggers


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """The ledger's tables in a file."""
    return sorted(name for (name,) in connection.execute(_TABLES))


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(table)})")]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    return f'"{name}"'
