"""What SQLAlchemy does anew for each statement, done once for those that are asked again and again.

Looking a statement up in SQLAlchemy's cache, putting its values in order and making ready for the answer takes longer than
SQLite takes to answer. Most statements of ours are constants of their modules: the second time one is asked for the same
names, what is to be done is noted, and from then on only that is done.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, SelectBase, UpdateBase
from sqlalchemy.engine import result_tuple
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.sqltypes import TupleType

from storage.connection import AnyRow

Process = Callable[[Any], Any]
_LISTS = (list, tuple)
_LONGEST = 64  # elements of a list for which a statement is kept


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


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter that differs each time: its place in the statement, the name of the value (`element`: which of a list's), and
    what SQLite gets for it."""

    place: int
    name: str
    element: int | None
    process: Process | None


class Prepared:
    """A statement as SQLite is asked it. `fixed`: its parameters in order, as far as they never change; `given`: the others;
    `read`: by the place of a column, what we get for its value."""

    def __init__(
        self, sql: str, fixed: Sequence[Any], given: Iterable[Given], read: Sequence[tuple[int, Process]]
    ) -> None:
        self.sql = sql
        self._fixed = list(fixed)
        self._given = [(one.place, one.name, one.process) for one in given if one.element is None]
        self._listed = [one for one in given if one.element is not None]
        self._read = read
        self._row: Callable[[Sequence[Any]], AnyRow] | None = None

    def ask(self, raw: sqlite3.Connection, values: Any) -> Fetched:
        """Execute, and fetch all; `values` as in `storage.connection`. Raises sqlite3.Error."""
        if isinstance(values, list):
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
        for one in self._listed:
            value = values[one.name][one.element]
            parameters[one.place] = value if one.process is None else one.process(value)
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
        shape = _shape(values)
        try:
            return known[shape]
        except KeyError:
            prepared = known[shape] = self._prepared(statement, values)
            return prepared

    def _prepared(self, statement: Executable, values: Any) -> Prepared | None:
        many = isinstance(values, list)
        example: Mapping[str, Any] = values[0] if many else values or {}
        if not isinstance(statement, SelectBase | UpdateBase):
            return None
        compiled = statement.compile(dialect=self._dialect, column_keys=sorted(example), for_executemany=many)
        columns = statement.exported_columns.values()
        if not isinstance(compiled, SQLCompiler) or not _simple(compiled, example) or (many and columns):
            return None
        state = compiled.construct_expanded_state(example, escape_names=False)
        lists = {part: (name, n) for name, parts in state.parameter_expansion.items() for n, part in enumerate(parts)}
        fixed, given = [], []
        for place, part in enumerate(state.positiontup or ()):
            name, element = lists.get(part, (part, None))
            bind = compiled.binds[name]
            process = bind.type.dialect_impl(self._dialect).bind_processor(self._dialect)
            source = next((known for known in (bind.key, name) if known in example), None)
            if source is None:
                value = state.parameters[part]
                fixed.append(value if process is None else process(value))
            else:
                fixed.append(None)
                given.append(Given(place, source, element, process))
        read = [
            (place, process)
            for place, column in enumerate(columns)
            if (process := column.type.dialect_impl(self._dialect).result_processor(self._dialect, None)) is not None
        ]
        return Prepared(state.statement, fixed, given, read)


def _shape(values: Any) -> tuple[Any, ...]:
    """On what the words depend: the names, and how long a list is."""
    if not values:
        return ()
    if isinstance(values, list):
        return (None, *values[0])
    return tuple([(name, len(value)) if type(value) in _LISTS else name for name, value in values.items()])


def _simple(compiled: SQLCompiler, example: Mapping[str, Any]) -> bool:
    """Nothing is to be made up for each execution, and the words depend on no value."""
    made_up = compiled.insert_prefetch or compiled.update_prefetch or any(bind.callable for bind in compiled.bind_names)
    literal = any(bind.key in example for bind in compiled.literal_execute_params)
    lists = [bind for bind in compiled.post_compile_params if bind.key in example]
    odd = any(isinstance(bind.type, TupleType) or not _short(example[bind.key]) for bind in lists)
    return not made_up and not literal and not odd


def _short(value: Any) -> bool:
    return type(value) in _LISTS and len(value) <= _LONGEST
