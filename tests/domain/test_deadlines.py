"""Deadlines, reminders and the ladder, in working days of the office."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import deadlines
from bot.domain.deadlines import days_left, deadline_after, deadline_on, next_reminder, next_rung, week_of
from bot.domain.issue import Deadline, Level, Status
from tests.builders import an_issue
from tests.fakes import NOW, a_calendar, a_policy

few = settings(max_examples=25, deadline=None)
calendar, policy = a_calendar(), a_policy()
FRIDAY = date(2026, 11, 27)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An office time."""
    return calendar.at(day, time(hour, minute))


def due(day: date, version: int = 1) -> Deadline:
    """A deadline at closing time of a day."""
    return deadline_on(calendar, day, version)


def test_the_day_of_assignment_is_day_zero() -> None:
    """Five working days from Monday noon end on the next Monday at closing time."""
    deadline = deadline_after(calendar, NOW, 5, 1)
    assert deadline.due_at == at(date(2026, 11, 30), 17, 30)
    assert deadline.calendar == "test-2026"
    assert not deadline.provisional


def test_the_level_decides_unless_the_clerk_did() -> None:
    """B has five days; a clerk's word beats it; the version is one more than there ever were."""
    issue = an_issue(deadlines=2)
    assert deadlines.fresh_deadline(issue, calendar, policy, NOW) == deadline_after(calendar, NOW, 5, 3)
    assert deadlines.working_days(replace(issue, days=9), policy) == 9
    assert deadlines.working_days(replace(issue, level=Level.A), policy) == 2


def test_a_deadline_in_an_unpublished_year_is_provisional() -> None:
    """Fifteen working days from mid-December reach into 2027."""
    assert deadline_after(calendar, at(date(2026, 12, 15)), 15, 1).provisional
    assert deadline_on(calendar, date(2027, 1, 5), 1).provisional


@pytest.mark.parametrize(
    ("after", "day", "step"),
    [
        (at(date(2026, 11, 23)), date(2026, 11, 24), 3),
        (at(date(2026, 11, 24)), date(2026, 11, 26), 1),
        (at(date(2026, 11, 26)), FRIDAY, 0),
        (at(FRIDAY), date(2026, 11, 30), -1),
        (at(date(2026, 11, 29)), date(2026, 11, 30), -1),
        (at(date(2026, 11, 30)), date(2026, 12, 1), -2),
        (at(date(2026, 12, 1), 8), date(2026, 12, 1), -2),
        (at(date(2026, 12, 5)), date(2026, 12, 7), -6),
    ],
)
def test_reminders_come_three_and_one_days_before_on_the_day_and_each_day_overdue(
    after: datetime, day: date, step: int
) -> None:
    """Each at opening time; a moment at which one was just said gives the next."""
    assert next_reminder(due(FRIDAY), calendar, policy, after) == deadlines.Ping(at(day), step)


def test_a_deadline_on_a_free_day_is_reminded_of_on_the_working_day_before() -> None:
    """Due on a Sunday: people are told on Friday, when they are at work."""
    ping = next_reminder(due(date(2026, 11, 29)), calendar, policy, at(date(2026, 11, 26), 10))
    assert ping.at == at(FRIDAY)


@few
@given(st.integers(-20, 40), st.integers(0, 24 * 60))
def test_the_next_reminder_is_ahead_in_office_hours_and_steps_only_fall(offset: int, minutes: int) -> None:
    """Walking from reminder to reminder moves forward in time, over working days, step by step downwards."""
    deadline = due(FRIDAY)
    moment, last = at(FRIDAY + timedelta(days=offset), 0) + timedelta(minutes=minutes), 99
    for _ in range(6):
        ping = next_reminder(deadline, calendar, policy, moment)
        assert ping.at > moment
        assert calendar.is_open(ping.at)
        assert ping.step < last
        moment, last = ping.at, ping.step


@few
@given(st.integers(1, 60))
def test_an_overdue_reminder_says_how_many_working_days(days: int) -> None:
    """The step of an overdue reminder is what is left on that day."""
    ping = next_reminder(due(FRIDAY), calendar, policy, at(FRIDAY, 18) + timedelta(days=days))
    assert ping.step == days_left(due(FRIDAY), calendar, ping.at) < 0


def test_the_ladder_is_climbed_at_one_three_five_and_ten_working_days() -> None:
    """Each rung at opening time; above the last there is none."""
    rungs = [next_rung(due(FRIDAY), calendar, policy, climbed) for climbed in range(5)]
    days = [calendar.day_of(rung[0]) for rung in rungs if rung]
    assert days == [date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 4), date(2026, 12, 11)]
    assert [rung[1].who for rung in rungs if rung] == ["head", "district_leader", "city_leader", "auditor"]
    assert rungs[4] is None


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (at(date(2026, 11, 24)), 3),
        (at(FRIDAY, 8), 0),
        (at(FRIDAY, 17, 30), 0),
        (at(FRIDAY, 17, 31), -1),
        (at(date(2026, 11, 28)), -1),
        (at(date(2026, 11, 30)), -1),
        (at(date(2026, 12, 1)), -2),
    ],
)
def test_days_left(now: datetime, left: int) -> None:
    """Zero on the day until closing time; from then on the first day overdue, over the weekend too."""
    assert days_left(due(FRIDAY), calendar, now) == left


def test_silence_ends_at_closing_time_of_its_last_day() -> None:
    """Resolved on Friday: three working days on is Wednesday evening; unresolved, there is no such moment."""
    resolved = an_issue(status=Status.RESOLVED, resolved_at=at(FRIDAY, 15))
    assert deadlines.silence_until(resolved, calendar, policy) == at(date(2026, 12, 2), 17, 30)
    assert deadlines.silence_until(an_issue(), calendar, policy) is None


@few
@given(st.integers(0, 60 * 24 * 40), st.integers(0, 60 * 24 * 40))
def test_silence_turned_around(resolved: int, later: int) -> None:
    """Before `silent_before` lies exactly what `silence_until` says is over."""
    issue = an_issue(status=Status.RESOLVED, resolved_at=NOW + timedelta(minutes=resolved))
    now = NOW + timedelta(minutes=resolved + later)
    until = deadlines.silence_until(issue, calendar, policy)
    assert issue.resolved_at is not None
    assert until is not None
    assert (issue.resolved_at < deadlines.silent_before(now, calendar, policy)) == (until <= now)


def test_a_week_runs_from_monday_midnight_of_the_office() -> None:
    """Sunday 23:59 still belongs to the week that began on Monday."""
    start, end = week_of(at(date(2026, 11, 29), 23, 59), calendar)
    assert (start, end) == (at(date(2026, 11, 23), 0), at(date(2026, 11, 30), 0))
    assert week_of(end, calendar)[0] == end
