"""The store: opens transactions on SQLite or PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from bot.outage import Outage
from bot.ports import StoreUnavailable
from storage.chain.trail import Known
from storage.databases.choice import database
from storage.databases.embedded import Embedded
from storage.databases.engines import file_of, is_sqlite, parse
from storage.databases.errors import DatabaseUnusable, cause
from storage.soundness import advice, glance
from storage.unit_of_work import SqlUnitOfWork

GLANCE_SECONDS = 0.5  # a start may take so much longer for the look inside a SQLite file


class SqlStore:
    """Keeps `bot.ports.Store`. Open it once per process; the schema must be there (`storage.migrate.upgrade`). `guest`: for a
    command beside the process that serves a SQLite file (storage.databases.engines)."""

    def __init__(self, url: str, *, guest: bool = False) -> None:
        self._url = parse(url)
        self._sqlite = is_sqlite(self._url)
        self._known = Known()
        self._database = database(self._url, guest=guest)
        self._outage = None if guest else Outage("store")  # a command says in a sentence what became of it

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
        """Let go of the database."""
        await self._database.close()

    def begin(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """To write: commits on leaving, an exception rolls back. Raises StoreUnavailable. Not to be nested on SQLite: the inner
        one would wait for the outer one."""
        return self._transaction(writing=True)

    def read(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """A snapshot to read from. Raises StoreUnavailable."""
        return self._transaction(writing=False)

    @asynccontextmanager
    async def _transaction(self, *, writing: bool) -> AsyncIterator[SqlUnitOfWork]:
        try:
            async with self._database.transaction(writing=writing) as connection:
                uow = SqlUnitOfWork(connection, self._known, writing=writing)
                yield uow
                await uow.seal()
        except StoreUnavailable as error:
            if self._outage is not None:
                self._outage.failed(type(error.__cause__ or error).__name__, str(error))
            raise
        if self._outage is not None:
            self._outage.answered()

    async def revision(self) -> str | None:
        """The schema's revision, None if it was never migrated. Raises StoreUnavailable."""
        async with self.read() as uow:
            return await uow.revision()

    async def compact(self) -> None:
        """Write the SQLite file anew, so that nothing of what was deleted is left in it; PostgreSQL sees to that itself."""
        if isinstance(self._database, Embedded):
            await self._database.compact()

    async def _check(self) -> None:
        """That it answers, and lets itself be written to; a look inside the file, without holding up who writes to it."""
        await self._database.check()
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
