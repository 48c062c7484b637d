"""Ledgers of a thousand, a hundred thousand, a million issues, made once and kept outside the repository.

`python -m tests.bench.seeding 1000000 --only SQLite` makes one beforehand (some minutes); a million is a hundred thousand ten times
over (`multiplying.py`). `PROJECT_HOME_BENCH=NAME` keeps them under a name of one's own: a folder of the temporary one, and the
beginning of the databases' names. A tenth of the issues is open, mostly the newer ones; each has a telling of the corpus, its
grams, a photo, and the lines of history that led to where it stands
(`seeder.py`, `past.py`). Nothing is on the agenda, and nobody but the reporters of `report.py` has an account: a bot started on
it has nothing to say by itself.
"""

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import URL, make_url

from storage.backups.transfer import copy_in
from storage.migrate import upgrade
from tests import postgres
from tests.bench.multiplying import multiply
from tests.bench.seeder import Row, Seeder

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOLD = 100_000  # issues: a larger ledger has each of them several times
ACCOUNTS = 50_000  # from this number on user ids are those of a bench
_FORGET = (
    "DELETE FROM outbox",
    "DELETE FROM cards",
    f"UPDATE people SET user_id = NULL WHERE user_id BETWEEN {ACCOUNTS} AND {ACCOUNTS + 999}",  # noqa: S608 - our own number
)
_OURS = os.environ.get("PROJECT_HOME_BENCH", "project_home_bench")
_FOLDER = Path(tempfile.gettempdir()) / _OURS


async def ledger(kind: str, size: int) -> str:
    """The URL of a ledger of so many issues beside the sample city; migrated, made if it is not there yet. KEEP it as it is:
    others will be handed the same."""
    name = f"{_OURS}_{size}"
    if kind == "PostgreSQL":
        return await _on_postgres(name, size)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    file = _FOLDER / f"{name}.db"
    if not file.exists():
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        if size <= TOLD:
            await _fill(f"sqlite:///{part}", size)
        else:
            smaller = str(make_url(await ledger("SQLite", TOLD)).database)
            await asyncio.to_thread(multiply, Path(smaller), part, size // TOLD)
        part.rename(file)
    url = f"sqlite:///{file}"
    await upgrade(url)
    return url


async def forget(url: str) -> None:
    """Take away what a bench left: accounts, messages, cards."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database))) as file, file:
            for statement in _FORGET:
                file.execute(statement)
        return
    async with _connected(make_url(url)) as server:
        for statement in _FORGET:
            await server.execute(statement)


async def _on_postgres(name: str, size: int) -> str:
    """The rows of the SQLite one."""
    server = postgres.running()
    if server is None:
        raise RuntimeError("a PostgreSQL server must run: see tests/postgres.py")
    url = server.set(drivername="postgresql+asyncpg", database=name)
    text = url.render_as_string(hide_password=False)
    async with _connected(server) as connection:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
            file, part = Path(str(make_url(await ledger("SQLite", size)).database)), f"{name}_part"
            await connection.execute(f'DROP DATABASE IF EXISTS "{part}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{part}"')
            await _copy(file, url.set(database=part))
            await connection.execute(f'ALTER DATABASE "{part}" RENAME TO "{name}"')
    await upgrade(text)
    return text


async def _fill(url: str, size: int) -> None:
    from tests.bench.report import found_city  # noqa: PLC0415 - it measures on what is made here

    await upgrade(url)
    await found_city(url, 100)
    await asyncio.to_thread(_into_sqlite, str(make_url(url).database), Seeder(size, people=1_000))


def _into_sqlite(file: str, seeder: Seeder) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        late = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('issues', 'history', 'media') AND sql <> ''"
        )
        later = late.fetchall()
        for name, _ in later:
            connection.execute(f'DROP INDEX "{name}"')
        connection.execute("BEGIN")
        for table, rows in seeder.tables():
            first = next(rows)
            names, marks = ", ".join(f'"{name}"' for name in first), ", ".join("?" * len(first))
            insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
            connection.execute(insert, _for_sqlite(first))
            connection.executemany(insert, map(_for_sqlite, rows))
        for _, statement in later:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")


def _for_sqlite(row: Row) -> Sequence[Any]:
    return [
        (value - _EPOCH) // timedelta(microseconds=1) if value.__class__ is datetime else value
        for value in row.values()
    ]


async def _copy(file: Path, url: URL) -> None:
    """Big indexes are made once the rows are there."""
    text = url.render_as_string(hide_password=False)
    await upgrade(text)
    async with _connected(url) as connection:
        indexes = await connection.fetch(_LATER)
        for index in indexes:
            await connection.execute(f'DROP INDEX "{index["indexname"]}"')
        await connection.execute("ALTER TABLE grams DROP CONSTRAINT pk_grams")
    await copy_in(file, text)
    async with _connected(url) as connection:
        await connection.execute("SET maintenance_work_mem = '512MB'")
        await connection.execute('ALTER TABLE grams ADD CONSTRAINT pk_grams PRIMARY KEY (gram, "open", issue)')
        for index in indexes:
            await connection.execute(index["indexdef"])
        await connection.execute("VACUUM (ANALYZE)")  # as a server that has run for a while has done by itself


_LATER = """SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename IN ('issues', 'history', 'media') AND indexname NOT LIKE 'pk_%' AND indexname NOT LIKE 'uq_%'"""


class _connected:  # noqa: N801 - read as a verb
    """A connection of asyncpg to a URL of SQLAlchemy's."""

    def __init__(self, url: Any) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def __aenter__(self) -> Any:
        self._connection = await asyncpg.connect(self._url)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    options = parser.parse_args()
    for size in options.sizes:
        for kind in [options.only] if options.only else ["SQLite", "PostgreSQL"]:
            began = time.perf_counter()
            asyncio.run(ledger(kind, size))
            print(f"{kind}, {size} issues: {time.perf_counter() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
