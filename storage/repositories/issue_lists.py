"""Lists of the ledger, each one statement over an index."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, select, text

from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import AT_THE_UNIT, CLOSED, Issue, Status
from bot.domain.permissions import Sight
from bot.ports import IssueView
from storage.databases.dialect import fixed, ids_given, is_given
from storage.databases.prepared import kept
from storage.repositories.issue_rows import ISSUE, VIEW, issue_of, view_of
from storage.repositories.queue import HEARS
from storage.repositories.sight import Seeing, Shape, in_sight
from storage.tables import issues, people
from storage.tables.base import Moment, spelled_out

# literally the conditions of the indexes
RUNS = text(f"issues.status IN ({spelled_out(AT_THE_UNIT)})")
_RESOLVED = text(f"issues.status = '{Status.RESOLVED}'")
_OPEN = text(f"issues.status NOT IN ({spelled_out(CLOSED)})")
_SUSPENDED = text(f"issues.status = '{Status.SUSPENDED}'")
_NEWEST = (issues.c.reported_at.desc(), issues.c.id.desc())
_LAST_OPEN = ISSUE.where(issues.c.reporter == bindparam("sought"), _OPEN).order_by(*_NEWEST).limit(1)
_LAST_OPEN_ID = select(issues.c.id).where(issues.c.reporter == people.c.id, _OPEN).order_by(*_NEWEST).limit(1)
_THEIRS = select(_LAST_OPEN_ID.correlate(people).scalar_subquery()).where(
    people.c.id.in_(bindparam("sought", expanding=True))
)
_LAST_OPENS = ISSUE.where(issues.c.id.in_(_THEIRS))
_IDS = select(issues.c.id)
_ASKED = (issues.c.word.is_(None), issues.c.asks == 1, issues.c.resolved_at < bindparam("before", type_=Moment()))
_LONGEST = (issues.c.resolved_at, issues.c.id)
_MOST = bindparam("most", type_=Integer)
_UNANSWERED = VIEW.where(_RESOLVED, *_ASKED, HEARS).order_by(*_LONGEST).limit(_MOST)
_SOONEST = (issues.c.due_at.is_(None), issues.c.due_at, issues.c.id)
_OPEN_FIRST = (issues.c.status.in_(sorted(CLOSED)), *_NEWEST)
_REPORTED = VIEW.where(issues.c.reporter == bindparam("sought")).order_by(*_OPEN_FIRST).limit(_MOST)
_TASKS = VIEW.where(issues.c.assignee == bindparam("sought"), RUNS).order_by(*_SOONEST).limit(_MOST)
_SHAPES = 256  # of sights whose statements are kept
_CHUNK = 500  # rows fetched at a time when the whole ledger is streamed


class IssueLists(Seeing):
    """The reading of many issues."""

    async def views(self, issues: Sequence[IssueId]) -> list[IssueView]:
        """In the order asked for, in one statement. LookupError if one is missing."""
        rows = await self._all(_views(postgres=self._postgres), ids_given(set(issues), postgres=self._postgres))
        found = {row.id: view_of(row) for row in rows}
        return [found[issue] for issue in issues]

    async def of_reporter(self, person: PersonId, limit: int) -> list[IssueView]:
        """Open first, newest first."""
        return [view_of(row) for row in await self._all(_REPORTED, {"sought": person, "most": limit})]

    async def last_open_of(self, person: PersonId) -> Issue | None:
        """The newest that is not closed."""
        row = await self._first(_LAST_OPEN, {"sought": person})
        return None if row is None else issue_of(row)

    async def expect_last_open(self, people: Collection[PersonId]) -> None:
        """`last_open_of` is asked for these next."""
        await self._foresee(_LAST_OPEN, _LAST_OPENS, people, of="reporter")

    async def tasks(self, person: PersonId, limit: int) -> list[IssueView]:
        """At the unit with this assignee, nearest deadline first."""
        return [view_of(row) for row in await self._all(_TASKS, {"sought": person, "most": limit})]

    async def unanswered(self, before: datetime, limit: int) -> list[IssueView]:
        """Resolved before then, the reporter asked once and silent: longest first."""
        return [view_of(row) for row in await self._all(_UNANSWERED, {"before": before, "most": limit})]

    async def suspended(self, sight: Sight, limit: int) -> list[IssueView]:
        """What waits for something, longest first."""
        return await self._in_order(_held(self._shape(sight), limit), sight)

    async def followers(self, original: IssueId) -> list[IssueId]:
        """What was merged into it."""
        merged = select(issues.c.id).where(issues.c.merged_into == original).order_by(issues.c.id)
        return [IssueId(row.id) for row in await self._all(merged)]

    async def overdue(self, sight: Sight, now: datetime, limit: int) -> list[IssueView]:
        """Longest overdue first."""
        return await self._in_order(_late(self._shape(sight), limit), sight, now=now)

    async def asking_for_time(self, sight: Sight, limit: int) -> list[IssueView]:
        """At the unit, more time asked for: nearest deadline first."""
        return await self._in_order(_asking(self._shape(sight), limit), sight)

    async def provisional(self, sight: Sight, limit: int) -> list[IssueView]:
        """At the unit, the deadline provisional: nearest first."""
        return await self._in_order(_unsure(self._shape(sight), limit), sight)

    async def each(self, sight: Sight) -> AsyncIterator[IssueView]:
        """All in sight, streamed by number: numbers are given in the order of filing."""
        chosen = VIEW.where(in_sight(self._shape(sight))).order_by(issues.c.id).params(self._seen(sight))
        async for rows in self._session.connection.portions(chosen, _CHUNK):
            for row in rows:
                yield view_of(row)

    async def _in_order(self, ids: Any, sight: Sight, **given: Any) -> list[IssueView]:
        """Those that `ids` finds, as it orders them. Two questions: planned for any sight, one would read the tables a view is of
        whole for a page."""
        rows = await self._all(ids, {**given, **self._seen(sight)})
        found = [row.id for row in rows]
        return await self.views(found) if found else []


@cache
def _views(*, postgres: bool) -> Any:
    return VIEW.where(is_given(issues.c.id, postgres=postgres))


def is_overdue(now: datetime) -> Any:
    """The deadline runs and is past."""
    return and_(RUNS, issues.c.due_at < now)


# a statement for each shape of a sight, made once: with it the database's plan is kept


@lru_cache(maxsize=_SHAPES)
def _held(shape: Shape, most: int) -> Any:
    held = _IDS.where(_SUSPENDED, in_sight(shape))
    return kept(held.order_by(issues.c.suspended_at, issues.c.id).limit(fixed(most)))


@lru_cache(maxsize=_SHAPES)
def _late(shape: Shape, most: int) -> Any:
    return _running(shape, most, issues.c.due_at < bindparam("now", type_=Moment()))


@lru_cache(maxsize=_SHAPES)
def _asking(shape: Shape, most: int) -> Any:
    return _running(shape, most, issues.c.asked_until.is_not(None))


@lru_cache(maxsize=_SHAPES)
def _unsure(shape: Shape, most: int) -> Any:
    return _running(shape, most, issues.c.due_provisional.is_(True))


def _running(shape: Shape, most: int, condition: Any) -> Any:
    """Nearest deadline first."""
    return kept(_IDS.where(RUNS, condition, in_sight(shape)).order_by(issues.c.due_at, issues.c.id).limit(fixed(most)))
