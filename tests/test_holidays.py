"""The Chinese working-day calendar against the State Council's notices for 2025 and 2026."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.calendar import Calendar
from bot.holidays import office_calendar
from tests.fakes import a_policy
from tests.notices import HOLIDAYS, MADE_UP, days


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    """The office's calendar under the default policy."""
    return office_calendar(a_policy())


@pytest.mark.parametrize("name", HOLIDAYS)
def test_holidays_are_off(calendar: Calendar, name: str):
    """No day of a public holiday is worked."""
    assert not [day for day in days(*HOLIDAYS[name]) if calendar.is_working_day(day)]


@pytest.mark.parametrize("day", MADE_UP)
def test_make_up_weekends_are_worked(calendar: Calendar, day: str):
    """调休: the weekend days that pay for a long holiday are working days."""
    assert date.fromisoformat(day).weekday() >= 5
    assert calendar.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("year", [2025, 2026])
def test_all_other_days_are_plain(calendar: Calendar, year: int):
    """Every other day is a plain Monday to Friday, or a plain weekend."""
    special = {day for span in HOLIDAYS.values() for day in days(*span)} | set(map(date.fromisoformat, MADE_UP))
    odd = [
        day
        for day in days(f"{year}-01-01", f"{year}-12-31")
        if day not in special and calendar.is_working_day(day) != (day.weekday() < 5)
    ]
    assert odd == []


def test_deadline_over_national_day(calendar: Calendar):
    """Two working days after Wednesday 30 September 2026 is Friday 9 October: the week between is off."""
    assert calendar.add_working_days(date(2026, 9, 30), 2) == date(2026, 10, 9)
    assert calendar.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_unpublished_years_are_provisional(calendar: Calendar):
    """A year without notice counts Monday to Friday, statutory dates too, and says so."""
    assert calendar.is_provisional(date(2040, 5, 1))
    assert calendar.is_working_day(date(2040, 10, 1))  # a Monday
    assert not calendar.is_provisional(date(2026, 12, 31))


def test_the_policy_wins():
    """A date in the policy beats the published calendar, and can complete a year."""
    policy = a_policy(
        working_overrides={date(2026, 10, 1): True, date(2040, 10, 1): False}, complete_years=frozenset({2040})
    )
    calendar = office_calendar(policy)
    assert calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2040, 10, 1))
    assert not calendar.is_provisional(date(2040, 10, 1))


def test_years_asked_for():
    """Only the years asked for are there."""
    calendar = office_calendar(a_policy(), [2025])
    assert calendar.years == {2025}
    assert {day.year for day in calendar.exceptions} == {2025}


def test_no_year_published():
    """With nothing published the week is plain."""
    calendar = office_calendar(a_policy(), [2040])
    assert calendar.years == frozenset()
    assert calendar.exceptions == {}


def test_version_names_both_sources(calendar: Calendar):
    """A deadline can be traced to the package's release and the policy it was computed with."""
    assert calendar.version.startswith("holidays-")
    assert calendar.version.endswith("+test")
    assert calendar.policy == "test"


def test_hours_and_zone(calendar: Calendar):
    """Office hours are the policy's, in the office's zone."""
    assert calendar.is_open(datetime(2026, 10, 10, 1, 0, tzinfo=UTC))  # a made-up Saturday, 09:00
    assert not calendar.is_open(datetime(2026, 10, 10, 4, 0, tzinfo=UTC))  # lunch begins
