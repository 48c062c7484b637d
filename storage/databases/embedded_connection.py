"""A connection to a SQLite file: what is short is asked right in the loop, for a hop to a thread and back costs more than most
answers.

A question may take `_WORKED` there, or `_PASSED` if it has to wait, for the disk or for other processes; one that takes longer is
broken off and asked again in a thread, which leaves the transaction as it was. Whatever waits for the disk goes to a thread anyway:
the COMMIT of what was written, many rows at once, and what is written in words that were not used before, for it may be about many
rows.
"""

import asyncio
import math
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from time import monotonic, perf_counter, thread_time
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy
from sqlalchemy import Dialect, Executable, SelectBase
from sqlalchemy.exc import DBAPIError

from bot.ports import StoreUnavailable
from storage.databases.connection import AnyRow
from storage.databases.errors import is_busy, named
from storage.databases.prepared import Fetched, Prepared, Statements, one_or_many

_WORKED = 0.002  # seconds of processor time for a question, in the loop
_PASSED = 0.006  # seconds for it: where others have the processor, asking again in a thread would only take longer
_STEPS = 2000  # of SQLite's machine between two looks at the clock
_FEW = 32  # rows that are written in the loop
_PAUSE = 0.02  # seconds between two tries to be the one who writes
P = ParamSpec("P")
R = TypeVar("R")


class EmbeddedConnection:
    """Keeps `storage.databases.connection.Connection`. The loop or a thread works with it, never both at once."""

    def __init__(self, connection: sqlalchemy.Connection, statements: Statements, threads: Executor) -> None:
        """`connection` sees one transaction that never ends: ours begin and end beneath it."""
        self._connection = connection
        self._raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        self._statements = statements
        self._threads = threads
        self._work: asyncio.Future[Any] | None = None  # in a thread
        self._ends = self._passes = math.inf  # of the loop's processor time, and of time: a question has taken too long
        self._wrote = False
        self.broken = False

    @property
    def dialect(self) -> Dialect:
        """SQLite's."""
        return self._connection.dialect

    @property
    def lost(self) -> bool:
        """SQLite has undone all of it: after a full disk, an error of the device."""
        return not self._raw.in_transaction

    async def execute(self, statement: Executable, values: Any = None) -> Fetched:
        """In the loop if it is short."""
        await self._ready()
        values = one_or_many(values)
        prepared = self._statements.get(statement, values)
        ask = partial(self._ask, prepared, statement, values)
        if isinstance(statement, SelectBase):
            return await self._question(ask)
        self._wrote = True
        few = not isinstance(values, list) or len(values) <= _FEW
        return ask() if few and prepared is not None else await self._in_thread(ask)

    async def say(self, words: str) -> None:
        """In the loop."""
        await self._ready()
        self._say(words)

    async def portions(self, statement: Executable, size: int) -> AsyncIterator[Sequence[AnyRow]]:
        """Each is fetched in a thread."""
        await self._ready()
        result = await self._in_thread(partial(self._connection.execute, statement))
        try:
            while rows := await self._in_thread(partial(result.fetchmany, size)):
                yield rows
        finally:
            result.close()

    async def run_sync(
        self, function: Callable[Concatenate[sqlalchemy.Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """In a thread."""
        await self._ready()
        self._wrote = True
        return await self._in_thread(partial(function, self._connection, *args, **kwargs))

    async def begin(self, *, writing: bool, patience: float) -> None:
        """Who is to write waits so many seconds for another process that does."""
        self._wrote = False
        gives_up = monotonic() + patience
        if not writing:
            self._say("BEGIN")
            return
        while not self._begun(last_try=monotonic() >= gives_up):  # noqa: ASYNC110 - another process tells nobody when it ends
            await asyncio.sleep(_PAUSE)

    async def commit(self) -> None:
        """In a thread if there is something for the disk."""
        await self._ready()
        await self._end("COMMIT")

    async def rollback(self) -> None:
        """Whatever became of it; `broken` if it can't be undone."""
        if self._raw.in_transaction:
            try:
                await self._end("ROLLBACK")
            except (StoreUnavailable, DBAPIError):
                self.broken = True

    async def compact(self) -> None:
        """Write the file anew, and empty the write-ahead log."""
        for words in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            await self._in_thread(partial(self._say, words))

    async def close(self) -> None:
        """For good, in whatever state."""
        await self._in_thread(self._connection.invalidate)

    async def _ready(self) -> None:
        """A thread that works with it has ended, and the transaction is there. Raises StoreUnavailable."""
        while self._work is not None:
            await asyncio.wait({self._work})
        if self.lost:
            raise StoreUnavailable("the transaction was lost")

    async def _question(self, ask: Callable[[], Fetched]) -> Fetched:
        self._ends = self._passes = math.inf
        self._raw.set_progress_handler(self._enough, _STEPS)
        try:
            return ask()
        except DBAPIError as error:
            if not _broken_off(error):
                raise
        finally:
            self._raw.set_progress_handler(None, 0)  # in a thread it would only fight for the interpreter
        return await self._in_thread(ask, stop=self._raw.interrupt)

    def _enough(self) -> bool:
        """The clock starts at its first look: SQLAlchemy may have had to compile before."""
        worked, now = thread_time(), perf_counter()
        if self._ends == math.inf:
            self._ends, self._passes = worked + _WORKED, now + _PASSED
        return worked > self._ends or now > self._passes

    def _ask(self, prepared: Prepared | None, statement: Executable, values: Any) -> Fetched:
        if prepared is None:
            result = self._connection.execute(statement, values)
            return Fetched(result.all()) if result.returns_rows else Fetched((), result.rowcount)
        try:
            return self._by_sqlite(prepared, values)
        except sqlite3.Error as error:
            raise named(error, prepared.sql) from error

    def _by_sqlite(self, prepared: Prepared, values: Any) -> Fetched:
        if isinstance(values, list):
            return Fetched((), self._raw.executemany(prepared.sql, map(prepared.parameters, values)).rowcount)
        cursor = self._raw.execute(prepared.sql, prepared.parameters(values))
        if not prepared.returns:
            return Fetched((), cursor.rowcount)
        return prepared.answer(cursor.fetchall(), lambda: (column[0] for column in cursor.description))

    def _begun(self, *, last_try: bool) -> bool:
        """At once, or not: SQLite itself would hold up the loop."""
        ((patience,),) = self._raw.execute("PRAGMA busy_timeout")
        self._raw.execute("PRAGMA busy_timeout=0")
        try:
            self._raw.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if last_try or not is_busy(error):
                raise named(error, "BEGIN IMMEDIATE") from error
            return False
        finally:
            self._raw.execute(f"PRAGMA busy_timeout={patience}")
        return True

    def _say(self, words: str) -> None:
        try:
            self._raw.execute(words)
        except sqlite3.Error as error:
            raise named(error, words) from error

    async def _end(self, words: str) -> None:
        if self._wrote:
            await self._in_thread(partial(self._say, words))
        else:
            self._say(words)

    async def _in_thread(self, function: Callable[[], R], stop: Callable[[], None] | None = None) -> R:
        self._work = asyncio.get_running_loop().create_future()
        try:
            return await to_the_end(self._threads, function, stop)
        finally:
            self._work.set_result(None)
            self._work = None


async def to_the_end(threads: Executor, function: Callable[[], R], stop: Callable[[], None] | None = None) -> R:
    """What a thread makes of it. Whoever is cancelled meanwhile goes on only when it has ended; `stop` makes that soon."""
    work = asyncio.get_running_loop().run_in_executor(threads, function)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if stop is not None:
            stop()
        while not work.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({work})
        raise


def _broken_off(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
