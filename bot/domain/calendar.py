"""Working days and office hours (domain.md: deadlines). Pure: the holidays come in as data, the zone with the policy."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's calendar. `exceptions` maps a date to whether it is a working day, where that differs from Mon-Fri."""

    zone: ZoneInfo
    hours: tuple[tuple[time, time], ...]  # of a working day, in order, not overlapping
    exceptions: Mapping[date, bool]  # public holidays, make-up weekends, overrides
    years: frozenset[int]  # published years; others are counted Mon-Fri and provisional
    version: str  # kept with every deadline computed from it

    def is_working_day(self, day: date) -> bool:
        """Mon-Fri, unless the exceptions say otherwise."""
        return self.exceptions.get(day, day.weekday() < 5)

    def is_provisional(self, day: date) -> bool:
        """The day's year has no published calendar."""
        return day.year not in self.years

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
        day = self.day_of(moment)
        while True:
            if self.is_working_day(day):
                for start, _ in self.hours:
                    opens = self.at(day, start)
                    if opens > moment:
                        return opens
            day += timedelta(days=1)

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after (before, if negative) the day. 0 is the day itself, working or not."""
        walked = self._walk(day, 1 if count > 0 else -1)
        for _ in range(abs(count)):
            day = next(walked)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie in (first, last]; negative when last is before first."""
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def _walk(self, day: date, direction: int) -> Iterator[date]:
        while True:
            day += timedelta(days=direction)
            if self.is_working_day(day):
                yield day
