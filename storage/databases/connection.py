"""What the rest of storage asks of a database: the same of SQLite (`embedded.py`) and of PostgreSQL (`server.py`)."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy
from sqlalchemy import Dialect, Executable, Row

# rows of any width: their columns are tables' business
AnyRow = Row[*tuple[Any, ...]]
P = ParamSpec("P")
R = TypeVar("R")


class Answer(Protocol):
    """What came back of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows were written."""

    def __iter__(self) -> Iterator[AnyRow]:
        """Row by row."""

    def all(self) -> Sequence[AnyRow]:
        """Every row."""

    def first(self) -> AnyRow | None:
        """The first row, None if there is none."""

    def scalar(self) -> Any:
        """The first value of the first row, None if there is none."""


class Connection(Protocol):
    """To a database, in one transaction. Whatever is asked raises StoreUnavailable if the database is away or in trouble that
    passes, and SQLAlchemy's DBAPIError for what no repetition would mend."""

    @property
    def dialect(self) -> Dialect:
        """How the database must be spoken to."""

    @property
    def lost(self) -> bool:
        """The transaction is gone, savepoints and all."""

    async def execute(self, statement: Executable, values: Any = None) -> Answer:
        """Ask; `values` of one row, or a list of them for many."""

    async def say(self, words: str) -> None:
        """SAVEPOINT and its like, which have neither values nor an answer."""

    def portions(self, statement: Executable, size: int) -> AsyncIterator[Sequence[AnyRow]]:
        """So many rows at a time, of an answer that may be longer than memory."""

    async def run_sync(
        self, function: Callable[Concatenate[sqlalchemy.Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """What speaks with SQLAlchemy's own connection: migrations, triggers."""


class Database(Protocol):
    """Where the ledger is kept."""

    def transaction(self, *, writing: bool) -> AbstractAsyncContextManager[Connection]:
        """Commits on leaving, an exception rolls back. Else it is a snapshot to read from. Raises StoreUnavailable."""

    async def check(self) -> None:
        """That it answers, and lets itself be written to."""

    async def close(self) -> None:
        """Let go of it."""
