"""What a value in policy.toml may be: each check returns the value as the domain wants it, or says what is allowed."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.domain.issue import Level
from bot.domain.policy import Field, Rung, WeekMoment
from bot.toml_lines import Where

T = TypeVar("T")
Check = Callable[[Any], T]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLACES = ("head", "district_leader", "city_leader", "auditor")  # who may stand on a rung of the ladder


class NotAllowed(ValueError):  # noqa: N818 - it ends in the sentence "must be …"
    """A value outside what is allowed. `inside`: the way from the value asked for to the part that is wrong."""

    def __init__(self, allowed: str, inside: Where = ()) -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.inside = inside


def whole(low: int, high: int) -> Check[int]:
    """A whole number within the limits."""

    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise NotAllowed(f"a whole number from {low} to {high}")
        return value

    return check


def yes_or_no(value: Any) -> bool:
    """true or false."""
    if type(value) is not bool:
        raise NotAllowed("true or false")
    return value


def words(value: Any) -> tuple[str, ...]:
    """A list of non-empty texts."""
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise NotAllowed('a list of words, e.g. ["停电", "power"]')
    return tuple(word.strip() for word in value)


def text(pattern: str, allowed: str) -> Check[str]:
    """A text that fully matches."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise NotAllowed(allowed)
        return value

    return check


def one_of(*names: str) -> Check[str]:
    """One of these words."""
    allowed = "one of " + ", ".join(f'"{name}"' for name in names)
    return text("|".join(map(re.escape, names)), allowed)


def zone(value: Any) -> str:
    """An IANA time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError, AttributeError):
        raise NotAllowed('the name of a time zone, e.g. "Asia/Shanghai"') from None
    return str(value)


def clock(value: Any) -> time:
    """`"16:00"`, or TOML's own time."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise NotAllowed('an hour and minute, e.g. "16:00"')
    hour, minute = value.split(":")
    return time(int(hour), int(minute))


def hours(value: Any) -> tuple[tuple[time, time], ...]:
    """At least one span, in order, not overlapping."""
    allowed = 'spans of a day in order, e.g. ["09:00-12:00", "14:30-17:30"]'
    if not isinstance(value, list) or not value:
        raise NotAllowed(allowed)
    try:
        spans = tuple(_span(item) for item in value)
    except (NotAllowed, ValueError, AttributeError):
        raise NotAllowed(allowed) from None
    moments = [moment for span in spans for moment in span]
    if any(later <= earlier for earlier, later in pairwise(moments)):
        raise NotAllowed(allowed)
    return spans


def dates(value: Any) -> tuple[date, ...]:
    """A list of dates, as TOML writes them."""
    if not isinstance(value, list) or not all(isinstance(d, date) and not isinstance(d, datetime) for d in value):
        raise NotAllowed("a list of dates without quotation marks, e.g. [2027-01-01]")
    return tuple(value)


def years(value: Any) -> frozenset[int]:
    """A list of years."""
    if not isinstance(value, list) or not all(type(year) is int and 2000 <= year <= 2100 for year in value):
        raise NotAllowed("a list of years from 2000 to 2100, e.g. [2027]")
    return frozenset(value)


def days_by_level(value: Any) -> dict[Level, int]:
    """Working days for some of the levels."""
    levels = ", ".join(Level)
    if not isinstance(value, Mapping) or not set(value) <= set(Level):
        raise NotAllowed(f"days for levels {levels}, e.g. {{ A = 1, B = 3 }}")
    try:
        return {Level(level): whole(0, 365)(days) for level, days in value.items()}
    except NotAllowed as refused:
        raise NotAllowed(f"levels with {refused.allowed} each") from None


def fields(value: Any) -> tuple[Field, ...]:
    """Which of the things a report can have."""
    if not isinstance(value, list) or not all(isinstance(name, str) and name in set(Field) for name in value):
        raise NotAllowed("a list of " + ", ".join(f'"{name}"' for name in Field))
    return tuple(name for name in Field if name in value)


def week_moment(value: Any) -> WeekMoment:
    """`"wed 09:00"`."""
    parts = value.split() if isinstance(value, str) else []
    if len(parts) != 2 or parts[0] not in WEEKDAYS:
        raise NotAllowed('a weekday and an hour, e.g. "wed 09:00"')
    try:
        return WeekMoment(WEEKDAYS.index(parts[0]), clock(parts[1]))
    except NotAllowed:
        raise NotAllowed('a weekday and an hour, e.g. "wed 09:00"') from None


def days_before(value: Any) -> tuple[int, ...]:
    """Different whole numbers, in any order; the biggest first in the answer."""
    if not isinstance(value, list) or not all(type(day) is int and 0 <= day <= 60 for day in value):
        raise NotAllowed("a list of whole numbers from 0 to 60, e.g. [3, 1, 0]")
    return tuple(sorted(set(value), reverse=True))


def ladder(value: Any) -> tuple[Rung, ...]:
    """Rungs whose days rise; each place at most once."""
    if not isinstance(value, list):
        raise NotAllowed("[[ladder]] tables, each with days and who")
    rungs = tuple(_rung(item, place) for place, item in enumerate(value))
    for place, (lower, upper) in enumerate(pairwise(rungs)):
        if upper.days <= lower.days:
            raise NotAllowed("more days than the rung before", (place + 1, "days"))
        if upper.who in {rung.who for rung in rungs[: place + 1]}:
            raise NotAllowed("somebody who is not on the ladder yet", (place + 1, "who"))
    return rungs


def _rung(item: Any, place: int) -> Rung:
    if not isinstance(item, Mapping) or set(item) != {"days", "who"}:
        raise NotAllowed("exactly days and who", (place,))
    try:
        days = whole(1, 365)(item["days"])
    except NotAllowed as refused:
        raise NotAllowed(refused.allowed, (place, "days")) from None
    if item["who"] not in PLACES:
        raise NotAllowed("one of " + ", ".join(f'"{name}"' for name in PLACES), (place, "who"))
    return Rung(days, item["who"])


def _span(item: str) -> tuple[time, time]:
    start, end = item.split("-")
    return clock(start.strip()), clock(end.strip())
