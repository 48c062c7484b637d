"""SQLite in our own process: one connection that writes, a few that only read."""

import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from sqlalchemy import URL, Engine, event, text
from sqlalchemy.exc import DBAPIError

from bot.ports import StoreUnavailable
from storage.databases import engines
from storage.databases.embedded_connection import EmbeddedConnection, to_the_end
from storage.databases.errors import cause, name_what_passes, passes
from storage.databases.pool import Pool
from storage.databases.prepared import Statements

_READERS = 5
_SECONDS = 30.0  # waited for one of them to be free


class Embedded:
    """Keeps `storage.databases.connection.Database` on a file. A guest writes beside the process the file
    belongs to, and leaves checkpoints to that one."""

    def __init__(self, url: URL, *, guest: bool = False) -> None:
        threads = ThreadPoolExecutor(1 + _READERS, "sqlite")
        self._writers = _pool(engines.sqlite_engine(url, writer=True, guest=guest), 1, threads)
        self._readers = _pool(engines.sqlite_engine(url, writer=False), _READERS, threads)

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncIterator[EmbeddedConnection]:
        """Writers take turns. Not to be nested: the inner one would wait for the outer one."""
        pool = self._writers if writing else self._readers
        async with pool.lent(seconds=None if writing else _SECONDS) as connection:
            try:
                await connection.begin(writing=writing, patience=engines.BUSY_SECONDS)
                yield connection
                await connection.commit()
            except BaseException:
                await connection.rollback()
                raise

    async def check(self) -> None:
        """A file that can't be written to lets itself be begun with: writing is what fails."""
        async with self._writers.lent() as connection:
            await connection.begin(writing=True, patience=engines.BUSY_SECONDS)
            try:
                version = (await connection.execute(text("PRAGMA user_version"))).scalar()
                await connection.execute(text(f"PRAGMA user_version = {version}"))
            finally:
                await connection.rollback()

    async def compact(self) -> None:
        """Write the file anew, so that nothing of what was deleted is left in it."""
        async with self._writers.lent() as connection:
            await connection.compact()

    async def close(self) -> None:
        """Readers first: the last connection to a file checkpoints, and that must be the writer's."""
        await self._readers.close()
        await self._writers.close()


def _pool(engine: Engine, size: int, threads: ThreadPoolExecutor) -> Pool[EmbeddedConnection]:
    event.listen(engine, "handle_error", name_what_passes)
    statements = Statements(engine.dialect)

    async def opened() -> EmbeddedConnection:
        try:
            connection = await to_the_end(threads, engine.connect)
        except (sqlite3.Error, DBAPIError) as error:
            if passes(error):
                raise StoreUnavailable(cause(error)) from error
            raise
        connection.begin()
        return EmbeddedConnection(connection, statements, threads)

    return Pool(opened, size)
