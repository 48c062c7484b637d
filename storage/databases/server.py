"""PostgreSQL, past one machine: connections of asyncpg that SQLAlchemy makes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, event, text
from sqlalchemy.exc import SQLAlchemyError

from bot.ports import StoreUnavailable
from storage.databases.engines import postgres_engine
from storage.databases.errors import cause, name_what_passes, passes
from storage.databases.lines import notice_silence
from storage.databases.pool import Pool
from storage.databases.prepared import Statements
from storage.databases.server_connection import ServerConnection

_MOST = 10
_SECONDS = 30.0  # waited for one of them to be free


class Server:
    """Keeps `storage.databases.connection.Database`."""

    def __init__(self, url: URL) -> None:
        self._engine = postgres_engine(url)
        event.listen(self._engine.sync_engine, "handle_error", name_what_passes)
        self._statements = Statements(self._engine.dialect)
        self._pool = Pool(self._opened, _MOST)

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncIterator[ServerConnection]:
        """As many at once as there are connections."""
        async with self._pool.lent(_SECONDS) as connection:
            connection.begin(writing=writing)
            try:
                yield connection
                await connection.commit()
            except BaseException:
                await connection.rollback()
                raise

    async def check(self) -> None:
        """It lets itself be begun with."""
        async with self.transaction(writing=True) as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Let go of every connection."""
        await self._pool.close()

    async def _opened(self) -> ServerConnection:
        try:
            connection = await self._engine.connect()
        except (SQLAlchemyError, OSError) as error:
            if passes(error):
                raise StoreUnavailable(cause(error)) from error
            raise
        # not of the engine: what SQLAlchemy asks while it connects is one transaction
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.begin()
        raw: Any = (await connection.get_raw_connection()).driver_connection
        notice_silence(raw)
        return ServerConnection(connection, raw, self._statements)
