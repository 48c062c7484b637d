"""The office's policy as a value: read from policy.toml by `bot.policy`, handed to rules as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from bot.domain.ids import UnitCode
from bot.domain.issue import Category, Level


@dataclass(frozen=True, slots=True)
class CategoryPolicy:
    """What a category asks. `words` are what a reporter would write; `unit` is offered first; `days` override the level's."""

    words: tuple[str, ...]
    proof_photo: bool = True  # resolving needs at least one photo
    unit: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: after so many working days overdue, these people are told, once."""

    days: int
    who: str  # 'head', 'district_leader', 'city_leader', 'auditor'


@dataclass(frozen=True, slots=True)
class WeekMoment:
    """A moment of the week in the office's zone. `weekday`: Monday is 0."""

    weekday: int
    at: time


@dataclass(frozen=True, slots=True)
class Policy:
    version: str  # a digest of the file, kept with what it decided
    prefix: str  # of issue numbers
    timezone: str  # IANA name
    language: str  # the office's: 'zh' or 'en'
    hours: tuple[tuple[time, time], ...]  # office hours of a working day, in order
    working_overrides: Mapping[date, bool]  # date → is a working day; beats the calendar
    level_days: Mapping[Level, int]
    categories: Mapping[Category, CategoryPolicy]
    reminder_days: tuple[int, ...]  # working days before the deadline; 0 is the day itself
    urgent_any_hour: bool  # level A may be pinged outside working hours
    ladder: tuple[Rung, ...]
    silence_days: int  # working days after which a reporter's silence counts as consent
    undo_minutes: int
    invitation_days: int
    digest: WeekMoment
    rich_messages: bool  # digests and ledgers with real tables
    inbox_days: int  # raw updates are kept so long
    photo_pixels: int  # cap on width × height of an uploaded picture
    stranger_minutes: int  # a stranger is answered once in so many minutes
    complete_years: frozenset[int] = frozenset()  # years the overrides give in full: not provisional
