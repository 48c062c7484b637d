"""What all tables share: names of constraints, and the column types that stand between the database and the domain."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, Text
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def aware(moment: datetime) -> datetime:
    """The moment itself; ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment!r}")
    return moment


@lru_cache(1024)
def _moment(microseconds: int | None) -> datetime | None:
    """Remembered: rows that are read together share deadlines and opening times."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


class Moment(TypeDecorator[datetime]):
    """An aware moment: timestamptz on PostgreSQL, integer microseconds since 1970 on SQLite (sorts, indexes and compares
    as it should). A naive value is refused where it enters; what is read is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type the database sees."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """ValueError for a moment without a zone. A function of its own rather than `process_bind_param`, as in the types below:
        SQLAlchemy's three calls cost more than what is done."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else (aware(value) - _EPOCH) // _MICROSECOND
        return lambda value: None if value is None else aware(value).astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Aware UTC, as asyncpg has it already."""
        return _moment if dialect.name == "sqlite" else None


class Coded(TypeDecorator[StrEnum]):
    """A member of a StrEnum, kept as its plain text."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def bind_processor(self, dialect: Dialect) -> Callable[[StrEnum | None], str | None]:
        """KeyError for what is not a member."""
        known: dict[StrEnum | None, str | None] = {None: None, **{member: member.value for member in self.members}}
        return known.__getitem__

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """The member. KeyError if there is none."""
        known: dict[Any, Any] = {None: None, **{member.value: member for member in self.members}}
        return known.__getitem__


class Words(TypeDecorator[str]):
    """Text as people send it: without NUL, which PostgreSQL can't keep, and without halves of surrogate pairs, which UTF-8
    can't. `compared`: by code point on both databases, so that a range of prefixes is a range of the index."""

    impl = Text
    cache_ok = True

    def __init__(self, *, compared: bool = False) -> None:
        super().__init__()
        self.compared = compared

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type the database sees."""
        collation = "C" if self.compared and dialect.name == "postgresql" else None
        return Text(collation=collation)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        """The text that can be kept."""
        return lambda value: None if value is None else clean(value)


def clean(text: str) -> str:
    """The text without what a database can't keep."""
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text  # nearly always; decoding it again would take as long as all of this


# SQLite numbers rows by itself only in a column of exactly the type INTEGER
RowId = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True)
Plain = Words(compared=True)


def row_id() -> Column[int]:
    """The primary key of rows we number."""
    return Column("id", RowId, primary_key=True, autoincrement=True)


def required(name: str, type_: Any = Words, *args: Any, **kwargs: Any) -> Column[Any]:
    """A column that is never null."""
    return Column(name, type_, *args, nullable=False, **kwargs)


def refers(name: str, target: str, *, nullable: bool = True, **kwargs: Any) -> Column[Any]:
    """A reference to `table.column`; its type is the target's. `later`: the constraint closes a circle of tables."""
    later = kwargs.pop("later", False)
    return Column(name, ForeignKey(target, use_alter=later), nullable=nullable, **kwargs)


def spelled_out(members: Iterable[StrEnum]) -> str:
    """Values of ours as a list in SQL: a partial index is only used where its condition is seen to hold."""
    return ", ".join(f"'{member.value}'" for member in sorted(members))
