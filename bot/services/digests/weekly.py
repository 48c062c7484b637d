"""Moments of the office's week (domain.md: the week is a schedule, moved to the next working day where needed)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from bot.domain.calendar import Calendar
from bot.domain.policy import WeekMoment

_WEEK = timedelta(days=7)
_HOLIDAYS = 4 * _WEEK  # longer than any


def next_weekly(moment: WeekMoment, calendar: Calendar, after: datetime) -> datetime:
    """The first such moment strictly after another; one that falls on a free day waits for the next working day.

    A moment moved over a long holiday counts: within it, the moved one comes before that of the following week.
    """
    occurring = _occurring(moment, calendar, after - _HOLIDAYS)
    return next(moved for at in occurring if (moved := _moved(moment, calendar, at)) > after)


def last_weekly(moment: WeekMoment, calendar: Calendar, until: datetime) -> datetime:
    """The last such moment up to another, as the week has it, unmoved: it tells which week a moved one speaks of."""
    *_, last = takewhile(lambda at: at <= until, _occurring(moment, calendar, until - 2 * _WEEK))
    return last


def _occurring(moment: WeekMoment, calendar: Calendar, after: datetime) -> Iterator[datetime]:
    """By the weekday alone, strictly after a moment. An hour that summer time skips is the one after it; one that it repeats
    is the first of the two. (APScheduler's CronTrigger searches for a skipped hour for ever.)"""
    day = calendar.day_of(after)
    day += timedelta(days=(moment.weekday - day.weekday()) % 7)
    while True:
        at = calendar.at(day, moment.at)
        if at > after:
            yield at
        day += _WEEK


def _moved(moment: WeekMoment, calendar: Calendar, at: datetime) -> datetime:
    return calendar.at(calendar.working_day_on_or_after(calendar.day_of(at)), moment.at)
