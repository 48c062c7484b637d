"""The store: opens transactions on SQLite or PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext

from sqlalchemy import event, text
from sqlalchemy.exc import PendingRollbackError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ports import StoreUnavailable
from storage.engines import file_of, is_sqlite, parse, postgres_engine, sqlite_engine
from storage.errors import DatabaseUnusable, cause, name_what_passes, passes
from storage.soundness import advice, glance
from storage.trail import Known
from storage.unit_of_work import SqlUnitOfWork

GLANCE_SECONDS = 0.5  # a start may take so much longer for the look inside a SQLite file


class SqlStore:
    """Keeps `bot.ports.Store`. Open it once per process; the schema must be there (`storage.migrate.upgrade`). `guest`: for a
    command beside the process that serves a SQLite file (storage.engines)."""

    def __init__(self, url: str, *, guest: bool = False) -> None:
        self._url = parse(url)
        self._sqlite = is_sqlite(self._url)
        self._known = Known()
        self._turn = asyncio.Lock()  # SQLite: one writer at a time
        if self._sqlite:
            self._writer = sqlite_engine(self._url, writer=True, guest=guest)
            self._reader = sqlite_engine(self._url, writer=False)
        else:
            self._writer = postgres_engine(self._url)
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        for engine in {self._writer.sync_engine, self._reader.sync_engine}:
            event.listen(engine, "handle_error", name_what_passes)

    async def open(self) -> None:
        """Make the file's folder, and see that the database can be worked with. Raises DatabaseUnusable."""
        if self._sqlite:
            await asyncio.to_thread(self._make_folder)
        try:
            await self._check()
        except DatabaseUnusable:
            await self.close()
            raise
        except (SQLAlchemyError, sqlite3.Error, OSError, StoreUnavailable) as error:
            await self.close()
            raise DatabaseUnusable(self._trouble(cause(error))) from error

    async def close(self) -> None:
        """Readers first: the last connection to a SQLite file checkpoints, and that must be the writer's."""
        await self._reader.dispose()
        await self._writer.dispose()

    def begin(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """To write: commits on leaving, an exception rolls back. Raises StoreUnavailable. Not to be nested on SQLite: the inner
        one would wait for the outer one."""
        return self._transaction(self._writer, writing=True)

    def read(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """A snapshot to read from. Raises StoreUnavailable."""
        return self._transaction(self._reader, writing=False)

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine, *, writing: bool) -> AsyncIterator[SqlUnitOfWork]:
        async with self._turn if writing and self._sqlite else nullcontext(), AsyncExitStack() as stack:
            try:
                connection = await _connect(stack, engine)
                async with connection.begin():
                    uow = SqlUnitOfWork(connection, self._known, writing=writing)
                    yield uow
                    await uow.seal()
            except PendingRollbackError as error:  # somebody went on after the store had said that it is away
                raise StoreUnavailable("the connection was lost") from error

    async def revision(self) -> str | None:
        """The schema's revision, None if it was never migrated. Raises StoreUnavailable."""
        async with self._transaction(self._reader, writing=False) as uow:
            return await uow.revision()

    async def compact(self) -> None:
        """Write the SQLite file anew, so that nothing of what was deleted is left in it; PostgreSQL sees to that itself."""
        if not self._sqlite:
            return
        async with self._turn, self._writer.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                await driver.in_thread(driver.raw.execute, statement)  # type: ignore[union-attr]

    async def _check(self) -> None:
        """That it answers, and lets itself be written to; a look inside the file, without holding up who writes to it."""
        async with self._writer.connect() as connection, connection.begin() as transaction:
            if self._sqlite:  # a file that can't be written to lets itself be begun with: writing is what fails
                version = (await connection.execute(text("PRAGMA user_version"))).scalar_one()
                await connection.execute(text(f"PRAGMA user_version = {version}"))
            await transaction.rollback()
        if self._sqlite and (trouble := await asyncio.to_thread(glance, file_of(self._url), GLANCE_SECONDS)):
            raise DatabaseUnusable(self._trouble(trouble))

    def _make_folder(self) -> None:
        try:
            file_of(self._url).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusable(self._trouble(str(error))) from error

    def _trouble(self, why: str) -> str:
        where = self._url.render_as_string(hide_password=True)
        help_ = (
            advice(file_of(self._url), why)
            if self._sqlite
            else "See that the server runs, and PROJECT_HOME_DATABASE_URL."
        )
        return f"{where} can't be used: {why}. {help_}"


async def _connect(stack: AsyncExitStack, engine: AsyncEngine) -> AsyncConnection:
    try:
        return await stack.enter_async_context(engine.connect())
    except (SQLAlchemyError, OSError) as error:
        if passes(error):
            raise StoreUnavailable(cause(error)) from error
        raise
