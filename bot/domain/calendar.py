"""Working days and office hours (domain.md: deadlines). Pure: the holidays come in as data, the zone with the policy."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's calendar. `exceptions` maps a date to whether it is a working day, where that differs from Mon-Fri.

    `hours` are those of a working day, in order and not overlapping, each within the day. ValueError otherwise.
    """

    zone: ZoneInfo
    hours: tuple[tuple[time, time], ...]
    exceptions: Mapping[date, bool]  # public holidays, make-up weekends, overrides
    years: frozenset[int]  # published years; others are counted Mon-Fri and provisional
    version: str  # kept with every deadline computed from it
    policy: str = ""  # version of the policy it was made under, kept likewise
    _shifted: tuple[date, ...] = field(init=False, repr=False, compare=False)  # days that really differ, sorted
    _shifts: tuple[int, ...] = field(init=False, repr=False, compare=False)  # by how much Mon-Fri is wrong up to each

    def __post_init__(self) -> None:
        moments = [moment for span in self.hours for moment in span]
        if not moments or any(later <= earlier for earlier, later in pairwise(moments)):
            raise ValueError(f"office hours must be in order and not overlap: {self.hours}")
        shifted = sorted(day for day, works in self.exceptions.items() if works != _is_weekday(day))
        shifts = accumulate((1 if self.exceptions[day] else -1 for day in shifted), initial=0)
        object.__setattr__(self, "_shifted", tuple(shifted))
        object.__setattr__(self, "_shifts", tuple(shifts))

    def is_working_day(self, day: date) -> bool:
        """Mon-Fri, unless the exceptions say otherwise."""
        return self.exceptions.get(day, _is_weekday(day))

    def is_provisional(self, day: date) -> bool:
        """The day's year has no published calendar."""
        return day.year not in self.years

    def without(self, year: int) -> "Calendar":
        """As it was before that year was published: Mon-Fri."""
        known = {day: works for day, works in self.exceptions.items() if day.year != year}
        return replace(self, exceptions=known, years=self.years - {year})

    def day_of(self, moment: datetime) -> date:
        """The office's date at an aware moment."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, clock: time) -> datetime:
        """An office time of a day, as aware UTC."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """When the office opens on that day, were it a working day."""
        return self.at(day, self.hours[0][0])

    def closing(self, day: date) -> datetime:
        """When the office closes on that day, were it a working day."""
        return self.at(day, self.hours[-1][1])

    def is_open(self, moment: datetime) -> bool:
        """Within office hours of a working day (lunch is closed; closing time itself is closed)."""
        local = moment.astimezone(self.zone)
        if not self.is_working_day(local.date()):
            return False
        return any(start <= local.time() < end for start, end in self.hours)

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself if the office is open, else when it next opens. Aware UTC."""
        if self.is_open(moment):
            return moment.astimezone(UTC)
        today = self.day_of(moment)
        openings = (self.at(today, start) for start, _ in self.hours) if self.is_working_day(today) else ()
        later_today = next((opens for opens in openings if opens > moment), None)
        return later_today or self.opening(self.add_working_days(today, 1))

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after (before, if negative) the day. 0 is the day itself, working or not."""
        direction = _DAY if count > 0 else -_DAY
        while count:
            day += direction
            if self.is_working_day(day):
                count -= 1 if count > 0 else -1
        return day

    def working_day_on_or_before(self, day: date) -> date:
        """The day itself if it is worked, else the last working day before it."""
        return day if self.is_working_day(day) else self.add_working_days(day, -1)

    def working_day_on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next working day."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie in (first, last]; negative when last is before first. The span costs nothing."""
        return self._worked_until(last) - self._worked_until(first)

    def office_time_between(self, first: datetime, last: datetime) -> timedelta:
        """Office hours by the office's clocks in between; negative when last is before first. The span costs nothing."""
        return self._office_time_until(last) - self._office_time_until(first)

    def add_office_time(self, moment: datetime, amount: timedelta) -> datetime:
        """The earliest moment by which so much office time has passed (back, if negative). Aware UTC.

        It is never a free one: where the amount is used up to the minute when the office closes, it is that closing.
        """
        days, rest = divmod(self._office_time_until(moment) + amount, self._a_day)
        if not rest:
            return self.closing(self._working_day(days))
        day = self._working_day(days + 1)
        for start, end in self.hours:
            span = _length(start, end)
            if rest <= span:
                return self.at(day, _later(start, rest))
            rest -= span
        raise AssertionError("a day is as long as its hours")

    @property
    def _a_day(self) -> timedelta:
        """Office time of one working day."""
        return sum((_length(start, end) for start, end in self.hours), timedelta())

    def _office_time_until(self, moment: datetime) -> timedelta:
        """Office time from the beginning of days up to the moment, by the office's clocks."""
        local = moment.astimezone(self.zone)
        day, clock = local.date(), local.time()
        if not self.is_working_day(day):
            return self._worked_until(day) * self._a_day
        today = sum((_length(start, min(clock, end)) for start, end in self.hours if start < clock), timedelta())
        return (self._worked_until(day) - 1) * self._a_day + today

    def _working_day(self, count: int) -> date:
        """The count-th working day there ever was."""
        ordinals = range(1, date.max.toordinal() + 1)
        found = bisect_left(ordinals, count, key=lambda ordinal: self._worked_until(date.fromordinal(ordinal)))
        return date.fromordinal(ordinals[found])

    def _worked_until(self, day: date) -> int:
        """Working days from a fixed Monday up to and including the day, were there no days before it."""
        weeks, weekday = divmod(day.toordinal() - 1, 7)  # ordinal 1 was a Monday
        return weeks * 5 + min(weekday + 1, 5) + self._shifts[bisect_right(self._shifted, day)]


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5


def _length(start: time, end: time) -> timedelta:
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)


def _later(clock: time, amount: timedelta) -> time:
    return (datetime.combine(date.min, clock) + amount).time()
