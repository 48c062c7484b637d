"""When the weekly digest goes, and which week it speaks of."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.policy import WeekMoment
from bot.services.digests.digests import previous
from bot.services.digests.weekly import last_weekly, next_weekly
from tests.fakes import a_calendar

calendar = a_calendar()
FRIDAY = WeekMoment(4, time(16, 0))


def at(day: date, hour: int = 16) -> datetime:
    """An office time."""
    return calendar.at(day, time(hour))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (at(date(2026, 11, 23)), date(2026, 11, 27)),
        (at(date(2026, 11, 27), 15), date(2026, 11, 27)),
        (at(date(2026, 11, 27)), date(2026, 12, 4)),
        (at(date(2026, 9, 21)), date(2026, 9, 28)),
        (at(date(2026, 9, 30)), date(2026, 10, 8)),
        (at(date(2026, 10, 3)), date(2026, 10, 8)),
        (at(date(2026, 10, 8)), date(2026, 10, 9)),
    ],
)
def test_friday_at_four_moves_to_the_next_working_day(after: datetime, expected: date) -> None:
    """25 September and 2 October are holidays: those digests go on the Monday after, and after the holiday week."""
    assert next_weekly(FRIDAY, calendar, after) == at(expected)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (at(date(2026, 10, 8)), date(2026, 10, 2)),
        (at(date(2026, 11, 27)), date(2026, 11, 27)),
        (at(date(2026, 11, 27), 15), date(2026, 11, 20)),
        (at(date(2026, 11, 30)), date(2026, 11, 27)),
    ],
)
def test_a_moved_digest_speaks_of_the_week_it_was_meant_for(until: datetime, expected: date) -> None:
    """Sent on Thursday after the holidays, it is that of the week of 2 October."""
    assert last_weekly(FRIDAY, calendar, until) == at(expected)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 6),
    st.times(),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(calendar.zone)),  # noqa: DTZ001
)
def test_the_next_moment_is_ahead_on_a_working_day_within_a_few_weeks(weekday: int, clock: time, now: datetime) -> None:
    """Whatever the weekday and hour; and the last one is behind."""
    moment = WeekMoment(weekday, clock.replace(second=0, microsecond=0, fold=0))
    following = next_weekly(moment, calendar, now)
    assert now < following < now + timedelta(days=20)
    assert calendar.is_working_day(calendar.day_of(following))
    assert now - timedelta(days=7) < last_weekly(moment, calendar, now) <= now


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30:00+00:00"),  # skipped: it is 03:30 there
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00+00:00"),  # twice: the first
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45:00+00:00"),  # skipped: 02:45
    ],
)
def test_an_hour_that_summer_time_skips_or_repeats_still_comes_once(
    zone: str, day: date, clock: time, expected: str
) -> None:
    """The week before and the week after too, each a week's worth of the office's clock apart."""
    office = a_calendar(zone=ZoneInfo(zone), exceptions={day + timedelta(weeks=n): True for n in range(-1, 3)})
    moment = WeekMoment(day.weekday(), clock)
    before = office.at(day - timedelta(days=3), time(12))
    at = next_weekly(moment, office, before)
    assert at.isoformat() == expected
    assert office.day_of(next_weekly(moment, office, at)) == day + timedelta(days=7)
    assert last_weekly(moment, office, at) == at


def test_a_week_across_a_change_of_clocks_is_still_a_week() -> None:
    """Berlin's week of 23 March 2026 has 167 hours; the one before it begins on its Monday at midnight all the same."""
    office = a_calendar(zone=ZoneInfo("Europe/Berlin"))
    monday = office.at(date(2026, 3, 30), time(0))
    assert previous(monday, office) == office.at(date(2026, 3, 23), time(0))
    assert previous(previous(monday, office), office) == office.at(date(2026, 3, 16), time(0))
