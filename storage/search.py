"""Finding issues by words and by likeness, over an index of character bigrams (storage.bigrams).

Both questions begin by asking how common each gram is (counted up to a limit) and go on with the rarest: the posting list
of a rare gram is short however large the ledger.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
    update,
)

from bot.domain.ids import IssueId
from bot.domain.issue import OPEN, Means, Status
from bot.domain.permissions import Sight
from bot.ports import IssueView, Similar
from storage.bigrams import bigrams, grams, likeness, prefix_range
from storage.dialect import given_rows, given_values
from storage.issue_rows import VIEW, view_of
from storage.repository import Repository
from storage.sight import in_sight
from storage.tables import grams as index
from storage.tables import issues, projects
from storage.tables.base import clean

_COMMON = 500  # a gram in so many issues is common, and how common no longer matters
_RAREST = 12  # grams of a text by which its like are looked for
_POSTING = 300  # newest issues taken per gram, open and closed apart
_CANDIDATES = 60  # compared in full
_WORDS = 8  # more in one question are ignored
_COMPARED = 200  # characters of a question or text that decide


class Search(Repository):
    """Questions in words."""

    async def find(self, words: str, sight: Sight, limit: int) -> list[IssueView]:
        """Issues in whose number, description or project name all the words occur; newest first."""
        wanted = [word[:_COMPARED] for word in clean(words).split()[:_WORDS]]
        if not wanted:
            return []
        frequency = await self._frequency({gram for word in wanted for gram in bigrams(word)})
        newest = (issues.c.reported_at.desc(), issues.c.id.desc())
        matches = [part for word in wanted for part in (_candidates(word, frequency), _mentions(word))]
        rows = await self._all(VIEW.where(*matches, in_sight(sight)).order_by(*newest).limit(limit))
        return [view_of(row) for row in rows]

    async def similar(self, text: str, limit: int, *, exclude: IssueId | None = None) -> list[Similar]:
        """Issues that share the text's rarest bigrams, by the likeness of all of them."""
        wanted = bigrams(text[:_COMPARED])
        frequency = await self._frequency(wanted)
        rarest = sorted(frequency, key=lambda gram: (frequency[gram], gram))[:_RAREST]
        if not rarest:
            return []
        asked = {f"gram_{n}": rarest[n] if n < len(rarest) else "" for n in range(_RAREST)}
        rows = await self._all(_ALIKE, asked | {"exclude": exclude or 0})
        alike = [_similar(row, likeness(wanted, bigrams(row.description[:_COMPARED]))) for row in rows]
        return sorted(alike, key=lambda s: (-s.score, -s.issue))[:limit]

    async def _frequency(self, wanted: Collection[str]) -> dict[str, int]:
        """How many issues have each gram, counted up to a limit; those of none are left out."""
        if not wanted:
            return {}
        rows = await self._all(_frequency(postgres=self._postgres), self._given(wanted))
        return {row.value: row.issues for row in rows if row.issues}

    async def _take_in(self, issue: IssueId, text: str, *, is_open: bool) -> None:
        """Index a text: one statement, whatever its length."""
        wanted = grams(text)
        if wanted:
            await self._run(_take_in(postgres=self._postgres), self._given(wanted) | _of(issue, is_open))

    async def _take_out(self, issue: IssueId, text: str, *, is_open: bool) -> None:
        """Forget an indexed text."""
        forgotten = delete(index).where(*_indexed(postgres=self._postgres))
        await self._run(forgotten, self._given(grams(text)) | _of(issue, is_open))

    async def _turn(self, issue: IssueId, text: str, *, is_open: bool) -> None:
        """An indexed issue was opened or closed."""
        turned = update(index).where(*_indexed(postgres=self._postgres)).values(open=is_open)
        await self._run(turned, self._given(grams(text)) | _of(issue, not is_open))

    def _given(self, wanted: Collection[str]) -> dict[str, Any]:
        return {"given": given_values(wanted, postgres=self._postgres)}


def _of(issue: IssueId, is_open: bool) -> dict[str, Any]:
    return {"of_issue": issue, "was_open": is_open}


_OF_ISSUE = bindparam("of_issue", type_=index.c.issue.type)
_WAS_OPEN = bindparam("was_open", type_=index.c.open.type)


@cache
def _frequency(*, postgres: bool) -> Any:
    given = given_rows(postgres=postgres)
    some = select(literal(1).label("one")).where(index.c.gram == given.c.value).limit(_COMMON).correlate(given)
    counted = select(func.count()).select_from(some.subquery()).scalar_subquery()
    return select(given.c.value, counted.label("issues"))


@cache
def _take_in(*, postgres: bool) -> Any:
    chosen = select(given_rows(postgres=postgres).c.value, _WAS_OPEN, _OF_ISSUE)
    return insert(index).from_select(["gram", "open", "issue"], chosen)


def _indexed(*, postgres: bool) -> tuple[Any, ...]:
    """The whole primary key: no other index is needed."""
    given = given_rows(postgres=postgres)
    return index.c.gram.in_(select(given.c.value)), index.c.open == _WAS_OPEN, index.c.issue == _OF_ISSUE


def _candidates(word: str, frequency: dict[str, int]) -> Any:
    """A superset of the issues with the word, from indexes; true() where only reading all of them would tell."""
    pairs = bigrams(word)
    single = [gram for gram in grams(word) if len(gram) == 1]
    if pairs:
        rarest = min(pairs, key=lambda gram: (frequency.get(gram, 0), gram))
        in_text = [index.c.gram == rarest] if rarest in frequency else []
    elif single:
        first, last = prefix_range(single[0])
        in_text = [and_(index.c.gram >= first, index.c.gram <= last)]
    else:
        return true()
    named = select(projects.c.code).where(projects.c.name.icontains(word, autoescape=True))
    branches = [select(index.c.issue).where(part) for part in in_text]
    branches.append(select(issues.c.id).where(issues.c.project.in_(named)))
    if _may_be_number(word):
        branches.append(select(issues.c.id).where(issues.c.number.icontains(word, autoescape=True)))
    return issues.c.id.in_(union(*branches))


def _may_be_number(word: str) -> bool:
    return word.isascii() and word.replace("-", "").isalnum()


def _mentions(word: str) -> Any:
    columns = (issues.c.description, issues.c.number, projects.c.name)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _posting(name: str, *, is_open: bool) -> Any:
    """The newest issues with a gram."""
    of_gram = (index.c.gram == bindparam(name, type_=index.c.gram.type), index.c.open == is_open)
    newest = select(index.c.issue).where(*of_gram).order_by(index.c.issue.desc()).limit(_POSTING).subquery()
    return select(newest.c.issue)


def _alike() -> Any:
    """Always the same number of grams (the rest empty), so that the statement is prepared once."""
    postings = [_posting(f"gram_{n}", is_open=flag) for n in range(_RAREST) for flag in (True, False)]
    found = union_all(*postings).subquery()
    other = found.c.issue != bindparam("exclude", type_=index.c.issue.type)
    shared = func.count().label("shared")
    best = select(found.c.issue, shared).where(other).group_by(found.c.issue)
    best = best.order_by(shared.desc(), found.c.issue.desc()).limit(_CANDIDATES)
    chosen = best.subquery()
    columns = ("id", "number", "description", "category", "means", "status")
    return select(*(issues.c[name] for name in columns)).join(chosen, chosen.c.issue == issues.c.id)


_ALIKE = _alike()


def _similar(row: Any, score: float) -> Similar:
    means = tuple(Means(code) for code in row.means) if row.status is Status.CLEARED else ()
    is_open = row.status in OPEN
    return Similar(row.id, row.number, row.description, row.category, means, is_open, score)
