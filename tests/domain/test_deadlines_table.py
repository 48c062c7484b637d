"""200 deadlines over 2025 and 2026, worked out by hand from the published calendars: counted along lists of the working days
of each month (248 a year), not by the office's own arithmetic. Times are those of the office."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.calendar import Calendar
from bot.domain.deadlines import deadline_after
from bot.holidays import office_calendar
from tests.fakes import a_calendar, a_policy
from tests.fakes.office import ZONE
from tests.notices import EXCEPTIONS

with Path(__file__).with_name("deadlines_2025_2026.csv").open(encoding="utf-8") as file:
    TABLE = [(row["start"], int(row["days"]), row["due"]) for row in csv.DictReader(file)]
PUBLISHED = frozenset({2025, 2026})


def in_office(text: str) -> datetime:
    """An office time as the table writes it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    "calendar",
    [a_calendar(exceptions=EXCEPTIONS, years=PUBLISHED), office_calendar(a_policy(), sorted(PUBLISHED))],
    ids=["the notices", "the package"],
)
def test_every_deadline_of_the_table_is_met(calendar: Calendar) -> None:
    """All 200 of 200, by the notices as they were published and by the calendar the office works with."""
    assert len(set(TABLE)) == 200
    wrong = [
        (start, days, due)
        for start, days, due in TABLE
        if deadline_after(calendar, in_office(start), days, 1).due_at != in_office(due)
    ]
    assert wrong == []


def test_the_table_covers_what_is_hard() -> None:
    """Starts on free days, before and after hours; counts over every holiday; deadlines on made-up weekends."""
    starts = [in_office(start) for start, _, _ in TABLE]
    dues = [in_office(due).date() for _, _, due in TABLE]
    assert {start.year for start in starts} == PUBLISHED
    assert any(EXCEPTIONS.get(start.date()) is False for start in starts)
    assert any(start.hour >= 18 for start in starts)
    assert len({due for due in dues if due.weekday() >= 5}) >= 4
    assert {days for _, days, _ in TABLE} == {0, 1, 2, 3, 5, 7, 10, 15, 20, 30}
    crossed = {day for (start, _, due) in TABLE for day in _between(start, due) if EXCEPTIONS.get(day) is False}
    weekday_holidays = {day for day, works in EXCEPTIONS.items() if not works and day.weekday() < 5}
    assert weekday_holidays - crossed <= {date(2025, 1, 1)}


def _between(start: str, due: str) -> list[date]:
    first, last = in_office(start).date(), in_office(due).date()
    return [first + timedelta(days=n) for n in range(1, (last - first).days)]
