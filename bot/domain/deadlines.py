"""When an issue is due, when its people are reminded, and when it climbs (domain.md: deadlines, reminders, escalation)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.calendar import Calendar
from bot.domain.issue import Deadline, Issue
from bot.domain.policy import Policy, Rung


def working_days(issue: Issue, policy: Policy) -> int:
    """What the clerk chose, else what the level gives."""
    return issue.days if issue.days is not None else policy.level_days[issue.level]


def deadline_after(calendar: Calendar, start: datetime, days: int, version: int) -> Deadline:
    """Due at closing time of the days-th working day after `start`'s day, which is day 0."""
    first = calendar.day_of(start)
    last = calendar.add_working_days(first, days)
    return Deadline(calendar.closing(last), version, calendar.version, _provisional(calendar, first, last))


def deadline_on(calendar: Calendar, day: date, version: int) -> Deadline:
    """Due at closing time of a day the clerk named."""
    return Deadline(calendar.closing(day), version, calendar.version, calendar.is_provisional(day))


def fresh_deadline(issue: Issue, calendar: Calendar, policy: Policy, start: datetime) -> Deadline:
    """The next deadline of an issue that is assigned or reopened at `start`."""
    return deadline_after(calendar, start, working_days(issue, policy), issue.deadlines + 1)


@dataclass(frozen=True, slots=True)
class Ping:
    """A moment at which people are told. `step`: working days left (3, 1, 0), or negative: working days overdue."""

    at: datetime
    step: int


def next_reminder(deadline: Deadline, calendar: Calendar, policy: Policy, after: datetime) -> Ping:
    """The first reminder strictly after a moment: the policy's days before, the day itself, then each working day overdue.

    Each at opening time of its working day (the day itself, if not worked, is the working day before it). There is always
    a next one: an issue is reminded of until it is solved.
    """
    due = calendar.day_of(deadline.due_at)
    last = calendar.working_day_on_or_before(due)
    for days in sorted(policy.reminder_days, reverse=True):
        at = calendar.opening(calendar.add_working_days(last, -days))
        if at > after:
            return Ping(at, days)
    return _next_overdue(due, calendar, after)


def _next_overdue(due: date, calendar: Calendar, after: datetime) -> Ping:
    today = max(due, calendar.day_of(after))
    fresh = today > due and calendar.is_working_day(today) and calendar.opening(today) > after
    day = today if fresh else calendar.add_working_days(today, 1)
    return Ping(calendar.opening(day), -calendar.working_days_between(due, day))


def next_rung(deadline: Deadline, calendar: Calendar, policy: Policy, climbed: int) -> tuple[datetime, Rung] | None:
    """When and where the issue climbs next, after `climbed` rungs of this deadline version; None at the top."""
    if climbed >= len(policy.ladder):
        return None
    rung = policy.ladder[climbed]
    day = calendar.add_working_days(calendar.day_of(deadline.due_at), rung.days)
    return calendar.opening(day), rung


def days_left(deadline: Deadline, calendar: Calendar, now: datetime) -> int:
    """Working days until the deadline's day; 0 on the day, negative when overdue."""
    left = calendar.working_days_between(calendar.day_of(now), calendar.day_of(deadline.due_at))
    return min(left, -1) if now > deadline.due_at and left <= 0 else left


def silence_until(issue: Issue, calendar: Calendar, policy: Policy) -> datetime | None:
    """From when on a reporter's silence counts as consent; None unless resolved."""
    if issue.resolved_at is None:
        return None
    day = calendar.add_working_days(calendar.day_of(issue.resolved_at), policy.silence_days)
    return calendar.closing(day)


def week_of(moment: datetime, calendar: Calendar) -> tuple[datetime, datetime]:
    """The office's week (Monday 00:00 to Monday 00:00) around a moment, as aware UTC."""
    day = calendar.day_of(moment)
    monday = day - timedelta(days=day.weekday())
    midnight = datetime.min.time()
    start = datetime.combine(monday, midnight, calendar.zone).astimezone(UTC)
    end = datetime.combine(monday + timedelta(days=7), midnight, calendar.zone).astimezone(UTC)
    return start, end


def _provisional(calendar: Calendar, first: date, last: date) -> bool:
    return any(calendar.is_provisional(date(year, 1, 1)) for year in range(first.year, last.year + 1))
