"""What waits at the desk, in the order it is worked through.

A desk of the city or a district goes along the whole queue: much of it is in its sight. One of some units or projects gathers
its own instead, over indexes of what waits at each (`apart`): else it would pass everybody's to find that it has nothing.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, text, tuple_, union, union_all

from bot.domain.ids import IssueId
from bot.domain.issue import AT_THE_DESK, Level, Status, Word
from bot.domain.lifecycle import ASKS
from bot.domain.permissions import Sight
from storage.databases.dialect import fixed
from storage.databases.prepared import kept
from storage.repositories.sight import Seeing, Shape, apart, in_sight
from storage.tables import issues, people
from storage.tables.base import Moment, spelled_out

# literally the conditions of the indexes
_AT_DESK = f"issues.status IN ({spelled_out(AT_THE_DESK)})"
_WAITS = {0: text(f"{_AT_DESK} AND issues.level = 'A'"), 1: text(f"{_AT_DESK} AND issues.level <> 'A'")}
_URGENCY = {level: int(level is not Level.A) for level in Level}
_OLDEST = (issues.c.reported_at, issues.c.id)
_PLACE = select(issues.c.level, *_OLDEST).where(issues.c.id == bindparam("sought"))
_LISTENS = and_(people.c.user_id.is_not(None), people.c.reachable, ~people.c.left)
HEARS = select(people.c.id).where(people.c.id == issues.c.reporter, _LISTENS).correlate(issues).exists()  # its reporter
_SPOKEN = or_(issues.c.status != Status.RESOLVED, issues.c.word == Word.SOLVED)
# a resolved one waits once its reporter has said so, or nothing for long enough
_SILENT = issues.c.resolved_at < bindparam("silent_before", type_=Moment())
_RIPE = or_(_SPOKEN, and_(_SILENT, or_(issues.c.asks >= ASKS, ~HEARS)))
_AFTER = (bindparam("after_at", type_=Moment()), bindparam("after_id", type_=issues.c.id.type))
_BEHIND = tuple_(*_OLDEST) > tuple_(*_AFTER)
_SHAPES = 256  # of sights whose statements are kept


class Queue(Seeing):
    """The reading of the desk's queue."""

    async def queue(
        self, sight: Sight, after: IssueId | None, limit: int, *, silent_before: datetime | None = None
    ) -> list[IssueId]:
        """What waits at the desk: level A first, then oldest first."""
        mark = None if after is None else await self._first(_PLACE, {"sought": after})
        found: list[IssueId] = []
        for level in _WAITS:
            if mark is not None and _URGENCY[mark.level] > level:
                continue
            values = self._waited(sight, silent_before)
            if behind := mark is not None and _URGENCY[mark.level] == level:
                values |= {"after_at": mark.reported_at, "after_id": mark.id}
            waiting = _waiting(
                self._shape(sight), level, limit - len(found), ripe=silent_before is not None, behind=behind
            )
            found += [row.id for row in await self._all(waiting, values)]
            if len(found) == limit:
                break
        return found

    async def queue_length(self, sight: Sight, most: int, *, silent_before: datetime | None = None) -> int:
        """How many wait at the desk, counted up to `most`."""
        counted = _counted(self._shape(sight), most, ripe=silent_before is not None)
        return min(most, int(await self._value(counted, self._waited(sight, silent_before))))

    def _waited(self, sight: Sight, silent_before: datetime | None) -> dict[str, Any]:
        silence = {} if silent_before is None else {"silent_before": silent_before}
        return {**silence, **self._seen(sight)}


@lru_cache(maxsize=_SHAPES)
def _waiting(shape: Shape, level: int, most: int, *, ripe: bool, behind: bool) -> Any:
    """`ripe`: of the resolved only those for which `_RIPE` holds; `behind`: in the order of the queue."""
    conditions: list[Any] = [_WAITS[level], *([_RIPE] if ripe else []), *([_BEHIND] if behind else [])]
    own = [select(*_OLDEST).where(*conditions, way) for way in apart(shape)]
    found = union(*own).subquery() if own else issues
    along = [] if own else [*conditions, in_sight(shape)]
    return kept(select(found.c.id).where(*along).order_by(found.c.reported_at, found.c.id).limit(fixed(most)))


@lru_cache(maxsize=_SHAPES)
def _counted(shape: Shape, most: int, *, ripe: bool) -> Any:
    """Of each way no more than so many."""
    some = select(issues.c.id).where(*([_RIPE] if ripe else [])).limit(fixed(most))
    own = [_part(some.where(text(_AT_DESK), way)) for way in apart(shape)]
    found = union(*own) if own else union_all(*(_part(some.where(waits, in_sight(shape))) for waits in _WAITS.values()))
    return kept(select(func.count()).select_from(found.subquery()))


def _part(some: Any) -> Any:
    return select(some.subquery().c.id)
