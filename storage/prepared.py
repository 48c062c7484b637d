"""What SQLAlchemy does anew for each statement, done once for those that are asked again and again.

Looking a statement up in SQLAlchemy's cache, putting its values in order and making ready for the answer takes longer than
SQLite takes to answer. Most statements of ours are constants of their modules: the second time one is asked for the same
names, what is to be done is noted, and from then on only that is done.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, SelectBase, UpdateBase
from sqlalchemy.engine import result_tuple
from sqlalchemy.sql.compiler import SQLCompiler

from storage.connection import AnyRow

Process = Callable[[Any], Any]


class Fetched:
    """Keeps `storage.connection.Answer` with rows that are all here. `rowcount`: if rows were written that don't come back."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[AnyRow], rowcount: int | None = None) -> None:
        self._rows = rows
        self.rowcount = len(rows) if rowcount is None else rowcount

    def __iter__(self) -> Iterator[AnyRow]:
        return iter(self._rows)

    def all(self) -> Sequence[AnyRow]:
        """Every row."""
        return self._rows

    def first(self) -> AnyRow | None:
        """The first row, None if there is none."""
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        """The first value of the first row, None if there is none."""
        return self._rows[0][0] if self._rows else None


class Prepared:
    """A statement as SQLite is asked it. `fixed`: its parameters in order, as far as they never change; `given`: of the others
    the place, the name, and what SQLite is to get for the value; `read`: what we get for the value of a column."""

    def __init__(
        self,
        sql: str,
        fixed: Sequence[Any],
        given: Sequence[tuple[int, str, Process | None]],
        read: Sequence[tuple[int, Process]],
    ) -> None:
        self.sql = sql
        self._fixed = list(fixed)
        self._given = given
        self._read = read
        self._row: Callable[[Sequence[Any]], AnyRow] | None = None

    def ask(self, raw: sqlite3.Connection, values: Any) -> Fetched:
        """Execute, and fetch all. Raises sqlite3.Error."""
        if isinstance(values, Sequence):
            return Fetched((), raw.executemany(self.sql, map(self._parameters, values)).rowcount)
        cursor = raw.execute(self.sql, self._parameters(values))
        if cursor.description is None:
            return Fetched((), cursor.rowcount)
        if self._row is None:
            self._row = result_tuple([column[0] for column in cursor.description])
        return Fetched([self._row(self._ours(values)) for values in cursor.fetchall()])

    def _parameters(self, values: Mapping[str, Any]) -> list[Any]:
        parameters = self._fixed.copy()
        for place, name, process in self._given:
            parameters[place] = values[name] if process is None else process(values[name])
        return parameters

    def _ours(self, values: Sequence[Any]) -> Sequence[Any]:
        if self._read:
            values = list(values)
            for place, process in self._read:
                values[place] = process(values[place])
        return values


class Statements:
    """Those that were asked of a database before. One that is asked a first time may never be asked again."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[Executable, dict[tuple[Any, ...], Prepared | None]] = WeakKeyDictionary()

    def get(self, statement: Executable, values: Any) -> Prepared | None:
        """None if SQLAlchemy is to do it: the first time, and for what it does in a way of its own."""
        known = self._known.get(statement)
        if known is None:
            self._known[statement] = {}
            return None
        names = (None, *values[0]) if isinstance(values, Sequence) else tuple(values or ())
        try:
            return known[names]
        except KeyError:
            prepared = known[names] = self._prepared(statement, values)
            return prepared

    def _prepared(self, statement: Executable, values: Any) -> Prepared | None:
        many = isinstance(values, Sequence)
        example: Mapping[str, Any] = values[0] if many else values or {}
        if not isinstance(statement, SelectBase | UpdateBase):
            return None
        compiled = statement.compile(dialect=self._dialect, column_keys=sorted(example), for_executemany=many)
        columns = statement.exported_columns.values()
        if not isinstance(compiled, SQLCompiler) or not _simple(compiled, example) or (many and columns):
            return None
        state = compiled.construct_expanded_state(example, escape_names=False)
        fixed, given = [], []
        for place, name in enumerate(state.positiontup or ()):
            bind = compiled.binds[name]
            source = next((known for known in (bind.key, name) if known in example), None)
            process = bind.type.dialect_impl(self._dialect).bind_processor(self._dialect)
            if source is not None:
                given.append((place, source, process))
            value = None if source is not None else state.parameters[name]
            fixed.append(value if process is None or source is not None else process(value))
        read = [
            (place, process)
            for place, column in enumerate(columns)
            if (process := column.type.dialect_impl(self._dialect).result_processor(self._dialect, None)) is not None
        ]
        return Prepared(state.statement, fixed, given, read)


def _simple(compiled: SQLCompiler, example: Mapping[str, Any]) -> bool:
    """Nothing is to be made up for each execution, and the words don't depend on the values."""
    made_up = compiled.insert_prefetch or compiled.update_prefetch or compiled.post_compile_params
    literal = any(bind.key in example for bind in compiled.literal_execute_params)
    return not made_up and not literal and not any(bind.callable for bind in compiled.bind_names)
