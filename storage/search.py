"""Finding issues by words and by likeness, over an index of character bigrams (storage.bigrams).

Both questions begin by asking how common each gram is (counted up to a limit) and go on with the rarest: the posting list
of a rare gram is short however large the ledger.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
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
from storage.issue_rows import STANDING, VIEW, standing_of, view_of
from storage.repository import Repository
from storage.sight import in_sight
from storage.tables import counters, issues, projects
from storage.tables import grams as index
from storage.tables.base import clean

_COMMON = 500  # a gram in so many issues is common; how common is only estimated
_UNKNOWN = 1 << 62
_SAMPLED = 50  # closed ones counted beside the open, which tell well enough how common a gram is
_RAREST = 14  # grams of a text by which its like are looked for
_POSTING = {True: 500, False: 100}  # newest issues taken per gram, of open and of closed ones
_SEVERAL = 5  # projects looked into one by one
_CANDIDATES = {True: 30, False: 15}  # open and closed ones compared in full
_WORDS = 8  # more in one question are ignored
_COMPARED = 200  # characters of a question or text that decide


class Search(Repository):
    """Questions in words."""

    async def find(self, words: str, sight: Sight, limit: int) -> list[IssueView]:
        """Issues with all the words, newest first.

        If a word is rare, the few issues that may have it are looked at. If all are common, the ledger is walked from its
        newest end, along the shortest way on which such issues lie, until there are enough: that is soon.
        """
        wanted = [word[:_COMPARED] for word in clean(words).split()[:_WORDS]]
        if not wanted:
            return []
        known = [await self._known_of(word) for word in wanted]
        rarest = min(known, key=lambda word: word.commonness)
        matches = [*(word.mentioned() for word in known), in_sight(sight)]
        ways = rarest.all() if rarest.commonness < _COMMON else rarest.newest(known, in_sight(sight), limit)
        chosen = VIEW.where(*matches).order_by(*_NEWEST).limit(limit)
        if ways is not None:
            chosen = chosen.where(issues.c.id.in_(ways))
        return [view_of(row) for row in await self._all(chosen)]

    async def _known_of(self, word: str) -> "_Sought":
        """How common a word is, and where issues with it are to be looked for."""
        named = await self._all(select(projects.c.code).where(projects.c.name.icontains(word, autoescape=True)))
        codes = [row.code for row in named]
        pairs, single = bigrams(word), [gram for gram in grams(word) if len(gram) == 1]
        if not pairs and not single:
            return _Sought(word, codes, None, _UNKNOWN)
        gram = None
        if pairs:
            commonness = await self._commonness(pairs)
            gram = min(pairs, key=lambda gram: (commonness.get(gram, 0), gram))
            texts, count = index.c.gram == gram, commonness.get(gram, 0)
        else:
            first, last = prefix_range(single[0])
            texts = and_(index.c.gram >= first, index.c.gram <= last)
            some = select(literal(1).label("one")).where(texts).limit(_COMMON)
            count = await self._value(select(func.count()).select_from(some.subquery()))
            count = count if count < _COMMON else _UNKNOWN
        return _Sought(word, codes, texts, max(count, _COMMON) if codes else count, gram)

    async def similar(
        self, text: str, limit: int, *, exclude: IssueId | None = None, open_only: bool = False
    ) -> list[Similar]:
        """Issues that share the text's rarest bigrams, by the likeness of all of them: so many open, so many closed."""
        wanted = bigrams(text[:_COMPARED])
        commonness = await self._commonness(wanted, _OPEN if open_only else _EACH)
        rarest = sorted(commonness, key=lambda gram: (commonness[gram], gram))[:_RAREST]
        if not rarest:
            return []
        asked = {f"gram_{n}": rarest[n] if n < len(rarest) else "" for n in range(_RAREST)}
        rows = await self._all(_ALIKE[open_only], asked | {"exclude": exclude or 0})
        alike = [_similar(row, likeness(wanted, bigrams(row.description[:_COMPARED]))) for row in rows]
        alike.sort(key=lambda similar: (-similar.score, -similar.issue))
        left = Counter({True: limit, False: limit})
        return [similar for similar in alike if _takes(left, similar)]

    async def _commonness(self, wanted: Collection[str], among: str = "") -> dict[str, int]:
        """In how many issues each gram is, if in fewer than _COMMON; else more, by how new the oldest of its newest _COMMON is.
        Those of none are left out."""
        if not wanted:
            return {}
        rows = await self._all(_commonness(among, postgres=self._postgres), self._given(wanted))
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


_OPEN, _EACH = "open", "each"  # count open ones, or these and a few of the closed, instead of whichever come first


@cache
def _commonness(among: str, *, postgres: bool) -> Any:
    given = given_rows(postgres=postgres)

    def counted(most: int, *of_kind: Any) -> Any:
        newest = select(index.c.issue).where(index.c.gram == given.c.value, *of_kind)
        some = newest.order_by(index.c.open.desc(), index.c.issue.desc()).limit(most).correlate(given).subquery()
        back = case((func.count() == _COMMON, func.min(some.c.issue)), else_=0)
        return select(func.count() + back).select_from(some).scalar_subquery()

    match among:
        case "open":
            issues_with = counted(_COMMON, index.c.open == true())
        case "each":
            issues_with = counted(_COMMON, index.c.open == true()) + counted(_SAMPLED, index.c.open == false())
        case _:
            issues_with = counted(_COMMON)
    return select(given.c.value, issues_with.label("issues"))


@cache
def _take_in(*, postgres: bool) -> Any:
    chosen = select(given_rows(postgres=postgres).c.value, _WAS_OPEN, _OF_ISSUE)
    return insert(index).from_select(["gram", "open", "issue"], chosen)


def _indexed(*, postgres: bool) -> tuple[Any, ...]:
    """The whole primary key: no other index is needed."""
    given = given_rows(postgres=postgres)
    return index.c.gram.in_(select(given.c.value)), index.c.open == _WAS_OPEN, index.c.issue == _OF_ISSUE


@dataclass(frozen=True)
class _Sought:
    """A word of a question: the projects named so, the grams of texts with it (None: no gram tells), and how common it is
    (`Search._commonness`)."""

    text: str
    projects: Sequence[str]
    texts: Any
    commonness: int
    gram: str | None = None  # its rarest pair

    def mentioned(self) -> Any:
        """What an issue with the word fulfils."""
        return and_(*self.indexed(issues.c.id), _mentions(self.text))

    def indexed(self, issue: Any) -> list[Any]:
        """A look into the index, which spares reading most of the others; as a value, not as EXISTS, which PostgreSQL would make
        a join of the whole posting list."""
        if self.gram is None or self.projects or _may_be_number(self.text):
            return []
        other = index.alias()
        of_issue = (other.c.gram == self.gram, other.c.open.in_((False, True)), other.c.issue == issue)
        look = select(other.c.issue).where(*of_issue).limit(1).correlate(issue.table).scalar_subquery()
        return [look.is_not(None)]

    def all(self) -> Any:
        """A superset of the issues with the word: few."""
        return union(select(index.c.issue).where(self.texts), *_numbered(self.text))

    def newest(self, known: Sequence["_Sought"], seen: Any, limit: int) -> Any:
        """Of the issues in sight with all that is `known`, the newest of each way to the word, so many of each; None: there is
        no shorter way than the whole ledger."""
        if self.texts is None or len(self.text) == 1 or len(self.projects) > _SEVERAL:
            return None
        ways = [self._along(index.c.open == flag, known, seen, limit) for flag in (true(), false())]
        for code in self.projects:
            of_project = _MATCHED.where(issues.c.project == code, *(word.mentioned() for word in known), seen)
            ways.append(select(of_project.order_by(issues.c.reported_at.desc()).limit(limit).subquery().c.id))
        return union(*ways, *_numbered(self.text))

    def _along(self, of_open: Any, known: Sequence["_Sought"], seen: Any, limit: int) -> Any:
        """The newest of the posting list, which lies in the order of filing; the other words are looked up before an issue is.
        `+ 0`: PostgreSQL shall not merge the list with the whole ledger."""
        others = [look for word in known if word is not self for look in word.indexed(index.c.issue)]
        texts = [_mentions(word.text) for word in known]
        found = _MATCHED.join(index, issues.c.id == index.c.issue + 0).where(self.texts, of_open, *others, *texts, seen)
        return select(found.order_by(index.c.issue.desc()).limit(limit).subquery().c.id)


def _numbered(word: str) -> list[Any]:
    """Issues with this number, or with this count in any year."""
    if not _may_be_number(word):
        return []
    ways = [select(issues.c.id).where(issues.c.number == word.upper())]
    if word.isdecimal():
        series = counters.c.prefix + "-" + cast(counters.c.year, Text) + "-" + word.rjust(4, "0")
        ways.append(select(issues.c.id).where(issues.c.number.in_(select(series))))
    return ways


def _may_be_number(word: str) -> bool:
    return word.isascii() and word.replace("-", "").isalnum()


def _mentions(word: str) -> Any:
    """The word is there. Within COALESCE, of which PostgreSQL expects half to be true: it underestimates LIKE, and then reads
    all there are and sorts them instead of going along until there are enough."""
    ways = [column.icontains(word, autoescape=True) for column in (issues.c.description, projects.c.name)]
    if _may_be_number(word):
        ways.append(issues.c.number == word.upper())
    if word.isascii() and word.isdecimal():
        ways.append(issues.c.number.endswith(f"-{word.rjust(4, '0')}"))
    return func.coalesce(or_(*ways), false())


_NEWEST = (issues.c.reported_at.desc(), issues.c.id.desc())
_MATCHED = select(issues.c.id).join(projects, projects.c.code == issues.c.project)


def _posting(name: str, *, is_open: bool) -> Any:
    """The newest issues with a gram."""
    of_gram = (index.c.gram == bindparam(name, type_=index.c.gram.type), index.c.open == is_open)
    newest = select(index.c.issue).where(*of_gram).order_by(index.c.issue.desc()).limit(_POSTING[is_open]).subquery()
    return select(newest.c.issue)


def _best(*, is_open: bool) -> Any:
    """Those that have most of the grams. Always the same number of grams (the rest empty), so that the statement is prepared
    once."""
    found = union_all(*(_posting(f"gram_{n}", is_open=is_open) for n in range(_RAREST))).subquery()
    other = found.c.issue != bindparam("exclude", type_=index.c.issue.type)
    shared = func.count().label("shared")
    best = select(found.c.issue, shared).where(other).group_by(found.c.issue)
    best = best.order_by(shared.desc(), found.c.issue.desc()).limit(_CANDIDATES[is_open])
    return select(best.subquery().c.issue)


def _alike(*flags: bool) -> Any:
    chosen = union_all(*(_best(is_open=flag) for flag in flags)).subquery()
    columns = [issues.c[name] for name in ("id", "number", "description", "category", "means", "status")]
    return STANDING.add_columns(*columns).join(chosen, chosen.c.issue == issues.c.id)


_ALIKE = {True: _alike(True), False: _alike(True, False)}  # by whether only open ones count


def _similar(row: Any, score: float) -> Similar:
    means = tuple(Means(code) for code in row.means) if row.status is Status.CLEARED else ()
    is_open = row.status in OPEN
    return Similar(row.id, row.number, row.description, row.category, means, is_open, score, standing_of(row))


def _takes(left: Counter[bool], similar: Similar) -> bool:
    left[similar.is_open] -= 1
    return left[similar.is_open] >= 0
