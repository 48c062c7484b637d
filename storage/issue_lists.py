"""Lists of the ledger, each one statement over an index."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import AT_THE_DESK, AT_THE_UNIT, CLOSED, Level, Status
from bot.domain.permissions import Sight
from bot.ports import IssueView
from storage.issue_rows import VIEW, reporter_person, view_of
from storage.repository import Repository
from storage.sight import in_sight
from storage.tables import issues

_WAITS = issues.c.status.in_(sorted(AT_THE_DESK))
_RUNS = issues.c.status.in_(sorted(AT_THE_UNIT))
_UNANSWERED = VIEW.where(
    issues.c.status == Status.RESOLVED,
    issues.c.word.is_(None),
    issues.c.asks == 1,
    reporter_person.c.user_id.is_not(None),
    reporter_person.c.reachable,
    ~reporter_person.c.left,
).order_by(issues.c.resolved_at, issues.c.id)
_CHUNK = 500  # rows fetched at a time when the whole ledger is streamed


class IssueLists(Repository):
    """The reading of many issues."""

    async def queue(self, sight: Sight, after: IssueId | None, limit: int) -> list[IssueView]:
        """What waits at the desk: level A first, then oldest first."""
        waiting = VIEW.where(_WAITS, in_sight(sight))
        if after is not None:
            mark = issues.alias("mark")
            waiting = waiting.join(mark, mark.c.id == after).where(_behind(mark))
        urgency = (_relaxed(issues), issues.c.reported_at, issues.c.id)
        return await self._views(waiting.order_by(*urgency).limit(limit))

    async def queue_length(self, sight: Sight) -> int:
        """How many wait at the desk."""
        return int(await self._value(select(func.count()).select_from(issues).where(_WAITS, in_sight(sight))))

    async def of_reporter(self, person: PersonId, limit: int) -> list[IssueView]:
        """Open first, newest first."""
        order = (issues.c.status.in_(sorted(CLOSED)), issues.c.reported_at.desc(), issues.c.id.desc())
        return await self._views(VIEW.where(issues.c.reporter == person).order_by(*order).limit(limit))

    async def tasks(self, person: PersonId, limit: int) -> list[IssueView]:
        """At the unit with this assignee, nearest deadline first."""
        order = (issues.c.due_at.is_(None), issues.c.due_at, issues.c.id)
        return await self._views(VIEW.where(issues.c.assignee == person, _RUNS).order_by(*order).limit(limit))

    async def unanswered(self, before: datetime, limit: int) -> list[IssueView]:
        """Resolved before then, the reporter asked once and silent: longest first."""
        return await self._views(_UNANSWERED.where(issues.c.resolved_at < before).limit(limit))

    async def suspended(self, sight: Sight, limit: int) -> list[IssueView]:
        """What waits for something, longest first."""
        waiting = VIEW.where(issues.c.status == Status.SUSPENDED, in_sight(sight))
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
        asking = VIEW.where(_RUNS, issues.c.asked_until.is_not(None), in_sight(sight))
        return await self._views(asking.order_by(issues.c.due_at, issues.c.id).limit(limit))

    async def each(self, sight: Sight) -> AsyncIterator[IssueView]:
        """All in sight, streamed by number: numbers are given in the order of filing."""
        chosen = VIEW.where(in_sight(sight)).order_by(issues.c.id).execution_options(yield_per=_CHUNK)
        async with self._connection.stream(chosen) as rows:
            async for row in rows:
                yield view_of(row)

    async def _views(self, statement: Any) -> list[IssueView]:
        return [view_of(row) for row in await self._all(statement)]


def is_overdue(now: datetime) -> Any:
    """The deadline runs and is past."""
    return and_(_RUNS, issues.c.due_at < now)


def _relaxed(table: Any) -> Any:
    """False for level A, which sorts before true."""
    return table.c.level != Level.A


def _behind(mark: Any) -> Any:
    """Comes later in the queue than the marked issue (which may have left it)."""
    later = or_(
        issues.c.reported_at > mark.c.reported_at,
        and_(issues.c.reported_at == mark.c.reported_at, issues.c.id > mark.c.id),
    )
    return or_(_relaxed(issues) > _relaxed(mark), and_(_relaxed(issues) == _relaxed(mark), later))
