"""What reads like a text: issues that share its rarest bigrams, compared in full."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from heapq import nlargest
from typing import Any

from sqlalchemy import false, select, true

from bot.domain.ids import IssueId
from bot.domain.issue import OPEN, Means, Status
from bot.ports import Similar
from storage.databases.dialect import gathered, given_rows, ids_given, is_given
from storage.repositories.bigrams import bigrams, likeness
from storage.repositories.issue_rows import STANDING, standing_of
from storage.repositories.postings import Among, Postings
from storage.tables import grams as index
from storage.tables import issues

_RAREST = 14  # grams of a text by which its like are looked for
_POSTING = {True: 500, False: 100}  # newest issues taken per gram, of open and of closed ones
_CANDIDATES = {True: 30, False: 15}  # open and closed ones compared in full
_COMPARED = 200  # characters of a text that decide


class Likeness(Postings):
    """The question what is alike."""

    async def similar(
        self, text: str, limit: int, *, exclude: IssueId | None = None, open_only: bool = False
    ) -> list[Similar]:
        """Issues that share the text's rarest bigrams, by the likeness of all of them: so many open, so many closed."""
        wanted = bigrams(text[:_COMPARED])
        commonness = await self._commonness(wanted, Among.OPEN if open_only else Among.EACH)
        rarest = sorted(commonness, key=lambda gram: (commonness[gram], gram))[:_RAREST]
        if not rarest:
            return []
        lists = await self._all(_lists(open_only=open_only, postgres=self._postgres), self._given(rarest))
        chosen = _best((row.of_open for row in lists), _CANDIDATES[True], exclude)
        if not open_only:
            chosen += _best((row.of_closed for row in lists), _CANDIDATES[False], exclude)
        rows = await self._all(_texts(postgres=self._postgres), ids_given(chosen, postgres=self._postgres))
        alike = [_similar(row, likeness(wanted, bigrams(row.description[:_COMPARED]))) for row in rows]
        alike.sort(key=lambda similar: (-similar.score, -similar.issue))
        left = Counter({True: limit, False: limit})
        return [similar for similar in alike if _takes(left, similar)]


@cache
def _lists(*, open_only: bool, postgres: bool) -> Any:
    """The newest issues with each given gram."""
    given = given_rows(postgres=postgres)

    def newest(is_open: bool) -> Any:
        of_gram = select(index.c.issue).where(
            index.c.gram == given.c.value, index.c.open == (true() if is_open else false())
        )
        some = of_gram.order_by(index.c.issue.desc()).limit(_POSTING[is_open]).correlate(given).subquery()
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


def _best(lists: Iterable[list[int] | None], most: int, exclude: IssueId | None) -> list[int]:
    """Those that are in most of the lists, the newest first."""
    shared = Counter(issue for of_gram in lists for issue in of_gram or ())
    shared.pop(exclude or 0, None)
    return [issue for _, issue in nlargest(most, zip(shared.values(), shared.keys(), strict=True))]


def _similar(row: Any, score: float) -> Similar:
    means = tuple(Means(code) for code in row.means) if row.status is Status.CLEARED else ()
    is_open = row.status in OPEN
    return Similar(row.id, row.number, row.description, row.category, means, is_open, score, standing_of(row))


def _takes(left: Counter[bool], similar: Similar) -> bool:
    left[similar.is_open] -= 1
    return left[similar.is_open] >= 0
