"""What reads like a text: issues that share its rarest bigrams, compared in full."""

from collections import Counter
from typing import Any

from sqlalchemy import bindparam, func, select, union_all

from bot.domain.ids import IssueId
from bot.domain.issue import OPEN, Means, Status
from bot.ports import Similar
from storage.bigrams import bigrams, likeness
from storage.issue_rows import STANDING, standing_of
from storage.postings import AMONG_EACH, AMONG_OPEN, Postings
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
        commonness = await self._commonness(wanted, AMONG_OPEN if open_only else AMONG_EACH)
        rarest = sorted(commonness, key=lambda gram: (commonness[gram], gram))[:_RAREST]
        if not rarest:
            return []
        asked = {f"gram_{n}": rarest[n] if n < len(rarest) else "" for n in range(_RAREST)}
        rows = await self._all(_ALIKE[open_only], asked | {"exclude": exclude or 0})
        alike = [_similar(row, likeness(wanted, bigrams(row.description[:_COMPARED]))) for row in rows]
        alike.sort(key=lambda similar: (-similar.score, -similar.issue))
        left = Counter({True: limit, False: limit})
        return [similar for similar in alike if _takes(left, similar)]


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
