"""Lists of the ledger, each one statement over an index."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, or_, select, text, tuple_, union_all

from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import AT_THE_DESK, AT_THE_UNIT, CLOSED, Issue, Level, Status, Word
from bot.domain.lifecycle import ASKS
from bot.domain.permissions import Sight
from bot.ports import IssueView
from storage.databases.dialect import ids_given, is_given
from storage.databases.prepared import kept
from storage.repositories.issue_rows import ISSUE, VIEW, issue_of, view_of
from storage.repositories.repository import Repository
from storage.repositories.sight import Shape, in_sight, shape_of, sight_given
from storage.tables import issues, people
from storage.tables.base import Moment, spelled_out

# literally the conditions of the indexes
_AT_DESK = f"issues.status IN ({spelled_out(AT_THE_DESK)})"
_WAITS = {0: text(f"{_AT_DESK} AND issues.level = 'A'"), 1: text(f"{_AT_DESK} AND issues.level <> 'A'")}
RUNS = text(f"issues.status IN ({spelled_out(AT_THE_UNIT)})")
_RESOLVED = text(f"issues.status = '{Status.RESOLVED}'")
_OPEN = text(f"issues.status NOT IN ({spelled_out(CLOSED)})")
_SUSPENDED = text(f"issues.status = '{Status.SUSPENDED}'")
_URGENCY = {level: int(level is not Level.A) for level in Level}
_OLDEST = (issues.c.reported_at, issues.c.id)
_NEWEST = (issues.c.reported_at.desc(), issues.c.id.desc())
_LAST_OPEN = ISSUE.where(issues.c.reporter == bindparam("sought"), _OPEN).order_by(*_NEWEST).limit(1)
_LAST_OPEN_ID = select(issues.c.id).where(issues.c.reporter == people.c.id, _OPEN).order_by(*_NEWEST).limit(1)
_THEIRS = select(_LAST_OPEN_ID.correlate(people).scalar_subquery()).where(
    people.c.id.in_(bindparam("sought", expanding=True))
)
_LAST_OPENS = ISSUE.where(issues.c.id.in_(_THEIRS))
_PLACE = select(issues.c.level, *_OLDEST).where(issues.c.id == bindparam("sought"))
_IDS = select(issues.c.id)
_LISTENS = and_(people.c.user_id.is_not(None), people.c.reachable, ~people.c.left)
_HEARS = select(people.c.id).where(people.c.id == issues.c.reporter, _LISTENS).correlate(issues).exists()
_ASKED = (issues.c.word.is_(None), issues.c.asks == 1, issues.c.resolved_at < bindparam("before", type_=Moment()))
_LONGEST = (issues.c.resolved_at, issues.c.id)
_MOST = bindparam("most", type_=Integer)
_UNANSWERED = VIEW.where(_RESOLVED, *_ASKED, _HEARS).order_by(*_LONGEST).limit(_MOST)
_SPOKEN = or_(issues.c.status != Status.RESOLVED, issues.c.word == Word.SOLVED)
# a resolved one waits once its reporter has said so, or nothing for long enough
_SILENT = issues.c.resolved_at < bindparam("silent_before", type_=Moment())
_RIPE = (or_(_SPOKEN, and_(_SILENT, or_(issues.c.asks >= ASKS, ~_HEARS))),)
_BEHIND = (
    tuple_(*_OLDEST) > tuple_(bindparam("after_at", type_=Moment()), bindparam("after_id", type_=issues.c.id.type)),
)
_SOONEST = (issues.c.due_at.is_(None), issues.c.due_at, issues.c.id)
_OPEN_FIRST = (issues.c.status.in_(sorted(CLOSED)), *_NEWEST)
_REPORTED = VIEW.where(issues.c.reporter == bindparam("sought")).order_by(*_OPEN_FIRST).limit(_MOST)
_TASKS = VIEW.where(issues.c.assignee == bindparam("sought"), RUNS).order_by(*_SOONEST).limit(_MOST)
_SHAPES = 256  # of sights whose statements are kept
_CHUNK = 500  # rows fetched at a time when the whole ledger is streamed


class IssueLists(Repository):
    """The reading of many issues."""

    async def queue(
        self, sight: Sight, after: IssueId | None, limit: int, *, silent_before: datetime | None = None
    ) -> list[IssueId]:
        """What waits at the desk: level A first, then oldest first."""
        mark = None if after is None else await self._first(_PLACE, {"sought": after})
        found: list[IssueId] = []
        for level in _WAITS:
            if mark is not None and _URGENCY[mark.level] > level:
                continue
            values = {
                "most": limit - len(found),
                **_silence(silent_before),
                **sight_given(sight, postgres=self._postgres),
            }
            if behind := mark is not None and _URGENCY[mark.level] == level:
                values |= {"after_at": mark.reported_at, "after_id": mark.id}
            waiting = _waiting(
                shape_of(sight), level, ripe=silent_before is not None, behind=behind, postgres=self._postgres
            )
            found += [row.id for row in await self._all(waiting, values)]
            if len(found) == limit:
                break
        return found

    async def queue_length(self, sight: Sight, most: int, *, silent_before: datetime | None = None) -> int:
        """How many wait at the desk, counted up to `most`."""
        counted = _counted(shape_of(sight), ripe=silent_before is not None, postgres=self._postgres)
        values = {"most": most, **_silence(silent_before), **sight_given(sight, postgres=self._postgres)}
        return min(most, int(await self._value(counted, values)))

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
        return await self._in_order(_held(shape_of(sight), postgres=self._postgres), sight, limit)

    async def followers(self, original: IssueId) -> list[IssueId]:
        """What was merged into it."""
        merged = select(issues.c.id).where(issues.c.merged_into == original).order_by(issues.c.id)
        return [IssueId(row.id) for row in await self._all(merged)]

    async def overdue(self, sight: Sight, now: datetime, limit: int) -> list[IssueView]:
        """Longest overdue first."""
        return await self._in_order(_late(shape_of(sight), postgres=self._postgres), sight, limit, now=now)

    async def asking_for_time(self, sight: Sight, limit: int) -> list[IssueView]:
        """At the unit, more time asked for: nearest deadline first."""
        return await self._in_order(_asking(shape_of(sight), postgres=self._postgres), sight, limit)

    async def provisional(self, sight: Sight, limit: int) -> list[IssueView]:
        """At the unit, the deadline provisional: nearest first."""
        return await self._in_order(_unsure(shape_of(sight), postgres=self._postgres), sight, limit)

    async def each(self, sight: Sight) -> AsyncIterator[IssueView]:
        """All in sight, streamed by number: numbers are given in the order of filing."""
        chosen = (
            VIEW.where(in_sight(shape_of(sight), postgres=self._postgres))
            .order_by(issues.c.id)
            .params(sight_given(sight, postgres=self._postgres))
        )
        async for rows in self._session.connection.portions(chosen, _CHUNK):
            for row in rows:
                yield view_of(row)

    async def _in_order(self, ids: Any, sight: Sight, limit: int, **given: Any) -> list[IssueView]:
        """Those that `ids` finds, as it orders them. Two questions: planned for any sight, one would read the tables a view is of
        whole for a page."""
        found = [
            row.id
            for row in await self._all(ids, {"most": limit, **given, **sight_given(sight, postgres=self._postgres)})
        ]
        return await self.views(found) if found else []


@cache
def _views(*, postgres: bool) -> Any:
    return VIEW.where(is_given(issues.c.id, postgres=postgres))


def is_overdue(now: datetime) -> Any:
    """The deadline runs and is past."""
    return and_(RUNS, issues.c.due_at < now)


def _silence(silent_before: datetime | None) -> dict[str, Any]:
    return {} if silent_before is None else {"silent_before": silent_before}


# a statement for each shape of a sight, made once: with it the database's plan is kept


@lru_cache(maxsize=_SHAPES)
def _waiting(shape: Shape, level: int, *, ripe: bool, behind: bool, postgres: bool) -> Any:
    """`ripe`: of the resolved only those for which `_RIPE` holds; `behind`: in the order of the queue."""
    waiting = _IDS.where(
        _WAITS[level], in_sight(shape, postgres=postgres), *(_RIPE if ripe else ()), *(_BEHIND if behind else ())
    )
    return kept(waiting.order_by(*_OLDEST).limit(_MOST))


@lru_cache(maxsize=_SHAPES)
def _counted(shape: Shape, *, ripe: bool, postgres: bool) -> Any:
    some = _IDS.where(in_sight(shape, postgres=postgres), *(_RIPE if ripe else ())).limit(_MOST)
    parts = [select(some.where(waits).subquery().c.id) for waits in _WAITS.values()]
    return kept(select(func.count()).select_from(union_all(*parts).subquery()))


@lru_cache(maxsize=_SHAPES)
def _held(shape: Shape, *, postgres: bool) -> Any:
    return kept(
        _IDS.where(_SUSPENDED, in_sight(shape, postgres=postgres))
        .order_by(issues.c.suspended_at, issues.c.id)
        .limit(_MOST)
    )


@lru_cache(maxsize=_SHAPES)
def _late(shape: Shape, *, postgres: bool) -> Any:
    return _running(shape, issues.c.due_at < bindparam("now", type_=Moment()), postgres=postgres)


@lru_cache(maxsize=_SHAPES)
def _asking(shape: Shape, *, postgres: bool) -> Any:
    return _running(shape, issues.c.asked_until.is_not(None), postgres=postgres)


@lru_cache(maxsize=_SHAPES)
def _unsure(shape: Shape, *, postgres: bool) -> Any:
    return _running(shape, issues.c.due_provisional.is_(True), postgres=postgres)


def _running(shape: Shape, condition: Any, *, postgres: bool) -> Any:
    """Nearest deadline first."""
    return kept(
        _IDS.where(RUNS, condition, in_sight(shape, postgres=postgres))
        .order_by(issues.c.due_at, issues.c.id)
        .limit(_MOST)
    )
