"""PostgreSQL, past one machine: a pool of connections that SQLAlchemy and asyncpg look after."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy
from sqlalchemy import URL, Dialect, Executable, event
from sqlalchemy.exc import PendingRollbackError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import StoreUnavailable
from storage.connection import AnyRow
from storage.engines import postgres_engine
from storage.errors import cause, name_what_passes, passes

P = ParamSpec("P")
R = TypeVar("R")


class ServerConnection:
    """Keeps `storage.connection.Connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        """PostgreSQL's."""
        return self._connection.dialect

    @property
    def lost(self) -> bool:
        """The server, or the way to it, is gone."""
        return self._connection.invalidated

    async def execute(self, statement: Executable, values: Any = None) -> sqlalchemy.CursorResult[*tuple[Any, ...]]:
        """All rows are fetched."""
        return await self._connection.execute(statement, values)

    async def say(self, words: str) -> None:
        """As it is."""
        await self._connection.exec_driver_sql(words)

    async def portions(self, statement: Executable, size: int) -> AsyncIterator[Sequence[AnyRow]]:
        """Through a cursor of the server."""
        async with self._connection.stream(statement) as result:
            async for rows in result.partitions(size):
                yield rows

    async def run_sync(
        self, function: Callable[Concatenate[sqlalchemy.Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """As SQLAlchemy does it."""
        return await self._connection.run_sync(function, *args, **kwargs)


class Server:
    """Keeps `storage.connection.Database`."""

    def __init__(self, url: URL) -> None:
        self._writer = postgres_engine(url)
        self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        for engine in (self._writer.sync_engine, self._reader.sync_engine):
            event.listen(engine, "handle_error", name_what_passes)

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncIterator[ServerConnection]:
        """As many at once as the pool has connections."""
        async with AsyncExitStack() as stack:
            try:
                connection = await self._connected(stack, writing=writing)
                async with connection.begin():
                    yield ServerConnection(connection)
            except PendingRollbackError as error:  # somebody went on after it had said that it is away
                raise StoreUnavailable("the connection was lost") from error

    async def check(self) -> None:
        """It lets itself be begun with."""
        async with self.transaction(writing=True):
            pass

    async def close(self) -> None:
        """Let go of every connection."""
        await self._writer.dispose()

    async def _connected(self, stack: AsyncExitStack, *, writing: bool) -> AsyncConnection:
        engine = self._writer if writing else self._reader
        try:
            return await stack.enter_async_context(engine.connect())
        except (SQLAlchemyError, OSError) as error:
            if passes(error):
                raise StoreUnavailable(cause(error)) from error
            raise
