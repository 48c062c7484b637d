"""The page of figures: each measurement has its place, and takes no other's."""

from datetime import date

import pytest

from tests.bench.__main__ import MEASUREMENTS, PAGE
from tests.bench.page import with_table
from tests.bench.sections import Section

MADE = Section("Title", "python -m …", "Words.", [("", "ours", "must be"), ("a second", "29.9", "30")])


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_each_measurement_has_its_place(name: str) -> None:
    """A run that is kept writes all its tables, and every other line stays."""
    before = PAGE.read_text("utf-8")
    after = with_table(before, name, MADE, date(2026, 11, 26), quick=True)
    table = "| | ours | must be |\n|---|---|---|\n| a second | 29.9 | 30 |".replace("| |", "|  |")
    assert table in after
    assert f"--only {name} --quick'` on 2026-11-26" in after
    begin = before.index(f"<!-- measured: {name} -->")
    end = before.index("<!-- end -->", begin)
    assert after.startswith(before[:begin])
    assert after.endswith(before[end:])


def test_a_measurement_without_a_place_is_refused() -> None:
    """Rather than written anywhere."""
    with pytest.raises(ValueError, match="has no <!-- measured: weather -->"):
        with_table("# Nothing\n", "weather", MADE, date(2026, 11, 26), quick=False)
