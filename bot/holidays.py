"""The office's calendar of working days: China's public holidays and make-up weekends (调休), and the policy's overrides.

A year counts as published once the package knows its exchange of working days (the State Council gives notice in the November
before). For other years statutory dates alone would be misleading, so they are left out: Mon-Fri, and provisional.
"""

from collections.abc import Iterable
from datetime import date
from importlib import metadata
from zoneinfo import ZoneInfo

import holidays

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy

YEARS = range(2020, 2041)


def office_calendar(policy: Policy, years: Iterable[int] = YEARS) -> Calendar:
    """The calendar of these years under this policy. Its version names the package's release and the policy's."""
    published = _published(years)
    return Calendar(
        zone=ZoneInfo(policy.timezone),
        hours=policy.hours,
        exceptions={**_national(published), **policy.working_overrides},
        years=frozenset(published) | policy.complete_years,
        version=f"holidays-{metadata.version('holidays')}+{policy.version}",
        policy=policy.version,
    )


def _published(years: Iterable[int]) -> list[int]:
    """Those of the years whose exchanged working days the package knows."""
    known = holidays.country_holidays("CN").special_public_holidays
    return [year for year in years if year in known]


def _national(years: Iterable[int]) -> dict[date, bool]:
    """Where the published years differ from Mon-Fri: a holiday is False, a make-up weekend True."""
    wanted = sorted(years)
    if not wanted:
        return {}
    china = holidays.country_holidays("CN", years=wanted)
    days_off = {day: False for day in china if day.weekday() < 5}
    made_up = {day: True for day in china.weekend_workdays if day.year in wanted}
    return days_off | made_up
