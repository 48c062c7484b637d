"""What reads like a text: issues that share its rarest bigrams, compared in full.

How much is read does not grow with the ledger: some lists of the rarest grams, and more of them only if these are short. What
many tell (请尽快协调) weighs little beside what few do.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from math import log1p
from typing import Any

from sqlalchemy import false, literal, select, true

from bot.domain.ids import IssueId
from bot.domain.issue import OPEN, Means, Status
from bot.ports import Similar
from storage.databases.dialect import fixed, gathered, given_rows, ids_given, is_given
from storage.repositories.bigrams import bigrams, likeness
from storage.repositories.issue_rows import STANDING, standing_of
from storage.repositories.postings import Postings, commonness
from storage.tables import grams as index
from storage.tables import issues

_POSTING = {True: 500, False: 100}  # newest issues taken per gram, of open and of closed ones
_SAMPLED = {True: 100, False: 20}  # of them tell well enough which gram is rarer
_RAREST = 20  # grams of a text by which its like are looked for, at the most
_AT_ONCE = 3000  # open issues in the lists read at once, as long as these may be
_ENOUGH = 2500  # read: further lists are not
_CANDIDATES = {True: 30, False: 15}  # open and closed ones compared in full
_COMPARED = 200  # characters of a text that decide
_SELDOM = 100  # whatever is in fewer than one of so many issues weighs the same: it may be there by chance


@dataclass(frozen=True)
class Known:
    """A gram of a text in the ledger: `commonness` among open and among closed issues (0: not asked, or in none)."""

    of_open: int
    of_closed: int

    @property
    def rarity(self) -> int:
        """Smaller is rarer."""
        return self.of_open + self.of_closed

    @property
    def length(self) -> int:
        """Of its list of open ones, at the most."""
        return self.of_open if self.of_open < _SAMPLED[True] else _POSTING[True]


class Likeness(Postings):
    """The question what is alike."""

    async def similar(
        self, text: str, limit: int, *, exclude: IssueId | None = None, open_only: bool = False
    ) -> list[Similar]:
        """Issues that share the text's rarest bigrams, by the likeness of all of them: so many open, so many closed."""
        wanted = bigrams(text[:_COMPARED])
        known = await self._grams(wanted, open_only=open_only)
        if not known:
            return []
        lists, weights = await self._lists(known, open_only=open_only), _weights(wanted, known)
        chosen = _best([(weights[row.value], row.of_open) for row in lists], _CANDIDATES[True], exclude)
        if not open_only:
            chosen += _best([(weights[row.value], row.of_closed) for row in lists], _CANDIDATES[False], exclude)
        rows = await self._all(_texts(postgres=self._postgres), ids_given(chosen, postgres=self._postgres))
        alike = [_similar(row, likeness(weights, bigrams(row.description[:_COMPARED]))) for row in rows]
        alike.sort(key=lambda similar: (-similar.score, -similar.issue))
        left = Counter({True: limit, False: limit})
        return [similar for similar in alike if _takes(left, similar)]

    async def _grams(self, wanted: frozenset[str], *, open_only: bool) -> dict[str, Known]:
        """Those of the grams that any issue has."""
        if not wanted:
            return {}
        rows = await self._all(_rarity(open_only=open_only, postgres=self._postgres), self._given(wanted))
        return {row.value: Known(row.of_open, row.of_closed) for row in rows if row.of_open or row.of_closed}

    async def _lists(self, known: Mapping[str, Known], *, open_only: bool) -> list[Any]:
        """Of the rarest grams, until enough was read."""
        rarest = sorted(known, key=lambda gram: (known[gram].rarity, gram))[:_RAREST]
        statement, rows, read = _lists(open_only=open_only, postgres=self._postgres), list[Any](), 0
        while rarest and read < _ENOUGH:
            at_once = _first(rarest, known)
            found = await self._all(statement, self._given(rarest[:at_once]))
            rows += found
            read += sum(len(row.of_open or ()) for row in found)
            rarest = rarest[at_once:]
        return rows


def _first(rarest: list[str], known: Mapping[str, Known]) -> int:
    """How many of the lists are read at once."""
    most = 0
    for n, gram in enumerate(rarest):
        most += known[gram].length
        if most >= _AT_ONCE:
            return n + 1
    return len(rarest)


def _weights(wanted: Iterable[str], known: Mapping[str, Known]) -> dict[str, float]:
    """By how seldom a gram is: one of how many open issues has it."""
    newest = max(gram.of_open for gram in known.values())
    return {gram: log1p(_one_in(known.get(gram), newest)) for gram in wanted}


def _one_in(gram: Known | None, newest: int) -> float:
    sample = _SAMPLED[True]
    if gram is None or gram.of_open < sample:
        return _SELDOM
    return min(_SELDOM, 1 + (newest - gram.of_open) / sample)


@cache
def _rarity(*, open_only: bool, postgres: bool) -> Any:
    given = given_rows(postgres=postgres)
    of_closed = literal(0) if open_only else commonness(given, _SAMPLED[False], is_open=False)
    of_open = commonness(given, _SAMPLED[True], is_open=True)
    return select(given.c.value, of_open.label("of_open"), of_closed.label("of_closed"))


@cache
def _lists(*, open_only: bool, postgres: bool) -> Any:
    """The newest issues with each given gram."""
    given = given_rows(postgres=postgres)

    def newest(is_open: bool) -> Any:
        of_gram = select(index.c.issue).where(
            index.c.gram == given.c.value, index.c.open == (true() if is_open else false())
        )
        some = of_gram.order_by(index.c.issue.desc()).limit(fixed(_POSTING[is_open])).correlate(given).subquery()
        return select(gathered(some.c.issue, postgres=postgres)).scalar_subquery()

    lists = (
        [newest(True).label("of_open")]
        if open_only
        else [newest(True).label("of_open"), newest(False).label("of_closed")]
    )
    return select(given.c.value, *lists)


@cache
def _texts(*, postgres: bool) -> Any:
    columns = [issues.c[name] for name in ("id", "number", "description", "category", "means", "status")]
    return STANDING.add_columns(*columns).where(is_given(issues.c.id, postgres=postgres))


def _best(lists: Sequence[tuple[float, list[int] | None]], most: int, exclude: IssueId | None) -> list[int]:
    """Those with the most weight of lists, the newest first. Nearly all are in one list only: if there are enough of heavier ones,
    these are not even sorted."""
    shared: dict[int, float] = {}
    weight_of = shared.get
    for weight, of_gram in lists:
        for issue in of_gram or ():
            shared[issue] = weight_of(issue, 0.0) + weight
    shared.pop(exclude or 0, None)
    once = max((weight for weight, _ in lists), default=0.0)
    heavy = [(weight, issue) for issue, weight in shared.items() if weight > once]
    ranked = heavy if len(heavy) >= most else zip(shared.values(), shared.keys(), strict=True)
    return [issue for _, issue in nlargest(most, ranked)]


def _similar(row: Any, score: float) -> Similar:
    means = tuple(Means(code) for code in row.means) if row.status is Status.CLEARED else ()
    is_open = row.status in OPEN
    return Similar(row.id, row.number, row.description, row.category, means, is_open, score, standing_of(row))


def _takes(left: Counter[bool], similar: Similar) -> bool:
    left[similar.is_open] -= 1
    return left[similar.is_open] >= 0
