"""Days as people type them: 2026-12-05, 12-5, 12/05, 12月5日, 2026年12月5日."""

import re
from datetime import date, timedelta

_DAY = re.compile(r"^(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?$")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_A_YEAR = timedelta(days=183)
_YEARS = 10  # further off than that is a slip of the finger


def parse_day(text: str, today: date) -> date | None:
    """The day meant; None if it can't be read. Without a year it is the nearest one: in December, 1月8日 is next year's.

    A year more than ten from now can't be meant.
    """
    found = _DAY.match(text.strip().translate(_FULL_WIDTH))
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is not None:
        return _day(year, month, day) if abs(year - today.year) <= _YEARS else None
    near = [candidate for y in (today.year, today.year + 1) if (candidate := _day(y, month, day))]
    ahead = [candidate for candidate in near if candidate >= today - _HALF_A_YEAR]
    return min(ahead, default=None)


def _day(year: int, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month or 0, day or 0)
    except ValueError:
        return None
