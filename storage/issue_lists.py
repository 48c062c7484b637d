"""Lists of the ledger, each one statement over an index."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, literal, or_, select, text, true, tuple_, union_all

from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import AT_THE_DESK, AT_THE_UNIT, CLOSED, Issue, Level, Status, Word
from bot.domain.lifecycle import ASKS
from bot.domain.permissions import Sight
from bot.ports import IssueView
from storage.issue_rows import ISSUE, VIEW, issue_of, view_of
from storage.repository import Repository
from storage.sight import in_sight
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
_PLACE = select(issues.c.level, *_OLDEST).where(issues.c.id == bindparam("sought"))
_IDS = select(issues.c.id)
_LISTENS = and_(people.c.user_id.is_not(None), people.c.reachable, ~people.c.left)
_HEARS = select(people.c.id).where(people.c.id == issues.c.reporter, _LISTENS).correlate(issues).exists()
_ASKED = (issues.c.word.is_(None), issues.c.asks == 1, issues.c.resolved_at < bindparam("before", type_=Moment()))
_LONGEST = (issues.c.resolved_at, issues.c.id)
_UNANSWERED = VIEW.where(_RESOLVED, *_ASKED, _HEARS).order_by(*_LONGEST).limit(bindparam("most", type_=Integer))
_SPOKEN = or_(issues.c.status != Status.RESOLVED, issues.c.word == Word.SOLVED)
_CHUNK = 500  # rows fetched at a time when the whole ledger is streamed


class IssueLists(Repository):
    """The reading of many issues."""

    async def queue(
        self, sight: Sight, after: IssueId | None, limit: int, *, silent_before: datetime | None = None
    ) -> list[IssueId]:
        """What waits at the desk: level A first, then oldest first."""
        mark = None if after is None else await self._first(_PLACE, {"sought": after})
        found: list[IssueId] = []
        for level, waits in _WAITS.items():
            if mark is not None and _URGENCY[mark.level] > level:
                continue
            waiting = _IDS.where(waits, in_sight(sight), _ripe(silent_before))
            if mark is not None and _URGENCY[mark.level] == level:
                waiting = waiting.where(
                    tuple_(*_OLDEST) > tuple_(literal(mark.reported_at, Moment()), literal(mark.id))
                )
            found += [row.id for row in await self._all(waiting.order_by(*_OLDEST).limit(limit - len(found)))]
            if len(found) == limit:
                break
        return found

    async def queue_length(self, sight: Sight, most: int, *, silent_before: datetime | None = None) -> int:
        """How many wait at the desk, counted up to `most`."""
        some = _IDS.where(in_sight(sight), _ripe(silent_before)).limit(most)
        parts = [select(some.where(waits).subquery().c.id) for waits in _WAITS.values()]
        return min(most, int(await self._value(select(func.count()).select_from(union_all(*parts).subquery()))))

    async def of_reporter(self, person: PersonId, limit: int) -> list[IssueView]:
        """Open first, newest first."""
        order = (issues.c.status.in_(sorted(CLOSED)), *_NEWEST)
        return await self._views(VIEW.where(issues.c.reporter == person).order_by(*order).limit(limit))

    async def last_open_of(self, person: PersonId) -> Issue | None:
        """The newest that is not closed."""
        row = await self._first(_LAST_OPEN, {"sought": person})
        return None if row is None else issue_of(row)

    async def tasks(self, person: PersonId, limit: int) -> list[IssueView]:
        """At the unit with this assignee, nearest deadline first."""
        order = (issues.c.due_at.is_(None), issues.c.due_at, issues.c.id)
        return await self._views(VIEW.where(issues.c.assignee == person, RUNS).order_by(*order).limit(limit))

    async def unanswered(self, before: datetime, limit: int) -> list[IssueView]:
        """Resolved before then, the reporter asked once and silent: longest first."""
        return [view_of(row) for row in await self._all(_UNANSWERED, {"before": before, "most": limit})]

    async def suspended(self, sight: Sight, limit: int) -> list[IssueView]:
        """What waits for something, longest first."""
        waiting = VIEW.where(_SUSPENDED, in_sight(sight))
        return await self._views(waiting.order_by(issues.c.suspended_at, issues.c.id).limit(limit))

    async def followers(self, original: IssueId) -> list[IssueId]:
        """What was merged into it."""
        merged = select(issues.c.id).where(issues.c.merged_into == original).order_by(issues.c.id)
        return [IssueId(row.id) for row in await self._all(merged)]

    async def overdue(self, sight: Sight, now: datetime, limit: int) -> list[IssueView]:
        """Longest overdue first."""
        late = VIEW.where(is_overdue(now), in_sight(sight))
        return await self._views(late.order_by(issues.c.due_at, issues.c.id).limit(limit))

    async def asking_for_time(self, sight: Sight, limit: int) -> list[IssueView]:
        """At the unit, more time asked for: nearest deadline first."""
        asking = VIEW.where(RUNS, issues.c.asked_until.is_not(None), in_sight(sight))
        return await self._views(asking.order_by(issues.c.due_at, issues.c.id).limit(limit))

    async def provisional(self, sight: Sight, limit: int) -> list[IssueView]:
        """At the unit, the deadline provisional: nearest first."""
        unsure = VIEW.where(RUNS, issues.c.due_provisional.is_(True), in_sight(sight))
        return await self._views(unsure.order_by(issues.c.due_at, issues.c.id).limit(limit))

    async def each(self, sight: Sight) -> AsyncIterator[IssueView]:
        """All in sight, streamed by number: numbers are given in the order of filing."""
        chosen = VIEW.where(in_sight(sight)).order_by(issues.c.id)
        async for rows in self._session.connection.portions(chosen, _CHUNK):
            for row in rows:
                yield view_of(row)

    async def _views(self, statement: Any) -> list[IssueView]:
        return [view_of(row) for row in await self._all(statement)]


def is_overdue(now: datetime) -> Any:
    """The deadline runs and is past."""
    return and_(RUNS, issues.c.due_at < now)


def _ripe(silent_before: datetime | None) -> Any:
    """A resolved one waits once its reporter has said so, or nothing for long enough."""
    if silent_before is None:
        return true()
    asked = or_(issues.c.asks >= ASKS, ~_HEARS)
    return or_(_SPOKEN, and_(issues.c.resolved_at < silent_before, asked))
