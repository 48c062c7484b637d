"""What can be wrong with the place where everything is kept: what stays wrong, and what passes."""

import sqlite3

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.ports import StoreUnavailable

# SQLite result codes: BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN, PROTOCOL
_SQLITE_PASSES = frozenset({5, 6, 7, 10, 13, 14, 15})
# PostgreSQL classes: connection, rolled back (deadlock, serialisation), out of resources, stopped by an operator, system;
# a lock not had in time, and a transaction that stalled
_POSTGRES_PASSES = ("08", "40", "53", "57", "58", "55P03", "25P03")


class DatabaseUnusable(Exception):  # noqa: N818 - a state of the outside, named as what it is
    """The database can't be worked with: corrupt, not a database, not writable, not reachable. `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def name_what_passes(context: ExceptionContext) -> None:
    """SQLAlchemy's `handle_error`: a store that is away says so where it is asked, in the middle of a use case, too. Seen only
    at the transaction's end, it would look like a fault of what was being done."""
    error = context.sqlalchemy_exception
    if isinstance(error, DBAPIError) and (context.is_disconnect or passes(error)):
        raise StoreUnavailable(cause(error)) from error


def named(error: sqlite3.Error, asked: str) -> Exception:
    """The same for what SQLite itself says: StoreUnavailable, or what SQLAlchemy would raise, without any values."""
    if passes(error):
        return StoreUnavailable(cause(error))
    return DBAPIError.instance(asked, None, error, sqlite3.Error)


def passes(error: Exception) -> bool:
    """True if nothing was wrong with what was asked: the same transaction may succeed later."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _code_passes(error.orig)
    if isinstance(error, sqlite3.Error):
        return _code_passes(error)
    return isinstance(error, (PoolTimeout, OSError))


def is_busy(error: sqlite3.Error) -> bool:
    """Somebody else writes."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def cause(error: BaseException) -> str:
    """What the driver said, without the statement and its values."""
    said = str(error.orig if isinstance(error, DBAPIError) else error)
    return said.splitlines()[0] if said else type(error).__name__


def _code_passes(original: BaseException | None) -> bool:
    sqlite_code = getattr(original, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return sqlite_code & 0xFF in _SQLITE_PASSES  # the rest of an extended code only says more
    return str(getattr(original, "sqlstate", None) or "").startswith(_POSTGRES_PASSES)
