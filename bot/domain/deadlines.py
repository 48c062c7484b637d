"""When an issue is due, when its people are reminded, and when it climbs (domain.md: deadlines, reminders, escalation)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.calendar import Calendar
from bot.domain.errors import ExtensionTooShort
from bot.domain.issue import Deadline, Issue
from bot.domain.policy import Policy, Rung


def working_days(issue: Issue, policy: Policy) -> int:
    """What the clerk chose, else what its category and level give."""
    return issue.days if issue.days is not None else policy.days(issue.category, issue.level)


def deadline_after(calendar: Calendar, start: datetime, days: int, version: int) -> Deadline:
    """Due at closing time of the days-th working day after `start`'s day, which is day 0.

    With no days at all that is the day itself; if the office has closed by then, the next working day.
    """
    first = calendar.day_of(start)
    last = calendar.add_working_days(first, days) if days else _first_to_close_after(calendar, start)
    return _deadline(calendar, calendar.closing(last), version, since=start)


def deadline_on(calendar: Calendar, day: date, version: int) -> Deadline:
    """Due at closing time of a day somebody named; of a free one, at closing time of the next working day."""
    closing = calendar.closing(calendar.working_day_on_or_after(day))
    return _deadline(calendar, closing, version, since=closing)


def extended(issue: Issue, calendar: Calendar, day: date) -> Deadline:
    """The deadline once an extension until that day is granted, as `deadline_on`. Raises ExtensionTooShort.

    What the unit has left is the unit's: an extension only ever gives more.
    """
    deadline = deadline_on(calendar, day, issue.deadlines + 1)
    if issue.deadline is not None and deadline.due_at <= issue.deadline.due_at:
        raise ExtensionTooShort(given=day.isoformat(), due_at=issue.deadline.due_at.isoformat())
    return deadline


def office_time_left(deadline: Deadline, calendar: Calendar, at: datetime) -> timedelta:
    """Office hours until it is due; negative when overdue."""
    return calendar.office_time_between(at, deadline.due_at)


def resumed(issue: Issue, calendar: Calendar, stopped_at: datetime, at: datetime) -> Deadline:
    """The deadline of an issue whose clock stopped at `stopped_at` and runs again: the office time left then is left now.

    What was overdue when it stopped is overdue by as much. Raises ValueError for an issue without a deadline.
    """
    if issue.deadline is None:
        raise ValueError(f"{issue.number} has no deadline to resume")
    due_at = calendar.add_office_time(at, office_time_left(issue.deadline, calendar, stopped_at))
    return _deadline(calendar, due_at, issue.deadlines + 1, since=min(at, due_at))


def fresh_deadline(issue: Issue, calendar: Calendar, policy: Policy, start: datetime) -> Deadline:
    """The next deadline of an issue that is assigned or reopened at `start`."""
    return deadline_after(calendar, start, working_days(issue, policy), issue.deadlines + 1)


def recounted(issue: Issue, calendar: Calendar, since: datetime | None) -> Deadline | None:
    """A provisional deadline with the holidays of its year: as many working days after `since` as it was given when they were
    not known; without `since` the day somebody named, or the next working one. None while they still are not known.
    """
    if issue.deadline is None or not issue.deadline.provisional:
        return None
    due, version = calendar.day_of(issue.deadline.due_at), issue.deadlines + 1
    if since is None:
        fresh = deadline_on(calendar, due, version)
    else:
        given = calendar.without(due.year).working_days_between(calendar.day_of(since), due)
        fresh = deadline_after(calendar, since, given, version)
    return None if fresh.provisional else fresh


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


def silent_before(now: datetime, calendar: Calendar, policy: Policy) -> datetime:
    """What was resolved before this moment has waited for its reporter's word until now: `silence_until` turned around."""
    day = calendar.day_of(now)
    while calendar.closing(calendar.add_working_days(day, policy.silence_days)) > now:
        day -= timedelta(days=1)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), calendar.zone)
    return midnight.astimezone(UTC)


def week_of(moment: datetime, calendar: Calendar) -> tuple[datetime, datetime]:
    """The office's week (Monday 00:00 to Monday 00:00) around a moment, as aware UTC."""
    day = calendar.day_of(moment)
    monday = day - timedelta(days=day.weekday())
    midnight = datetime.min.time()
    start = datetime.combine(monday, midnight, calendar.zone).astimezone(UTC)
    end = datetime.combine(monday + timedelta(days=7), midnight, calendar.zone).astimezone(UTC)
    return start, end


def _first_to_close_after(calendar: Calendar, moment: datetime) -> date:
    day = calendar.working_day_on_or_after(calendar.day_of(moment))
    return day if calendar.closing(day) > moment else calendar.add_working_days(day, 1)


def _deadline(calendar: Calendar, due_at: datetime, version: int, since: datetime) -> Deadline:
    """Provisional if one of the years it was counted through has no published calendar."""
    years = range(calendar.day_of(since).year, calendar.day_of(due_at).year + 1)
    provisional = any(calendar.is_provisional(date(year, 1, 1)) for year in years)
    return Deadline(due_at, version, calendar.version, provisional, calendar.policy)
