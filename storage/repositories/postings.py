"""The index of character bigrams (storage.repositories.bigrams): kept in step with the ledger, and asked how common a gram is."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, false, func, insert, select, true, update

from bot.domain.ids import IssueId
from storage.databases.dialect import fixed, given_rows, given_values
from storage.repositories.bigrams import grams
from storage.repositories.repository import Repository
from storage.tables import grams as index

COMMON = 500  # a gram in so many issues is common; how common is only estimated


class Postings(Repository):
    """Which issues have a gram."""

    async def _commonness(self, wanted: Collection[str]) -> dict[str, int]:
        """In how many issues each gram is, if in fewer than COMMON; else more, by how new the oldest of so many of its newest is.
        Those of none are left out."""
        if not wanted:
            return {}
        rows = await self._all(_commonness(postgres=self._postgres), self._given(wanted))
        return {row.value: row.issues for row in rows if row.issues}

    async def _take_in(self, issue: IssueId, text: str, *, is_open: bool) -> None:
        """Index a text: one statement, whatever its length."""
        wanted = grams(text)
        if wanted:
            await self._run_later(_take_in(postgres=self._postgres), self._given(wanted) | _of(issue, is_open))

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


def commonness(given: Any, most: int, *, is_open: bool | None = None) -> Any:
    """Of a row of grams: in how many issues it is (only open or only closed ones, if that is said), if in fewer than `most`; else
    `most` and the number of the last of so many of its newest. A step along the index, that reads off one row."""
    of_kind = [] if is_open is None else [index.c.open == (true() if is_open else false())]
    of_gram = select(index.c.issue).where(index.c.gram == given.c.value, *of_kind).correlate(given)
    newest = of_gram.order_by(index.c.open.desc(), index.c.issue.desc())
    last = newest.limit(fixed(1)).offset(fixed(most - 1)).scalar_subquery()
    return func.coalesce(last + fixed(most), of_gram.with_only_columns(func.count()).scalar_subquery())


@cache
def _commonness(*, postgres: bool) -> Any:
    given = given_rows(postgres=postgres)
    return select(given.c.value, commonness(given, COMMON).label("issues"))


@cache
def _take_in(*, postgres: bool) -> Any:
    chosen = select(given_rows(postgres=postgres).c.value, _WAS_OPEN, _OF_ISSUE)
    return insert(index).from_select(["gram", "open", "issue"], chosen)


def _indexed(*, postgres: bool) -> tuple[Any, ...]:
    """The whole primary key: no other index is needed."""
    given = given_rows(postgres=postgres)
    return index.c.gram.in_(select(given.c.value)), index.c.open == _WAS_OPEN, index.c.issue == _OF_ISSUE
