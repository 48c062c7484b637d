"""The statements of a search (storage.repositories.search), one for each shape of a question: how many words of which kind, along
which ways, in what kind of sight. What is asked for itself is given each time, so that a database plans a shape once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Text, and_, bindparam, cast, false, func, literal, or_, select, union

from storage.databases.dialect import fixed, is_given
from storage.databases.prepared import kept
from storage.repositories.bigrams import prefix_range
from storage.repositories.issue_rows import VIEW
from storage.repositories.postings import COMMON
from storage.repositories.sight import Shape, in_sight
from storage.tables import counters, issues, projects
from storage.tables import grams as index

_SHAPES = 512  # whose statements are kept
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_NEWEST = (issues.c.reported_at.desc(), issues.c.id.desc())
_MATCHED = select(issues.c.id).join(projects, projects.c.code == issues.c.project)
_ESCAPE = "/"


class Kind(Enum):
    """What a word may be beside words of a text."""

    WORD = "word"
    NUMBER = "number"  # like XM-2026-0012
    COUNT = "count"  # like 0012, or 12

    @classmethod
    def of(cls, word: str) -> "Kind":
        """By its characters."""
        if not word.isascii() or not word.replace("-", "").isalnum():
            return cls.WORD
        return cls.COUNT if word.isdecimal() else cls.NUMBER


@dataclass(frozen=True)
class Word:
    """One of a question's. `looked_up`: by its gram in the posting list gone along, before an issue is looked at."""

    kind: Kind
    looked_up: bool = False


class Along(Enum):
    """Ways on which issues lie in the order they came."""

    POSTING = "open or closed issues with a gram"
    PROJECT = "project"
    REPORTER = "reporter"
    ASSIGNEE = "assignee"
    UNIT = "unit"
    REPORTING_UNIT = "reporting_unit"
    LEDGER = "the ledger"

    @property
    def order(self) -> Any:
        """Of what lies there: of numbers, or of time."""
        return index.c.issue if self is Along.POSTING else issues.c.reported_at

    @property
    def beginning(self) -> Any:
        """Before whatever lies there."""
        return -1 if self is Along.POSTING else _LONG_AGO

    def lies(self, n: int = 0) -> list[Any]:
        """What lies on it, if it is the n-th way that is asked about."""
        match self:
            case Along.LEDGER:
                return []
            case Along.POSTING:
                return [column == _given(f"{column.name}_of_{n}", column) for column in (index.c.gram, index.c.open)]
            case _:
                column = issues.c[self.value]
                return [column == _given(f"{column.name}_of_{n}", column)]


@dataclass(frozen=True)
class Way:
    """One of them: whose `value` it is; of a posting list its gram, and whether of open issues."""

    along: Along
    value: Any = None

    def given(self, n: int = 0) -> Mapping[str, Any]:
        """The parameters of `Along.lies`."""
        match self.along:
            case Along.LEDGER:
                return {}
            case Along.POSTING:
                gram, is_open = self.value
                return {f"gram_of_{n}": gram, f"open_of_{n}": is_open}
            case along:
                return {f"{along.value}_of_{n}": self.value}


def words_given(words: Sequence[str]) -> Mapping[str, Any]:
    """The parameters of a question's words."""
    return {
        name: value
        for n, word in enumerate(words)
        for name, value in (
            (f"word_{n}", _escaped(word)),
            (f"number_{n}", word.upper()),
            (f"count_{n}", f"-{word.rjust(4, '0')}"),
        )
    }


def grams_given(grams: Sequence[str | None]) -> Mapping[str, Any]:
    """And of their grams."""
    return {f"gram_{n}": gram or "" for n, gram in enumerate(grams)}


@cache
def named(words: int) -> Any:
    """Projects with one of so many words in their names, and with which."""
    found = [_within(projects.c.name, n) for n in range(words)]
    labelled = [here.label(f"named_{n}") for n, here in enumerate(found)]
    return kept(select(projects.c.code, *labelled).where(or_(*found)))


_BEGINS = and_(
    index.c.gram >= bindparam("first", type_=index.c.gram.type),
    index.c.gram <= bindparam("last", type_=index.c.gram.type),
)
BEGINNING = select(func.count()).select_from(
    select(literal(1).label("one")).where(_BEGINS).limit(fixed(COMMON)).subquery()
)


def beginning_given(character: str | None) -> Mapping[str, Any]:
    """The parameters of a single character: of `BEGINNING`, and `few`."""
    return {} if character is None else dict(zip(("first", "last"), prefix_range(character), strict=True))


@cache
def few(*, single: bool) -> Any:
    """All issues whose texts may have the first word, which is rare: a `single` character, or one with a gram."""
    return kept(
        select(index.c.issue.label("id")).where(_BEGINS if single else index.c.gram == _given("gram_0", index.c.gram))
    )


OWNED = select(projects.c.code).where(projects.c.owner.in_(bindparam("owners", expanding=True)))
NEWEST = select(func.max(issues.c.reported_at)).where(issues.c.id.in_(bindparam("sought", expanding=True)))


@lru_cache(_SHAPES)
def bounds(ways: Sequence[Along], most: int) -> Any:
    """Where each way is to end, behind so many; null: it is not that long."""
    return kept(select(*(_end(n, way, most) for n, way in enumerate(ways))))


@lru_cache(_SHAPES)
def found(along: Along, words: Sequence[Word], shape: Shape, limit: int) -> Any:
    """The newest with all the words, behind `end`; along a posting list the other words are looked up before an issue is. `+ 0`:
    PostgreSQL shall not merge the list with the whole ledger."""
    mentions = [_mentions(n, word.kind) for n, word in enumerate(words)]
    chosen = _MATCHED.where(*along.lies(), along.order > _given("end", along.order), *mentions, in_sight(shape))
    if along is Along.POSTING:
        looks = [_looked_up(n) for n, word in enumerate(words) if word.looked_up]
        chosen = chosen.join(index, issues.c.id == index.c.issue + 0).where(*looks)
    return kept(chosen.order_by(along.order.desc()).limit(fixed(limit)))


@cache
def numbered(kind: Kind) -> Any:
    """Issues with the first word as their number, or as their count in any year."""
    ways = [issues.c.number == _given("number_0", issues.c.number)]
    if kind is Kind.COUNT:
        series = counters.c.prefix + "-" + cast(counters.c.year, Text) + bindparam("count_0", type_=Text())
        ways.append(issues.c.number.in_(select(series)))
    return kept(union(*(select(issues.c.id).where(way) for way in ways)))


@lru_cache(_SHAPES)
def matching(kinds: Sequence[Kind], shape: Shape, limit: int) -> Any:
    """Those of the few given that have the words. Asked for by themselves: PostgreSQL would go along the whole ledger
    instead."""
    matches = [*(_mentions(n, kind) for n, kind in enumerate(kinds)), in_sight(shape)]
    return kept(
        VIEW.where(is_given(issues.c.id, postgres=shape.postgres), *matches).order_by(*_NEWEST).limit(fixed(limit))
    )


def _given(name: str, column: Any) -> Any:
    return bindparam(name, type_=column.type)


def _end(n: int, way: Along, most: int) -> Any:
    newest = select(way.order).where(*way.lies(n)).order_by(way.order.desc())
    return newest.offset(fixed(most)).limit(fixed(1)).scalar_subquery()


def _looked_up(n: int) -> Any:
    """From one posting list into the n-th word's, which spares reading most of the others; as a value, not as EXISTS, which
    PostgreSQL would make a join of the whole list."""
    other = index.alias()
    of_issue = (other.c.gram == _given(f"gram_{n}", other.c.gram), other.c.open == index.c.open)
    look = select(other.c.issue).where(*of_issue, other.c.issue == index.c.issue).correlate(index).scalar_subquery()
    return look.is_not(None)


def _mentions(n: int, kind: Kind) -> Any:
    """The n-th word is there. Within COALESCE, of which PostgreSQL expects half to be true: it underestimates LIKE, and then
    reads all there are and sorts them instead of going along until there are enough."""
    ways = [_within(column, n) for column in (issues.c.description, projects.c.name)]
    if kind is not Kind.WORD:
        ways.append(issues.c.number == _given(f"number_{n}", issues.c.number))
    if kind is Kind.COUNT:
        ways.append(issues.c.number.endswith(bindparam(f"count_{n}", type_=Text())))
    return func.coalesce(or_(*ways), false())


def _within(column: Any, n: int) -> Any:
    return column.icontains(bindparam(f"word_{n}", type_=Text()), escape=_ESCAPE)


def _escaped(word: str) -> str:
    """Signs of patterns mean themselves."""
    for sign in (_ESCAPE, "%", "_"):
        word = word.replace(sign, _ESCAPE + sign)
    return word
