"""Bring a database to the present schema, or to any revision.

All steps of one call are one transaction on both databases, so a kill leaves the schema as it was. Two processes that start
together take turns: SQLite by its write lock, PostgreSQL by an advisory lock that ends with the transaction.

Alembic is imported only when there is something to migrate: nearly every start finds the database at the newest revision.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.databases.choice import database
from storage.databases.connection import Database
from storage.databases.dialect import MIGRATION_LOCK, is_postgres
from storage.databases.engines import file_of, is_sqlite, parse

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"
_TABLE = "alembic_version"


class NewerLedger(Exception):  # noqa: N818 - the sentence is the name
    """Made by a later version of the program. The text says what to do."""


async def upgrade(url: str, revision: str = "head") -> None:
    """Go up to a revision; does nothing if the database is there already. From a script: `asyncio.run(upgrade(url))`. Raises
    NewerLedger."""
    wanted = revisions()[-1] if revision == "head" else known(revision)
    present = await current(url)
    if present is not None:
        known(present)
    if present != wanted:
        await _migrate(url, "upgrade", revision)


async def downgrade(url: str, revision: str) -> None:
    """Go back to a revision; `base` empties the database."""
    await _migrate(url, "downgrade", revision)


async def current(url: str) -> str | None:
    """The revision a database is at; None for one that was never migrated."""
    place = await asyncio.to_thread(_database, url)
    try:
        async with place.transaction(writing=True) as connection:
            return await connection.run_sync(_current)
    finally:
        await place.close()


def known(revision: str) -> str:
    """The revision, if this program knows it. Raises NewerLedger."""
    if revision not in revisions():
        raise NewerLedger(
            f"The ledger's schema {revision} is of a later version of the program: install that one, or restore an older backup."
        )
    return revision


def revisions() -> list[str]:
    """All revisions, oldest first: each script is named after its own."""
    return sorted(path.stem for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_TABLE):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))  # noqa: S608 - our own name
    return found


async def _migrate(url: str, verb: str, revision: str) -> None:
    place = await asyncio.to_thread(_database, url)
    try:
        async with place.transaction(writing=True) as connection:
            if is_postgres(connection):
                await connection.execute(MIGRATION_LOCK)
            await connection.run_sync(_run, verb, revision)
    finally:
        await place.close()


def _database(url: str) -> Database:
    parsed = parse(url)
    if is_sqlite(parsed):
        file_of(parsed).parent.mkdir(parents=True, exist_ok=True)
    return database(parsed)


def _run(connection: Connection, verb: str, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - a third of a second that most starts need not wait

    config = _config()
    config.attributes["connection"] = connection
    getattr(command, verb)(config, revision)


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
