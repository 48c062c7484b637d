"""Finding issues by words, over the index of character bigrams (storage.repositories.postings). No question reads the ledger whole.

A word that is rare leads to the few issues that may have it: all of them are looked at. If all words are common, the newest
issues are looked at, along the ways on which such issues lie (`Along`), until there are enough or `LOOKED_AT` were looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.organisation import ScopeKind
from bot.domain.permissions import Sight
from bot.ports import Found
from storage.databases.dialect import ids_given
from storage.repositories import ways
from storage.repositories.bigrams import bigrams, grams
from storage.repositories.issue_rows import view_of
from storage.repositories.postings import COMMON, Postings
from storage.repositories.sight import Seeing
from storage.repositories.ways import Along, Kind, Way, Word
from storage.tables.base import clean

LOOKED_AT = 1000  # issues; more are not looked at for one question, if all its words are common
_UNKNOWN = 1 << 62
_SEVERAL = 5  # projects of a name looked into one by one
_MANY = 8  # ways in a person's sight looked into one by one
_WORDS = 8  # more in one question are ignored
_COMPARED = 200  # characters of a word that decide
_LEDGER = Way(Along.LEDGER)


@dataclass(frozen=True)
class Sought:
    """A word of a question: the projects named so, its rarest pair or, if it has none, its `single` character (no gram tells of
    one without either), and how common it is (`Postings._commonness`)."""

    text: str
    projects: Sequence[str]
    gram: str | None
    single: str | None
    commonness: int

    @property
    def kind(self) -> Kind:
        """What else it may be."""
        return Kind.of(self.text)

    def beside(self, first: "Sought") -> Word:
        """As a word of the question that goes along the first one's posting lists."""
        only_in_texts = not self.projects and self.kind is Kind.WORD
        return Word(self.kind, self.gram is not None and only_in_texts and self.gram != first.gram)

    def ways(self) -> list[Way]:
        """To the issues with it; none if there are only longer ones than the whole ledger."""
        if self.gram is None or len(self.projects) > _SEVERAL:
            return []
        texts = [Way(Along.POSTING, (self.gram, is_open)) for is_open in (True, False)]
        return [*texts, *(Way(Along.PROJECT, code) for code in self.projects)]


class Search(Postings, Seeing):
    """The question in words."""

    async def find(self, words: str, sight: Sight, limit: int) -> Found:
        """The newest issues in sight with all the words."""
        wanted = [word[:_COMPARED] for word in clean(words).split()[:_WORDS]]
        if not wanted:
            return Found([])
        known = sorted(await self._known_of(wanted), key=lambda word: word.commonness)
        given = {**self._seen(sight), **_given(known)}
        rarest, bounds = known[0], list[Any]()
        if rarest.commonness < COMMON:
            few = ways.few(single=rarest.gram is None)
            ids = await self._ids(few, {**_given([rarest]), **ways.beginning_given(rarest.single)})
        else:
            chosen, bounds = await self._ways(rarest, sight)
            words_ = tuple(word.beside(rarest) for word in known)
            found = {way: ways.found(way.along, words_, self._shape(sight), limit) for way in chosen}
            ids = await self._newest(found, bounds, given)
        if rarest.kind is not Kind.WORD:
            ids |= await self._ids(ways.numbered(rarest.kind), _given([rarest]))
        matching = ways.matching(tuple(word.kind for word in known), self._shape(sight), limit)
        rows = await self._all(matching, {**given, **ids_given(ids, postgres=self._postgres)}) if ids else []
        return Found([view_of(row) for row in rows], None if len(rows) == limit else await self._since(bounds))

    async def _known_of(self, words: Sequence[str]) -> list[Sought]:
        """How common each word is, and where issues with it are to be looked for."""
        rows = await self._all(ways.named(len(words)), ways.words_given(words))
        commonness = await self._commonness({pair for word in words for pair in bigrams(word)})
        known = []
        for n, word in enumerate(words):
            pairs, codes = bigrams(word), [row.code for row in rows if row[n + 1]]
            gram = min(pairs, key=lambda pair: (commonness.get(pair, 0), pair), default=None)
            single = min(grams(word), default=None) if gram is None else None
            count = commonness.get(gram, 0) if gram else await self._beginning(single)
            known.append(Sought(word, codes, gram, single, max(count, COMMON) if codes else count))
        return known

    async def _beginning(self, single: str | None) -> int:
        """The same of a single character: grams that begin with it; or of none, when no gram tells."""
        if single is None:
            return _UNKNOWN
        count: int = await self._value(ways.BEGINNING, ways.beginning_given(single))
        return count if count < COMMON else _UNKNOWN

    async def _newest(self, found: Mapping[Way, Any], bounds: Sequence[Any], given: Mapping[str, Any]) -> set[int]:
        """What each way's statement finds, no further than the way's bound. One by one: all in one is another statement for any
        number of ways, and planned as long as it is."""
        ids = set[int]()
        for (way, newest), bound in zip(found.items(), bounds, strict=True):
            end = way.along.beginning if bound is None else bound
            ids |= await self._ids(newest, {**given, **way.given(), "end": end})
        return ids

    async def _ids(self, statement: Any, given: Mapping[str, Any]) -> set[int]:
        return {row.id for row in await self._all(statement, given)}

    async def _ways(self, rarest: Sought, sight: Sight) -> tuple[list[Way], list[Any]]:
        """Along all that is in sight if that is little, else along the word, with where each way is to end."""
        own = await self._in_sight(sight)
        bounds = await self._bounds(own)
        if own and not any(bounds):
            return own, bounds
        chosen = rarest.ways() or own or [_LEDGER]
        return chosen, bounds if chosen is own else await self._bounds(chosen)

    async def _in_sight(self, sight: Sight) -> list[Way]:
        """Ways on which lies all that is in sight, and nothing else; none if it is no small part of the ledger."""
        named = {kind: sorted(scope.value for scope in sight.scopes if scope.kind is kind) for kind in ScopeKind}
        if named[ScopeKind.CITY] or named[ScopeKind.DISTRICT]:
            return []
        codes = {*named[ScopeKind.PROJECT]}
        if units := named[ScopeKind.UNIT]:
            codes |= {row.code for row in await self._all(ways.OWNED, {"owners": units})}
        own: list[Way] = []
        if sight.person is not None:
            own += [Way(Along.REPORTER, sight.person), Way(Along.ASSIGNEE, sight.person)]
        own += [Way(along, unit) for unit in units for along in (Along.UNIT, Along.REPORTING_UNIT)]
        own += [Way(Along.PROJECT, code) for code in sorted(codes)]
        return own if len(own) <= _MANY else []

    async def _bounds(self, chosen: Sequence[Way]) -> list[Any]:
        """Where each way is to end; None: it is not that long."""
        if not chosen:
            return []
        given = {name: value for n, way in enumerate(chosen) for name, value in way.given(n).items()}
        row = await self._first(ways.bounds(tuple(way.along for way in chosen), LOOKED_AT // len(chosen)), given)
        return list(row or ())

    async def _since(self, bounds: Sequence[Any]) -> datetime | None:
        """The moment before which there is what was not looked at; None if there is not."""
        moments = [bound for bound in bounds if isinstance(bound, datetime)]
        if last := [bound for bound in bounds if isinstance(bound, int)]:
            moments.append(await self._value(ways.NEWEST, {"sought": last}))
        return max(moments, default=None)


def _given(known: Sequence[Sought]) -> Mapping[str, Any]:
    """Of their words and grams."""
    return {**ways.words_given([word.text for word in known]), **ways.grams_given([word.gram for word in known])}
