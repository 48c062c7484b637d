"""The office's policy as a value: read from policy.toml by `bot.policy`, handed to rules as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from bot.domain.ids import UnitCode
from bot.domain.issue import Category, Level


class Field(StrEnum):
    """What a category may ask of a report beyond its words (要素)."""

    PHOTO = "photo"
    PLACE = "place"


class WeekStep(StrEnum):
    """The five steps of the office's week (domain.md: five-times-once)."""

    REPORT = "report"
    COLLATE = "collate"
    VERIFY = "verify"
    ASSIGN = "assign"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class CategoryPolicy:
    """What a category asks. `words` are what a reporter would write; `unit` is offered first; `days` override the level's."""

    words: tuple[str, ...]
    proof_photo: bool = True  # resolving needs at least one photo
    unit: UnitCode | None = None
    days: Mapping[Level, int] = field(default_factory=dict)  # working days, where they differ from the level's
    fields: tuple[Field, ...] = ()  # asked of a report; what is missing is shown, and stops nobody

    def lacks(self, *, photo: bool, place: bool) -> list[Field]:
        """What is asked of a report and is not there (缺项)."""
        there = {Field.PHOTO: photo, Field.PLACE: place}
        return [name for name in self.fields if not there[name]]


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
    version: str  # a digest of all that is decided by, kept with what it decided
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
    desk_topics: str  # of the desk's group, if it is a forum: one for each 'issue', for each 'category', or 'none'
    claim_minutes: int  # a clerk at a decision has the case in hand so long at the most; 0: nobody ever has
    rich_messages: bool  # digests and ledgers with real tables
    inbox_days: int  # raw updates are kept so long
    photo_pixels: int  # cap on width × height of an uploaded picture
    stranger_minutes: int  # a stranger is answered once in so many minutes
    complete_years: frozenset[int] = frozenset()  # years the overrides give in full: not provisional
    quiet_days: frozenset[date] = frozenset()  # nobody is reminded; deadlines count them as they are
    week: Mapping[WeekStep, WeekMoment] = field(default_factory=dict)  # when each step of the week falls due

    def days(self, category: Category, level: Level) -> int:
        """Working days from assignment to the deadline: the category's own, else the level's."""
        return self.categories[category].days.get(level, self.level_days[level])
