"""A whole ledger as one SQLite file, as it stood at one moment, while others go on writing. Whatever database it came from."""

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from storage.backups.transfer import copy_out, tables_of
from storage.databases.engines import BUSY_SECONDS, file_of, is_sqlite, parse
from storage.databases.errors import DatabaseUnusable

_PHOTOS = """
    SELECT sha256 FROM media WHERE sha256 IS NOT NULL
    UNION SELECT clean_sha256 FROM media WHERE clean_sha256 IS NOT NULL
    ORDER BY 1
"""
_CHUNK = 1 << 20


async def take(url: str, into: Path) -> None:
    """Write the ledger to a file that isn't there yet. Raises DatabaseUnusable, OSError."""
    parsed = parse(url)
    if is_sqlite(parsed):
        await asyncio.to_thread(_vacuum, file_of(parsed), into)
    else:
        await copy_out(url, into)


def _vacuum(path: Path, into: Path) -> None:
    """As a reader, in one transaction: writers are not held up, and what was erased is not taken along in free pages."""
    if not path.is_file():
        raise DatabaseUnusable(f"{path} isn't there: see PROJECT_HOME_DATABASE_URL.")
    try:
        with opened(path) as connection:
            connection.execute("VACUUM INTO ?", (str(into),))
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"{path} can't be copied: {error}. `project-home doctor` looks at all of it.") from error


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file to read, on a connection that neither writes nor checkpoints."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
        yield connection


def revision_of(connection: sqlite3.Connection) -> str:
    """The schema's. sqlite3.Error if it has none."""
    return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def rows_of(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - of the schema
        for table in tables_of(connection)
    }


def photos_of(connection: sqlite3.Connection) -> Iterator[str]:
    """The SHA-256 of every file the ledger speaks of as kept, in order, each once."""
    if "media" in tables_of(connection):
        yield from (sha256 for (sha256,) in connection.execute(_PHOTOS))


def trouble_in(connection: sqlite3.Connection) -> str | None:
    """What is wrong inside the file, if anything: pages, indexes, references."""
    try:
        answer = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        lost = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        return str(error)
    if answer != "ok":
        return str(answer)
    return f"a row of {lost[0]} refers to a row of {lost[2]} that isn't there" if lost else None


def sha256_of(path: Path) -> str:
    """Of all its bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
