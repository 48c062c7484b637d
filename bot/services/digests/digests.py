"""The weekly digest 周报: figures of a scope, frozen for its week, told to every subscribed group once (domain.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.domain.calendar import Calendar
from bot.domain.deadlines import days_left, week_of
from bot.domain.digest import Digest, OverdueLine, Tally, WeekCount
from bot.domain.ids import IssueId, ProjectCode, UnitCode
from bot.domain.issue import Deadline
from bot.domain.messages import Message, Priority
from bot.domain.organisation import Scope, ScopeKind
from bot.domain.policy import WeekMoment
from bot.ports import Subscription
from bot.services.digests.weekly import last_weekly, next_weekly
from bot.services.timed import apart
from bot.services.timed.timed import LATE_AFTER
from bot.services.turn import Turn

UNITS = 40  # rows of the breakdown by unit
LISTED = 20  # overdue issues a digest names; the rest are counted


async def compose(turn: Turn, scope: Scope, about: datetime | None = None) -> Digest:
    """The figures as they stand now, for the week around a moment (default: now). Its totals equal the ledger's."""
    start, end = week_of(about or turn.now, turn.calendar)
    issues = turn.uow.issues
    lines = await _overdue(turn, scope)
    return Digest(
        scope=scope,
        scope_name=await name_of(turn, scope),
        week_start=start,
        made_at=turn.now,
        totals=await issues.totals(scope, turn.now),
        this_week=await issues.week_count(scope, start, min(end, turn.now)),
        last_week=await issues.week_count(scope, previous(start, turn.calendar), start),
        by_category=tuple(await issues.by_category(scope, turn.now)),
        by_unit=tuple(await issues.by_unit(scope, turn.now)),
        overdue=tuple(lines),
    )


async def _overdue(turn: Turn, scope: Scope) -> list[OverdueLine]:
    """The longest overdue, with the working days and the rung each has really climbed to."""
    lines = await turn.uow.issues.longest_overdue(scope, turn.now, LISTED)
    reached = await turn.uow.agenda.climbed([line.issue for line in lines if line.issue is not None])
    return [replace(line, days=_days_overdue(turn, line), rung=_rung(turn, reached, line)) for line in lines]


def _rung(turn: Turn, reached: Mapping[IssueId, int], line: OverdueLine) -> str:
    """'' before the first; the top of a ladder that has become shorter since."""
    step = reached.get(line.issue) if line.issue is not None else None
    ladder = turn.policy.ladder
    return "" if step is None or not ladder else ladder[min(step, len(ladder) - 1)].who


def previous(week_start: datetime, calendar: Calendar) -> datetime:
    """The beginning of the week before: where clocks change, not 168 hours before."""
    return week_of(week_start - timedelta(days=1), calendar)[0]


async def name_of(turn: Turn, scope: Scope) -> str:
    """What people call a scope; '' for the city."""
    match scope.kind:
        case ScopeKind.UNIT:
            return (await turn.uow.units.get(UnitCode(scope.value))).name
        case ScopeKind.PROJECT:
            return (await turn.uow.projects.get(ProjectCode(scope.value))).name
        case _:
            return scope.value


def _days_overdue(turn: Turn, line: OverdueLine) -> int:
    deadline = Deadline(line.due_at, 0, turn.calendar.version)
    return -days_left(deadline, turn.calendar, turn.now)


def facts_of(turn: Turn, digest: Digest, **more: Any) -> dict[str, Any]:
    """A digest as the facts of its message: every figure, frozen. Rates in percent with one decimal."""
    end = week_of(digest.week_start, turn.calendar)[1] - timedelta(seconds=1)
    totals = digest.totals
    return {
        "scope": digest.scope.kind.value,
        "scope_name": digest.scope_name,
        "week_start": digest.week_start.isoformat(),
        "week_end": end.isoformat(),
        "made_at": digest.made_at.isoformat(),
        "collected": totals.collected,
        "solved": totals.solved,
        "open": totals.open,
        "overdue_count": totals.overdue,
        "rate": round(totals.rate * 100, 1),
        "this_week": _week(digest.this_week),
        "last_week": _week(digest.last_week),
        "by_category": [{"category": category.value, **_tally(tally)} for category, tally in digest.by_category],
        "by_unit": [{"name": name, **_tally(tally)} for _, name, tally in digest.by_unit[:UNITS]],
        "by_unit_more": max(0, len(digest.by_unit) - UNITS),
        "overdue": [_line(line) for line in digest.overdue],
        "overdue_more": max(0, totals.overdue - len(digest.overdue)),
        "late": False,  # sent after an outage
        "preview": False,  # shown to one person who asked
        "groups": 0,  # of a preview: how many groups it could be sent to
        "send": "",  # of a preview: what its button says
        **more,
    }


def _week(count: WeekCount) -> dict[str, int]:
    return {"new": count.new, "solved": count.solved, "overdue": count.overdue}


def _tally(tally: Tally) -> dict[str, float]:
    rate = round(100 * tally.solved / tally.collected, 1) if tally.collected else 0.0
    return {"collected": tally.collected, "solved": tally.solved, "overdue": tally.overdue, "rate": rate}


def _line(line: OverdueLine) -> dict[str, Any]:
    """`rung`: the highest one it has reached, '' before the first."""
    return {
        "number": line.number,
        "project": line.project,
        "unit": line.unit,
        "assignee": line.assignee,
        "days": line.days,
        "due_at": line.due_at.isoformat(),
        "rung": line.rung,
        "nudged": line.nudged,
    }


async def is_due(turn: Turn) -> bool:
    """Whether a tick would send something: one query, in a turn that only reads."""
    return bool(await _due(turn))


async def tick(turn: Turn) -> int:
    """Send what is due: to each group its week's digest, once; how many went. After an outage only the last one missed."""
    due = await _due(turn)
    if due:
        await apart.say(turn, due, lambda some: _send_weeks(turn, some), lambda one: _put_off(turn, one))
    return len(due)


async def _send_weeks(turn: Turn, subscriptions: Sequence[Subscription]) -> None:
    for subscription in subscriptions:
        await _send_week(turn, subscription)


async def _put_off(turn: Turn, subscription: Subscription) -> None:
    await turn.uow.subscriptions.put(replace(subscription, next_at=turn.now + apart.PUT_OFF))


async def _due(turn: Turn) -> list[Subscription]:
    """Those whose moment has come; late ones not before the office is open."""
    ripe = await turn.uow.subscriptions.due(turn.now)
    return [one for one in ripe if not _is_late(turn, one) or turn.calendar.is_open(turn.now)]


def _is_late(turn: Turn, subscription: Subscription) -> bool:
    return turn.now - subscription.next_at > LATE_AFTER


async def _send_week(turn: Turn, subscription: Subscription) -> None:
    """A moment moved over a holiday still speaks of the week it was meant for: that of the last one by the calendar."""
    late = _is_late(turn, subscription)  # the message says so
    moment = moment_of(subscription)
    about = last_weekly(moment, turn.calendar, turn.now)
    frozen = await turn.uow.subscriptions.freeze(await compose(turn, subscription.scope, about))
    digest = await turn.uow.subscriptions.frozen(frozen)
    key = f"digest:{place_of(subscription)}:{turn.calendar.day_of(digest.week_start)}"
    await turn.tell(message_to(subscription, facts_of(turn, digest, late=late), key))
    await turn.uow.subscriptions.put(replace(subscription, next_at=next_weekly(moment, turn.calendar, turn.now)))


def moment_of(subscription: Subscription) -> WeekMoment:
    """The hour of the week a group asked for."""
    return WeekMoment(subscription.weekday, time(subscription.hour, subscription.minute))


def message_to(subscription: Subscription, facts: dict[str, Any], key: str) -> Message:
    """A digest to a group, into its topic; a key goes once, ever."""
    return Message(subscription.chat, "digest/weekly", facts, Priority.DIGEST, topic=subscription.topic, key=key)


def place_of(subscription: Subscription) -> str:
    """Where a digest goes and what it is about, for keys."""
    return f"{subscription.chat}:{subscription.topic or 0}:{subscription.scope}"
