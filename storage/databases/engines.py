"""Engines: how each database must be spoken to for transactions to mean what they say.

SQLite: Python's driver begins transactions where it sees fit (and not before SAVEPOINT); it is told to keep out, and each
transaction begins with our own BEGIN (storage.databases.embedded_connection). Writers begin IMMEDIATE: a deferred read-modify-write
loses updates or fails.
Only the writer checkpoints: SQLite before 3.51.3 is reported to have a WAL-reset bug that needs two connections.

PostgreSQL compiles nothing (`jit`): that takes longer than any statement of ours; PgBouncer takes no such word from us.
`?statement_cache_size=0` in the URL turns every prepared statement into an unnamed one, which is what PgBouncer in transaction
mode needs (a named one would live on another server connection).
"""

import json
import re
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url

from storage.tables.base import clean

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_DRIVERS = {
    "sqlite+aiosqlite": "sqlite",  # as it was written once
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_STATEMENTS = 512  # kept ready to run, for each connection
BUSY_SECONDS = 15
_PAUSE = 0.02  # seconds between two tries to have the file alone
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # JSON's word for it; not a backslash that somebody wrote before u0000
WAL_BYTES = 32 << 20  # what is kept of a write-ahead log that grew while somebody read for long
_WRITER = ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32768")


def parse(url: str) -> URL:
    """The URL with the driver we use, whether it was named or not."""
    parsed = make_url(url)
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def is_sqlite(url: URL) -> bool:
    """Embedded, in one file."""
    return url.get_backend_name() == "sqlite"


def is_embedded(url: str) -> bool:
    """The same of a URL as text."""
    return is_sqlite(parse(url))


def file_of(url: URL) -> Path:
    """The file of a SQLite URL. ValueError for a database in memory, which readers could not share."""
    if not url.database or url.database == ":memory:":
        raise ValueError("the ledger needs a file: sqlite:///path/to/ledger.db")
    return Path(url.database)


def sqlite_engine(url: URL, *, writer: bool, guest: bool = False) -> Engine:
    """Makes connections that write, or that only read; whoever asks keeps them (storage.databases.embedded). A guest writes
    beside the process the file belongs to, and leaves checkpoints to that one."""
    engine = create_engine(
        url,
        poolclass=NullPool,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": _STATEMENTS},
        json_serializer=compact,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_reader if not writer else _prepare_guest if guest else _prepare_writer)
    return engine


def postgres_engine(url: URL) -> "AsyncEngine":
    """Makes connections; whoever asks (storage.databases.server) keeps them, and begins and ends transactions over the driver."""
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - SQLite goes without

    pooled = {"statement_cache_size", "prepared_statement_cache_size"} & set(url.query)
    unnamed = any(url.query[name] == "0" for name in pooled)
    options: dict[str, Any] = {"server_settings": {"timezone": "UTC"}}
    if unnamed:  # PgBouncer refuses settings it does not know, such as jit
        options |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0, "prepared_statement_name_func": str}
    else:
        options["statement_cache_size"] = _STATEMENTS
        options["server_settings"]["jit"] = "off"
    return create_async_engine(
        url.difference_update_query(sorted(pooled)) if unnamed else url,
        poolclass=NullPool,
        connect_args=options,
        json_serializer=compact,
        hide_parameters=True,
    )


def compact(value: Any) -> str:
    """JSON as it is stored: no spaces, Chinese as Chinese, nothing a database can't keep. Moments and the like, which are no JSON,
    become text: where they may come in they are refused."""
    try:
        written = to_json(value).decode()  # in a third of the time json takes
    except PydanticSerializationError:  # half of a surrogate pair, which has no bytes; or no JSON at all
        written = clean(_JSON.encode(value))
    if "\\u0000" in written:  # looking for it costs a tenth of searching by pattern, and it is hardly ever there
        written = _NUL.sub(r"\1", written)
    return written


def _prepare_writer(connection: Any, _record: Any) -> None:
    _write_ahead(connection)
    _prepare(connection, *_WRITER, f"journal_size_limit={WAL_BYTES}")


def _prepare_guest(connection: Any, _record: Any) -> None:
    _write_ahead(connection)
    _prepare(connection, *_WRITER, "wal_autocheckpoint=0")


def _prepare_reader(connection: Any, _record: Any) -> None:
    _prepare(connection, "query_only=ON", "wal_autocheckpoint=0", "cache_size=-8192")


def _prepare(connection: Any, *pragmas: str) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(connection: Any) -> None:
    """The first one to do so needs the file for itself for a moment: SQLite does not wait for that, so we do."""
    cursor, gives_up = connection.cursor(), time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > gives_up:
                raise
            time.sleep(_PAUSE)
        else:
            break
    cursor.close()
