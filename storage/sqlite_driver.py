"""aiosqlite without its price: a hop to the connection's thread costs more than most statements.

As shipped, a statement is four hops (make a cursor, execute, fetch, close). Here what is short runs right in the loop: one
row written, or a question answered within `_STEPS` steps of SQLite's machine (about a millisecond). A question that takes
longer is broken off there and asked again in the thread; whatever waits for the disk or for another process (BEGIN,
COMMIT) goes there anyway, and so does what is asked of many rows at once.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import aiosqlite

_AT_ONCE = 1000  # rows fetched in the hop that executes; a longer result is fetched as it is read
_STEPS = 20_000
_QUESTIONS = ("SELECT", "WITH")
_SHORT = ("INSERT", "UPDATE", "SAVEPOINT", "RELEASE", "ROLLBACK TO")


class Cursor:
    """What SQLAlchemy's adapter asks of an aiosqlite cursor."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None  # while it has rows to give
        self._rows: deque[Any] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> "Cursor":
        """Execute and fetch: here if it is short, else in one hop."""
        words = sql.lstrip()
        if words.startswith(_SHORT):
            self._execute(sql, parameters)
        elif not (words.startswith(_QUESTIONS) and self._answered(sql, parameters)):
            await self._connection.in_thread(self._execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[tuple[Any, ...]]) -> "Cursor":
        """Execute for each set of parameters, in one hop."""
        await self._connection.in_thread(self._executemany, sql, parameters)
        return self

    async def fetchone(self) -> Any:
        """The next row, or None."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Up to so many rows more."""
        wanted = size or self.arraysize
        if len(self._rows) < wanted and self._cursor is not None:
            await self._connection.in_thread(self._fetch)
        return [self._rows.popleft() for _ in range(min(wanted, len(self._rows)))]

    async def fetchall(self) -> list[Any]:
        """All the rest."""
        while self._cursor is not None:
            await self._connection.in_thread(self._fetch)
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """Costs a hop only if rows were left unread."""
        if self._cursor is not None:
            await self._connection.in_thread(self._close)

    def _answered(self, sql: str, parameters: Iterable[Any]) -> bool:
        """Ask here; False if that takes too long: nothing has happened then."""
        raw = self._connection.raw
        raw.set_progress_handler(_enough, _STEPS)
        try:
            self._execute(sql, parameters)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            self._rows.clear()
            return False
        finally:
            raw.set_progress_handler(None, 0)
        return True

    def _execute(self, sql: str, parameters: Iterable[Any]) -> None:
        self._note(self._connection.raw.execute(sql, tuple(parameters)))

    def _executemany(self, sql: str, parameters: Iterable[tuple[Any, ...]]) -> None:
        self._note(self._connection.raw.executemany(sql, parameters))

    def _note(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        self._fetch()
        self.rowcount = cursor.rowcount  # of a statement with RETURNING, known once its rows were read

    def _fetch(self) -> None:
        if self._cursor is None:
            return
        rows = self._cursor.fetchmany(_AT_ONCE) if self.description else []
        self._rows.extend(rows)
        if len(rows) < _AT_ONCE:
            self._close()

    def _close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
        self._cursor = None


def _enough() -> int:
    return 1


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that gives such cursors."""

    @property
    def raw(self) -> sqlite3.Connection:
        """Python's own connection; SQLite lets one thread at a time at it."""
        return self._conn

    def cursor(self) -> Cursor:  # type: ignore[override]
        """No hop: it is made when it executes."""
        return Cursor(self)

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function in the connection's thread."""
        return await self._execute(function, *args)  # type: ignore[no-untyped-call]


def connect(database: str, **options: Any) -> Connection:
    """What SQLAlchemy awaits to have a connection (its `async_creator_fn`)."""
    shared = options | {"check_same_thread": False}  # the loop's and the connection's own, never both at once
    connection = Connection(partial(sqlite3.connect, database, **shared), 64)
    connection._thread.daemon = True  # a forgotten connection must not keep the process
    return connection
