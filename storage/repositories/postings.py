"""The index of character bigrams (storage.repositories.bigrams): kept in step with the ledger, and asked how common a gram is."""

from collections.abc import Collection
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, delete, false, func, insert, select, true, update

from bot.domain.ids import IssueId
from storage.databases.dialect import given_rows, given_values
from storage.repositories.bigrams import grams
from storage.repositories.repository import Repository
from storage.tables import grams as index

COMMON = 500  # a gram in so many issues is common; how common is only estimated
_SAMPLED = {True: 100, False: 20}  # open and closed ones that tell well enough which gram is rarer


class Among(Enum):
    """Which issues with a gram are counted: whichever come first, open ones, or these and a few of the closed."""

    ALL = "all"
    OPEN = "open"
    EACH = "each"


class Postings(Repository):
    """Which issues have a gram."""

    async def _commonness(self, wanted: Collection[str], among: Among = Among.ALL) -> dict[str, int]:
        """In how many issues each gram is, if in fewer than COMMON (but of ALL: than _SAMPLED); else more, by how new the oldest
        of so many of its newest is. Those of none are left out."""
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


@cache
def _commonness(among: Among, *, postgres: bool) -> Any:
    given = given_rows(postgres=postgres)

    def counted(most: int, *of_kind: Any) -> Any:
        newest = select(index.c.issue).where(index.c.gram == given.c.value, *of_kind)
        some = newest.order_by(index.c.open.desc(), index.c.issue.desc()).limit(most).correlate(given).subquery()
        back = case((func.count() == most, func.min(some.c.issue)), else_=0)
        return select(func.count() + back).select_from(some).scalar_subquery()

    match among:
        case Among.OPEN:
            issues_with = counted(_SAMPLED[True], index.c.open == true())
        case Among.EACH:
            of_open = counted(_SAMPLED[True], index.c.open == true())
            issues_with = of_open + counted(_SAMPLED[False], index.c.open == false())
        case _:
            issues_with = counted(COMMON)
    return select(given.c.value, issues_with.label("issues"))


@cache
def _take_in(*, postgres: bool) -> Any:
    chosen = select(given_rows(postgres=postgres).c.value, _WAS_OPEN, _OF_ISSUE)
    return insert(index).from_select(["gram", "open", "issue"], chosen)


def _indexed(*, postgres: bool) -> tuple[Any, ...]:
    """The whole primary key: no other index is needed."""
    given = given_rows(postgres=postgres)
    return index.c.gram.in_(select(given.c.value)), index.c.open == _WAS_OPEN, index.c.issue == _OF_ISSUE
