"""The office's calendar: working days with holidays and make-up weekends, office hours, in any time zone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendar import Calendar
from tests.fakes import a_calendar

few = settings(max_examples=30, deadline=None)
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe")]
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - given its zone
calendars = st.builds(
    lambda exceptions, zone: a_calendar(exceptions=exceptions, zone=zone),
    st.dictionaries(days, st.booleans(), max_size=12),
    st.sampled_from(ZONES),
)
calendar = a_calendar()


def noon(day: date) -> datetime:
    """11:00 in the office."""
    return calendar.at(day, time(11))


def test_a_weekend_is_free_and_a_make_up_weekend_is_worked() -> None:
    """Sunday 20 September 2026 pays for a holiday, so it counts; the Sunday before does not."""
    assert calendar.is_working_day(date(2026, 9, 20))
    assert not calendar.is_working_day(date(2026, 9, 13))


def test_a_public_holiday_is_free() -> None:
    """National Day falls on a Thursday in 2026."""
    assert not calendar.is_working_day(date(2026, 10, 1))


def test_counting_passes_over_holidays_and_takes_in_make_up_days() -> None:
    """From 30 September: the holiday week is skipped, Saturday 10 October is worked."""
    start = date(2026, 9, 30)
    assert calendar.add_working_days(start, 1) == date(2026, 10, 8)
    assert calendar.add_working_days(start, 3) == date(2026, 10, 10)
    assert calendar.add_working_days(date(2026, 10, 8), -1) == start


def test_zero_working_days_on_is_the_day_itself() -> None:
    """Even a Sunday."""
    assert calendar.add_working_days(date(2026, 9, 13), 0) == date(2026, 9, 13)


def test_a_year_nobody_published_is_provisional() -> None:
    """2026 is known, 2027 is not."""
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [
        (time(8, 59, 59), False),
        (time(9), True),
        (time(12), False),
        (time(13), False),
        (time(14, 30), True),
        (time(17, 29, 59), True),
        (time(17, 30), False),
    ],
)
def test_office_hours_begin_on_the_minute_and_end_before_it(clock: time, is_open: bool) -> None:
    """Lunch is closed, and so is closing time itself."""
    assert calendar.is_open(calendar.at(date(2026, 11, 23), clock)) is is_open


@pytest.mark.parametrize(
    ("day", "clock", "opens"),
    [
        (date(2026, 11, 23), time(10), (date(2026, 11, 23), time(10))),
        (date(2026, 11, 23), time(7), (date(2026, 11, 23), time(9))),
        (date(2026, 11, 23), time(12, 30), (date(2026, 11, 23), time(14, 30))),
        (date(2026, 11, 27), time(18), (date(2026, 11, 30), time(9))),
        (date(2026, 9, 30), time(20), (date(2026, 10, 8), time(9))),
    ],
)
def test_the_next_opening(day: date, clock: time, opens: tuple[date, time]) -> None:
    """Now, later today, after lunch, after the weekend, after the holidays."""
    assert calendar.next_open(calendar.at(day, clock)) == calendar.at(*opens)


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(9), time(9)),),
        ((time(12), time(9)),),
        ((time(9), time(12)), (time(11), time(17))),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    """None at all, empty, backwards, overlapping: the office would never open, or twice at once."""
    with pytest.raises(ValueError, match="office hours"):
        replace(calendar, hours=hours)


def test_an_unworked_day_gives_way_to_its_neighbours() -> None:
    """Sunday to Friday before, or to Monday after; a working day stays."""
    sunday = date(2026, 11, 22)
    assert calendar.working_day_on_or_before(sunday) == date(2026, 11, 20)
    assert calendar.working_day_on_or_after(sunday) == date(2026, 11, 23)
    assert calendar.working_day_on_or_before(date(2026, 11, 23)) == date(2026, 11, 23)
    assert calendar.working_day_on_or_after(date(2026, 11, 23)) == date(2026, 11, 23)


@few
@given(calendars, days, st.integers(0, 60))
def test_the_count_is_what_walking_day_by_day_gives(office: Calendar, first: date, span: int) -> None:
    """The arithmetic agrees with looking at each day, forward and back."""
    last = first + timedelta(days=span)
    walked = sum(office.is_working_day(first + timedelta(days=n)) for n in range(1, span + 1))
    assert office.working_days_between(first, last) == walked
    assert office.working_days_between(last, first) == -walked


@few
@given(calendars, days, st.integers(-40, 40).filter(bool))
def test_adding_and_counting_are_inverse(office: Calendar, day: date, count: int) -> None:
    """So many working days on lies a working day, and so many were counted on the way (back: from a working day)."""
    start = office.working_day_on_or_before(day) if count < 0 else day
    reached = office.add_working_days(start, count)
    assert office.is_working_day(reached)
    assert office.working_days_between(start, reached) == count


def test_a_thousand_years_are_counted_at_once() -> None:
    """A long span costs no more than a short one."""
    assert calendar.working_days_between(date(1500, 1, 1), date(2500, 1, 1)) > 260_000


@few
@given(calendars, moments)
def test_the_next_opening_is_open_and_never_in_the_past(office: Calendar, moment: datetime) -> None:
    """In every zone, over every change of clocks."""
    opens = office.next_open(moment)
    assert opens >= moment
    assert office.is_open(opens)
    assert opens.tzinfo is UTC


def test_clocks_that_change_do_not_move_the_office() -> None:
    """New York opens at 09:00 before and after its summer time begins: an hour earlier in UTC."""
    office = a_calendar(zone=ZoneInfo("America/New_York"), exceptions={})
    before, after = office.opening(date(2026, 3, 6)), office.opening(date(2026, 3, 9))
    assert (before.hour, after.hour) == (14, 13)
