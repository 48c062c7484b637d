"""Bring a database to the present schema, or to any revision.

All steps of one call are one transaction on both databases, so a kill leaves the schema as it was. Two processes that start
together take turns: SQLite by its write lock, PostgreSQL by an advisory lock that ends with the transaction.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.dialect import MIGRATION_LOCK, is_postgres
from storage.engines import file_of, is_sqlite, parse, postgres_engine, sqlite_engine

_SCRIPTS = Path(__file__).parent / "migrations"


async def upgrade(url: str, revision: str = "head") -> None:
    """Go up to a revision; does nothing if the database is there already. From a script: `asyncio.run(upgrade(url))`."""
    await _migrate(url, lambda config: command.upgrade(config, revision))


async def downgrade(url: str, revision: str) -> None:
    """Go back to a revision; `base` empties the database."""
    await _migrate(url, lambda config: command.downgrade(config, revision))


async def current(url: str) -> str | None:
    """The revision a database is at; None for one that was never migrated."""
    engine = await asyncio.to_thread(_engine, url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda bare: MigrationContext.configure(bare).get_current_revision())
    finally:
        await engine.dispose()


def revisions() -> list[str]:
    """All revisions, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


async def _migrate(url: str, action: Callable[[Config], None]) -> None:
    engine = await asyncio.to_thread(_engine, url)
    try:
        async with engine.begin() as connection:
            if is_postgres(connection):
                await connection.execute(MIGRATION_LOCK)
            await connection.run_sync(_run, action)
    finally:
        await engine.dispose()


def _engine(url: str) -> AsyncEngine:
    parsed = parse(url)
    if not is_sqlite(parsed):
        return postgres_engine(parsed)
    file_of(parsed).parent.mkdir(parents=True, exist_ok=True)
    return sqlite_engine(parsed, writer=True)


def _run(connection: Connection, action: Callable[[Config], None]) -> None:
    config = _config()
    config.attributes["connection"] = connection
    action(config)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
