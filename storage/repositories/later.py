"""Writes nobody needs an answer to: those that are alike go together, before anything is asked that could see them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import ClauseElement, Executable, Table, TextClause, TextualSelect, UpdateBase
from sqlalchemy.sql.visitors import iterate

_LONG = 64
Queue = Mapping[UpdateBase, tuple[Mapping[str, Any], ...]]
_tables: WeakKeyDictionary[Executable, frozenset[Any] | None] = WeakKeyDictionary()


class Later:
    """What waits, by statement, in the order of their first rows. No two statements that see each other do."""

    def __init__(self) -> None:
        self._queue: Queue = {}

    def __bool__(self) -> bool:
        return bool(self._queue)

    def __contains__(self, statement: Executable) -> bool:
        return statement in self._queue

    def mark(self) -> Queue:
        """What waits now."""
        return self._queue

    def back_to(self, mark: Queue) -> None:
        """What was put here since is undone, and what was taken is to be written again."""
        self._queue = mark

    def put(self, statement: UpdateBase, values: Mapping[str, Any]) -> None:
        """One more row of it."""
        self._queue = {**self._queue, statement: (*self._queue.get(statement, ()), values)}

    def is_seen_by(self, statement: Executable) -> bool:
        """It reads or changes a table that something which waits will change. Of raw text nobody knows."""
        touched = _touched(statement)
        return touched is None or any(waiting.table in touched for waiting in self._queue)

    @property
    def is_long(self) -> bool:
        """Of some statement so many rows wait that more would save nothing."""
        return any(len(rows) >= _LONG for rows in self._queue.values())

    def take(self) -> Sequence[tuple[UpdateBase, Sequence[Mapping[str, Any]]]]:
        """All of it, to be written in this order."""
        taken, self._queue = list(self._queue.items()), {}
        return taken


def _touched(statement: Executable) -> frozenset[Any] | None:
    """Every table it names, by whatever alias; None if it is not told."""
    try:
        return _tables[statement]
    except KeyError:
        raw = isinstance(statement, TextClause | TextualSelect)
        parts: Iterable[Any] = iterate(cast("ClauseElement", statement))
        found = None if raw else frozenset(part for part in parts if isinstance(part, Table))
        _tables[statement] = found
        return found
