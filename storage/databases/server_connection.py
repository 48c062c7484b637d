"""A connection to PostgreSQL: asyncpg's own, and SQLAlchemy's around it for what is not prepared.

Each question is a way to the server and back. Words without an answer (BEGIN, SAVEPOINT, RELEASE) wait and go with what is asked
next; after a failure they go at once, so that what they say of it is heard where it belongs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

import asyncpg
import sqlalchemy
from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import StoreUnavailable
from storage.databases.connection import AnyRow
from storage.databases.errors import cause, passes
from storage.databases.prepared import Fetched, Prepared, Statements, one_or_many

_BEGIN = {
    True: "BEGIN ISOLATION LEVEL READ COMMITTED",
    False: "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
}
_PATIENCE = 1.0  # seconds for a ROLLBACK: the server does it by itself when the connection is gone
_GOODBYE = 0.5  # seconds for it to hear that we go
TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_OUTDATED = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)  # the schema changed: asked anew, it is well
P = ParamSpec("P")
R = TypeVar("R")


class ServerConnection:
    """Keeps `storage.databases.connection.Connection`."""

    def __init__(self, connection: AsyncConnection, raw: asyncpg.Connection, statements: Statements) -> None:
        """`connection` sees one transaction that never ends: ours begin and end beneath it, over `raw`."""
        self._connection = connection
        self._raw = raw
        self._statements = statements
        self._turn = asyncio.Lock()
        self._words: list[str] = []  # said and not sent yet
        self._status = ""  # what the server made of the last words
        self._begun = False  # the server may know of the transaction
        self._failed = False  # and nothing was said since

    @property
    def dialect(self) -> Dialect:
        """PostgreSQL's."""
        return self._connection.dialect

    @property
    def lost(self) -> bool:
        """The server, or the way to it, is gone."""
        return bool(self._raw.is_closed())

    @property
    def broken(self) -> bool:
        """Gone, or in a transaction that could not be ended."""
        return self.lost or self._begun

    async def execute(self, statement: Executable, values: Any = None) -> Fetched:
        """All rows are fetched."""
        values = one_or_many(values)
        prepared = self._statements.get(statement, values)
        if prepared is None:
            return await self._alone(partial(self._by_sqlalchemy, statement, values))
        return await self._alone(partial(self._by_asyncpg, prepared, values), prepared.sql)

    async def say(self, words: str) -> None:
        """With what is asked next; at once after a failure."""
        self._words.append(words)
        if self._failed:
            await self._alone(_nothing)
            self._failed = False

    async def portions(self, statement: Executable, size: int) -> AsyncIterator[Sequence[AnyRow]]:
        """Through a cursor of the server."""
        result = await self._alone(partial(self._connection.stream, statement))
        try:
            while rows := await self._alone(partial(result.fetchmany, size)):
                yield rows
        finally:
            await result.close()

    async def run_sync(
        self, function: Callable[Concatenate[sqlalchemy.Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """As SQLAlchemy does it."""
        return await self._alone(partial(self._connection.run_sync, function, *args, **kwargs))

    def begin(self, *, writing: bool) -> None:
        """The server hears of it with the first question."""
        self._words = [_BEGIN[writing]]
        self._begun = self._failed = False

    async def commit(self) -> None:
        """Raises DBAPIError for a transaction in which something failed and was not undone: the server undoes all of it."""
        if self._begun:
            self._words.append("COMMIT")
            await self._alone(_nothing, "COMMIT")
            self._begun = False
            if self._status != "COMMIT":
                raise DBAPIError("COMMIT", None, RuntimeError("a statement before it had failed"))

    async def rollback(self) -> None:
        """Whatever became of it; `broken` if that can't be had."""
        if not self._begun or self.lost:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._raw.execute("ROLLBACK")
            self._begun = False
        except TROUBLE:
            self._raw.terminate()

    async def close(self) -> None:
        """For good, in whatever state."""
        with suppress(*TROUBLE):
            await say_goodbye(self._raw, at_once=self._begun)
        await self._connection.invalidate()
        await self._connection.close()

    async def _alone(self, ask: Callable[[], Awaitable[R]], asked: str = "") -> R:
        """One thing after the other, after what was said."""
        async with self._turn:
            if self.lost:
                raise StoreUnavailable("the connection was lost")
            try:
                if self._words:
                    await self._send()
                return await ask()
            except TROUBLE as error:
                self._failed = True
                raise self._named(error, asked) from error
            except BaseException:
                self._failed = True
                raise

    async def _send(self) -> None:
        words, self._words = "; ".join(self._words), []
        self._begun = True
        self._status = await self._raw.execute(words)

    async def _by_sqlalchemy(self, statement: Executable, values: Any) -> Fetched:
        result = await self._connection.execute(statement, values)
        return Fetched(result.all()) if result.returns_rows else Fetched((), result.rowcount)

    async def _by_asyncpg(self, prepared: Prepared, values: Any) -> Fetched:
        if isinstance(values, list):
            await self._raw.executemany(prepared.sql, [prepared.parameters(row) for row in values])
            return Fetched((), -1)
        if prepared.returns:
            rows = await self._raw.fetch(prepared.sql, *prepared.parameters(values))
            return prepared.answer(rows, rows[0].keys) if rows else Fetched(())
        status = await self._raw.execute(prepared.sql, *prepared.parameters(values))
        return Fetched((), int(status.rpartition(" ")[2]))

    def _named(self, error: Exception, asked: str) -> Exception:
        """StoreUnavailable, or what SQLAlchemy would raise, without any values."""
        if self.lost or passes(error) or isinstance(error, _OUTDATED):
            return StoreUnavailable(cause(error))
        if isinstance(error, asyncpg.PostgresError):
            error.detail = None  # it quotes them
        kind = IntegrityError if isinstance(error, asyncpg.IntegrityConstraintViolationError) else DBAPIError
        return kind(asked, None, error, hide_parameters=True)


async def say_goodbye(raw: asyncpg.Connection, *, at_once: bool) -> None:
    """A server that stands still does not hold who goes."""
    if at_once:
        raw.terminate()
    else:
        await raw.close(timeout=_GOODBYE)


async def _nothing() -> None:
    """Only what was said is sent."""
