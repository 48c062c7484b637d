"""Days as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.days import parse_day

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-05", date(2026, 12, 5)),
        ("2026/12/5", date(2026, 12, 5)),
        ("12-5", date(2026, 12, 5)),
        (" 12.5 ", date(2026, 12, 5)),
        ("12月5日", date(2026, 12, 5)),
        ("2026年12月5号", date(2026, 12, 5)),
        ("１２－５", date(2026, 12, 5)),
        ("1月8日", date(2027, 1, 8)),
        ("11-20", date(2026, 11, 20)),
        ("2-29", None),
        ("13-1", None),
        ("明天", None),
        ("9999-12-31", None),
        ("0001-01-01", None),
        ("2036-11-23", date(2036, 11, 23)),
        ("", None),
        ("5", None),
    ],
)
def test_the_usual_ways_of_writing_a_day(text: str, day: date | None) -> None:
    """Without a year it is the nearest one; a day just past stays past, so that it can be refused as such."""
    assert parse_day(text, TODAY) == day


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_day_or_nothing(text: str) -> None:
    """No text breaks it."""
    found = parse_day(text, TODAY)
    assert found is None or isinstance(found, date)


@given(st.dates(min_value=date(2016, 1, 1), max_value=date(2036, 12, 31)))
def test_the_written_form_reads_back(day: date) -> None:
    """ISO dates are themselves."""
    assert parse_day(day.isoformat(), TODAY) == day
