"""Finding issues by words, over the index of character bigrams (storage.repositories.postings). No question reads the ledger whole.

A word that is rare leads to the few issues that may have it: all of them are looked at. If all words are common, the newest
issues are looked at, along the ways on which such issues lie (`_Way`), until there are enough or `LOOKED_AT` were looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, cast, false, func, literal, or_, select, true, union

from bot.domain.organisation import ScopeKind
from bot.domain.permissions import Sight
from bot.ports import Found, IssueView
from storage.databases.dialect import ids_given, is_given
from storage.repositories.bigrams import bigrams, grams, prefix_range
from storage.repositories.issue_rows import VIEW, view_of
from storage.repositories.postings import COMMON, Postings
from storage.repositories.sight import in_sight
from storage.tables import counters, issues, projects
from storage.tables import grams as index
from storage.tables.base import clean

LOOKED_AT = 1000  # issues; more are not looked at for one question, if all its words are common
_UNKNOWN = 1 << 62
_SEVERAL = 5  # projects of a name looked into one by one
_MANY = 8  # ways in a person's sight looked into one by one
_WORDS = 8  # more in one question are ignored
_COMPARED = 200  # characters of a word that decide


class Search(Postings):
    """The question in words."""

    async def find(self, words: str, sight: Sight, limit: int) -> Found:
        """The newest issues in sight with all the words."""
        wanted = [word[:_COMPARED] for word in clean(words).split()[:_WORDS]]
        if not wanted:
            return Found([])
        known = await self._known_of(wanted)
        rarest = min(known, key=lambda word: word.commonness)
        bounds: list[Any] = []
        if rarest.commonness < COMMON:
            candidates = rarest.all()
        else:
            ways, bounds = await self._ways(rarest, sight)
            found = [way.found(end, known, in_sight(sight), limit) for way, end in zip(ways, bounds, strict=True)]
            candidates = union(*found, *_numbered(rarest.text))
        ids = [row.id for row in await self._all(candidates)]
        views = await self._matching(ids, known, sight, limit) if ids else []
        return Found(views, None if len(views) == limit else await self._since(bounds))

    async def _matching(
        self, ids: Sequence[int], known: Sequence["_Sought"], sight: Sight, limit: int
    ) -> list[IssueView]:
        """Those of the few that have the words. Asked for by themselves: PostgreSQL would go along the whole ledger instead."""
        matches = [*(_mentions(word.text) for word in known), in_sight(sight)]
        chosen = VIEW.where(is_given(issues.c.id, postgres=self._postgres), *matches)
        rows = await self._all(chosen.order_by(*_NEWEST).limit(limit), ids_given(ids, postgres=self._postgres))
        return [view_of(row) for row in rows]

    async def _known_of(self, words: Sequence[str]) -> list["_Sought"]:
        """How common each word is, and where issues with it are to be looked for."""
        named = [projects.c.name.icontains(word, autoescape=True).label(f"named_{n}") for n, word in enumerate(words)]
        rows = await self._all(select(projects.c.code, *named).where(or_(*named)))
        commonness = await self._commonness({pair for word in words for pair in bigrams(word)})
        known = []
        for n, word in enumerate(words):
            pairs, codes = bigrams(word), [row.code for row in rows if row[n + 1]]
            gram = min(pairs, key=lambda pair: (commonness.get(pair, 0), pair), default=None)
            texts, count = (index.c.gram == gram, commonness.get(gram, 0)) if gram else await self._beginning(word)
            known.append(_Sought(word, codes, texts, max(count, COMMON) if codes else count, gram))
        return known

    async def _beginning(self, word: str) -> tuple[Any, int]:
        """The same of a single character: grams that begin with it; or of none, when no gram tells."""
        single = min(grams(word), default=None)
        if single is None:
            return None, _UNKNOWN
        first, last = prefix_range(single)
        texts = and_(index.c.gram >= first, index.c.gram <= last)
        some = select(literal(1).label("one")).where(texts).limit(COMMON)
        count = await self._value(select(func.count()).select_from(some.subquery()))
        return texts, count if count < COMMON else _UNKNOWN

    async def _ways(self, rarest: "_Sought", sight: Sight) -> tuple[list["_Way"], list[Any]]:
        """Along all that is in sight if that is little, else along the word, with where each way is to end."""
        own = await self._in_sight(sight)
        bounds = await self._bounds(own)
        if own and not any(bounds):
            return own, bounds
        ways = rarest.ways() or own or [_LEDGER]
        return ways, bounds if ways is own else await self._bounds(ways)

    async def _in_sight(self, sight: Sight) -> list["_Way"]:
        """Ways on which lies all that is in sight, and nothing else; none if it is no small part of the ledger."""
        named = {kind: [scope.value for scope in sight.scopes if scope.kind is kind] for kind in ScopeKind}
        if named[ScopeKind.CITY] or named[ScopeKind.DISTRICT]:
            return []
        codes = {*named[ScopeKind.PROJECT]}
        if units := named[ScopeKind.UNIT]:
            codes |= {row.code for row in await self._all(select(projects.c.code).where(projects.c.owner.in_(units)))}
        own = [] if sight.person is None else [issues.c.reporter == sight.person, issues.c.assignee == sight.person]
        own += [column == unit for unit in units for column in (issues.c.unit, issues.c.reporting_unit)]
        own += [issues.c.project == code for code in sorted(codes)]
        return [_Way((lies,)) for lies in own] if len(own) <= _MANY else []

    async def _bounds(self, ways: Sequence["_Way"]) -> list[Any]:
        """Where each way is to end; None: it is not that long."""
        if not ways:
            return []
        row = await self._first(select(*(way.end(LOOKED_AT // len(ways)) for way in ways)))
        return list(row or ())

    async def _since(self, bounds: Sequence[Any]) -> datetime | None:
        """The moment before which there is what was not looked at; None if there is not."""
        moments = [bound for bound in bounds if isinstance(bound, datetime)]
        if last := [bound for bound in bounds if isinstance(bound, int)]:
            newest = select(func.max(issues.c.reported_at)).where(issues.c.id.in_(last))
            moments.append(await self._value(newest))
        return max(moments, default=None)


@dataclass(frozen=True)
class _Sought:
    """A word of a question: the projects named so, the grams of texts with it (None: no gram tells), and how common it is
    (`Postings._commonness`)."""

    text: str
    projects: Sequence[str]
    texts: Any
    commonness: int
    gram: str | None = None  # its rarest pair

    def indexed(self) -> list[Any]:
        """A look from another posting list into this one, which spares reading most of the others; as a value, not as EXISTS,
        which PostgreSQL would make a join of the whole list."""
        if self.gram is None or self.projects or _may_be_number(self.text):
            return []
        other = index.alias()
        of_issue = (other.c.gram == self.gram, other.c.open == index.c.open, other.c.issue == index.c.issue)
        look = select(other.c.issue).where(*of_issue).correlate(index).scalar_subquery()
        return [look.is_not(None)]

    def all(self) -> Any:
        """A superset of the issues with the word: few."""
        return union(select(index.c.issue.label("id")).where(self.texts), *_numbered(self.text))

    def ways(self) -> list["_Way"]:
        """To the issues with the word; none if there are only longer ones than the whole ledger."""
        if self.gram is None or len(self.projects) > _SEVERAL:
            return []
        texts = [_Way((self.texts, index.c.open == is_open), self.gram) for is_open in (true(), false())]
        return [*texts, *(_Way((issues.c.project == code,)) for code in self.projects)]


@dataclass(frozen=True)
class _Way:
    """Issues where `lies`, which lie in an index in the order they came: an index of the ledger, or the posting list of a
    gram."""

    lies: tuple[Any, ...] = ()
    posting: str | None = None

    @property
    def _order(self) -> Any:
        return issues.c.reported_at if self.posting is None else index.c.issue

    def end(self, most: int) -> Any:
        """Behind so many; null if there are fewer."""
        return (
            select(self._order).where(*self.lies).order_by(self._order.desc()).offset(most).limit(1).scalar_subquery()
        )

    def found(self, end: Any, known: Sequence[_Sought], seen: Any, limit: int) -> Any:
        """The newest with all that is `known`; of a posting list the other words are looked up before an issue is. `+ 0`:
        PostgreSQL shall not merge the list with the whole ledger."""
        within = [*self.lies] if end is None else [*self.lies, self._order > end]
        chosen = _MATCHED.where(*within, *(_mentions(word.text) for word in known), seen)
        if self.posting is not None:
            looks = [look for word in known if word.gram != self.posting for look in word.indexed()]
            chosen = chosen.join(index, issues.c.id == index.c.issue + 0).where(*looks)
        return select(chosen.order_by(self._order.desc()).limit(limit).subquery().c.id)


_LEDGER = _Way()


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
