"""What SQLAlchemy does anew for each statement, done once for those that are asked again and again.

Looking a statement up in SQLAlchemy's cache, putting its values in order and making ready for the answer takes longer than
SQLite takes to answer, and five times as long as asyncpg takes to ask and to read. Most statements of ours are constants of their
modules: the second time one is asked for the same names, what is to be done is noted, and from then on only that is done. Of
those that somebody keeps for the shape of a question (`kept`), it is noted the first time: there are many, and each is long.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ARRAY,
    BinaryExpression,
    BindParameter,
    ColumnElement,
    Dialect,
    Executable,
    Float,
    Insert,
    SelectBase,
    UpdateBase,
    any_,
    bindparam,
)
from sqlalchemy.engine import result_tuple
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import in_op
from sqlalchemy.sql.sqltypes import TupleType
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeEngine

from storage.databases.connection import AnyRow

Process = Callable[[Any], Any]
Asking = TypeVar("Asking", bound=Executable)
_LISTS = (list, tuple)
_KEPT = "kept"
_LONGEST = 64  # elements of a list for which a statement is kept


class Fetched:
    """Keeps `storage.databases.connection.Answer` with rows that are all here. `rowcount`: if rows were written that don't
    come back."""

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
    """A parameter that differs each time: its place in the statement, the name of the value (`path`: which element of a list's,
    and of that one's), and what the driver gets for it."""

    place: int
    name: str
    path: tuple[int, ...]
    process: Process | None


class Prepared:
    """A statement as the driver is asked it. `returns`: rows come back. `fixed`: its parameters in order, as far as they never
    change; `given`: the others; `read`: by the place of a column, what we get for its value."""

    def __init__(
        self,
        sql: str,
        fixed: Sequence[Any],
        given: Iterable[Given],
        read: Mapping[int, Process],
        *,
        returns: bool,
    ) -> None:
        self.sql = sql
        self.returns = returns
        self._fixed = list(fixed)
        self._given = [(one.place, one.name, one.process) for one in given if not one.path]
        self._listed = [one for one in given if one.path]
        self._read = read
        self._row: Callable[[Sequence[Any]], AnyRow] | None = None

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """In order, as the driver takes them."""
        parameters = self._fixed.copy()
        for place, name, process in self._given:
            parameters[place] = values[name] if process is None else process(values[name])
        for one in self._listed:
            value = values[one.name]
            for element in one.path:
                value = value[element]
            parameters[one.place] = value if one.process is None else one.process(value)
        return parameters

    def answer(self, rows: Sequence[Sequence[Any]], names: Callable[[], Iterable[str]]) -> Fetched:
        """What the driver brought, as we read it; `names` of the columns."""
        if self._row is None:
            self._row = _maker(list(names()), self._read)
        return Fetched([*map(self._row, rows)])


@dataclass(slots=True)
class Asked:
    """A statement that was asked before. `lists`: the values whose length is in its words, once that is known; `ways`: how it
    is asked, None if by SQLAlchemy, by the shape of what is given."""

    lists: frozenset[str] = frozenset()
    ways: dict[tuple[Any, ...], Prepared | None] = field(default_factory=dict)

    def shape(self, values: Any) -> tuple[Any, ...]:
        """On what the words depend: the names, and how long a list is."""
        if not values:
            return ()
        if isinstance(values, list):
            return (None, *values[0])
        if not self.lists:
            return tuple(values)
        return tuple([(name, _length(value)) if name in self.lists else name for name, value in values.items()])


def kept(statement: Asking) -> Asking:
    """It will be asked again: it is made ready at once. Lists are given to it as one value (`dialect.is_given`)."""
    return statement.execution_options(**{_KEPT: True})


class Statements:
    """Those that were asked of a database before. One that is asked a first time may never be asked again, unless it is `kept`."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[Executable, Asked] = WeakKeyDictionary()

    def get(self, statement: Executable, values: Any) -> Prepared | None:
        """None if SQLAlchemy is to do it: the first time, and for what it does in a way of its own."""
        asked = self._known.get(statement)
        if asked is None:
            asked = self._known[statement] = Asked()
            if not _is_kept(statement):
                return None
        try:
            return asked.ways[asked.shape(values)]
        except KeyError:
            return self._look(statement, asked, values)

    def _look(self, statement: Executable, asked: Asked, values: Any) -> Prepared | None:
        prepared = None
        many = isinstance(values, list)
        example: Mapping[str, Any] = values[0] if many else values or {}
        if isinstance(statement, SelectBase | UpdateBase):
            plain = self._plain(statement)
            compiled = plain.compile(dialect=self._dialect, column_keys=sorted(example), for_executemany=many)
            if isinstance(compiled, SQLCompiler):
                asked.lists = frozenset(bind.key for bind in compiled.post_compile_params)
                columns = [column.type for column in statement.exported_columns.values()]
                if _simple(compiled, example) and not (many and columns):
                    prepared = self._prepared(compiled, example, columns)
        asked.ways[asked.shape(values)] = prepared
        return prepared

    def _plain(self, statement: SelectBase | UpdateBase) -> Any:
        """Without what SQLAlchemy adds for itself; on PostgreSQL a list is an array, so that there is one statement for any
        length of it."""
        if isinstance(statement, Insert):
            return statement.inline()  # else it would tell keys nobody asked for
        if self._dialect.name != "postgresql" or _is_kept(statement):
            return statement
        return replacement_traverse(statement, {}, _as_array)

    def _prepared(
        self, compiled: SQLCompiler, example: Mapping[str, Any], columns: Sequence[TypeEngine[Any]]
    ) -> Prepared:
        state = compiled.construct_expanded_state(example, escape_names=False)
        lists = {part: (name, n) for name, parts in state.parameter_expansion.items() for n, part in enumerate(parts)}
        fixed, given = [], []
        for place, part in enumerate(state.positiontup or ()):
            name, *path = lists.get(part, (part,))
            bind, kind = compiled.binds[name], compiled.binds[name].type
            if isinstance(kind, TupleType) and path:
                path = [*divmod(path[0], len(kind.types))]
                kind = kind.types[path[1]]
            process = kind.dialect_impl(self._dialect).bind_processor(self._dialect)
            source = next((known for known in (bind.key, name) if known in example), None)
            if source is None:
                value = state.parameters[part]
                fixed.append(value if process is None else process(value))
            else:
                fixed.append(None)
                given.append(Given(place, source, tuple(path), process))
        read = {place: reader for place, kind in enumerate(columns) if (reader := self._reader(kind)) is not None}
        return Prepared(state.statement, fixed, given, read, returns=bool(columns))

    def _reader(self, kind: TypeEngine[Any]) -> Process | None:
        if isinstance(kind, Float):
            return None  # one to either driver; SQLAlchemy would look at each answer's own type
        return kind.dialect_impl(self._dialect).result_processor(self._dialect, None)


def _maker(names: Sequence[str], read: Mapping[int, Process]) -> Callable[[Sequence[Any]], AnyRow]:
    """From what the driver brought to a row of ours. SQLAlchemy's rows can read their values themselves, in C."""
    make: partial[AnyRow] = result_tuple(names)  # type: ignore[assignment]
    parent, _, places = make.args
    return partial(make.func, parent, tuple(map(read.get, range(len(names)))) if read else None, places)


def _is_kept(statement: Any) -> bool:
    return _KEPT in statement.get_execution_options()


def one_or_many(values: Any) -> Any:
    """Of one row, or a list of them for several."""
    if isinstance(values, list | tuple):
        return values[0] if len(values) == 1 else list(values) or None
    return values


def _as_array(element: Any, **_: Any) -> ColumnElement[bool] | None:
    """`= ANY` an array instead of IN a list that is given each time; None for anything else."""
    if not isinstance(element, BinaryExpression) or element.operator is not in_op:
        return None
    given = element.right
    if not isinstance(given, BindParameter) or not given.required or isinstance(given.type, TupleType):
        return None
    return element.left == any_(bindparam(given.key, type_=ARRAY(given.type)))


def _length(value: Any) -> int:
    return len(value) if type(value) in _LISTS else -1


def _simple(compiled: SQLCompiler, example: Mapping[str, Any]) -> bool:
    """Nothing is to be made up for each execution, and the words depend on no value."""
    made_up = compiled.insert_prefetch or compiled.update_prefetch or any(bind.callable for bind in compiled.bind_names)
    literal = any(bind.key in example for bind in compiled.literal_execute_params)
    lists = [bind for bind in compiled.post_compile_params if bind.key in example]
    return not made_up and not literal and all(_short(example[bind.key]) for bind in lists)


def _short(value: Any) -> bool:
    return type(value) in _LISTS and len(value) <= _LONGEST
