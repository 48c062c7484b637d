"""An issue: one line of the ledger (domain.md: An issue 问题)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import IssueId, PersonId, ProjectCode, UnitCode
from bot.domain.organisation import Project


class Status(StrEnum):
    REPORTED = "reported"
    REGISTERED = "registered"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"
    CLEARED = "cleared"
    RETURNED = "returned"
    REJECTED = "rejected"
    MERGED = "merged"
    SUSPENDED = "suspended"


CLOSED = frozenset({Status.CLEARED, Status.REJECTED, Status.MERGED})
OPEN = frozenset(Status) - CLOSED
AT_THE_DESK = frozenset(
    {Status.REPORTED, Status.REGISTERED, Status.VERIFIED, Status.RETURNED, Status.RESOLVED}
)  # the clerk's queue
AT_THE_UNIT = frozenset({Status.ASSIGNED, Status.ACCEPTED})  # the deadline runs


class Outcome(StrEnum):
    SOLVED = "solved"
    PARTLY = "partly"
    TRANSFERRED = "transferred"
    NOT_ACCEPTED = "not_accepted"


class Category(StrEnum):
    EARLY_PROCEDURES = "early_procedures"
    LAND_ACQUISITION = "land_acquisition"
    ILLEGAL_LAND_USE = "illegal_land_use"
    POWER = "power"
    UTILITY_RELOCATION = "utility_relocation"
    ACCEPTANCE = "acceptance"
    PAYMENT = "payment"
    OTHER = "other"


class Level(StrEnum):
    A = "A"
    B = "B"
    C = "C"


class Kind(StrEnum):
    SINGLE = "single"
    COMMON = "common"


class Channel(StrEnum):
    CHAT = "chat"
    GROUP = "group"
    HOTLINE = "hotline"
    MAILBOX = "mailbox"
    VISIT = "visit"
    WEB = "web"


class Means(StrEnum):
    COST_CONSULTING = "cost_consulting"
    TENDER_SERVICE = "tender_service"
    TOLERANT_DRAWING_REVIEW = "tolerant_drawing_review"
    EARLY_GUIDANCE = "early_guidance"
    FIRE_SAFETY_SERVICE = "fire_safety_service"
    PRICE_ADJUSTMENT = "price_adjustment"
    ACCELERATION_BONUS = "acceleration_bonus"
    CREDIT_INCENTIVE = "credit_incentive"
    PHASED_ACCEPTANCE = "phased_acceptance"


class Satisfaction(StrEnum):
    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"


class Word(StrEnum):
    """The reporter's word on a resolution."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an issue must be solved. A new one has the next version; what was planned for the old is void."""

    due_at: datetime  # aware UTC: closing time of the last working day
    version: int
    calendar: str  # the calendar's version it was computed with
    provisional: bool = False  # no published calendar for (part of) its year: counted Mon-Fri
    policy: str = ""  # version of the policy that made it; '' before that was kept


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees, WGS 84, as Telegram gives them."""

    latitude: float
    longitude: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One line of the ledger. `version` grows by one with each change (optimistic lock)."""

    id: IssueId
    number: str  # XM-2026-0001
    project: ProjectCode
    reporter: PersonId
    category: Category
    level: Level
    description: str
    reported_at: datetime
    status: Status = Status.REPORTED
    outcome: Outcome | None = None
    channel: Channel = Channel.CHAT
    kind: Kind = Kind.SINGLE
    reporting_unit: UnitCode | None = None
    unverified_reporter: bool = False  # reported by a guest: marked for the clerk
    place: Place | None = None
    unit: UnitCode | None = None  # responsible
    assignee: PersonId | None = None
    days: int | None = None  # working days the clerk chose; None: the level's
    deadline: Deadline | None = None
    deadlines: int = 0  # how many it ever had: the version of the newest
    result: str = ""  # the unit's words on how it was solved
    means: tuple[Means, ...] = field(default_factory=tuple)
    word: Word | None = None
    satisfaction: Satisfaction | None = None
    nudged: int = 0  # how often somebody pressed 催办
    asks: int = 0  # how often the reporter was asked for a word on the present solution
    asked_until: datetime | None = None  # more time was asked for, until then; None: nothing is asked
    suspended_from: Status | None = None  # where it goes on
    suspended_at: datetime | None = None  # when its clock stopped
    merged_into: IssueId | None = None  # the original
    reopened: int = 0  # how often; also the round that proof photos belong to
    assigned_at: datetime | None = None
    accepted_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Not cleared, rejected or merged."""
        return self.status in OPEN

    def overdue_at(self, now: datetime) -> bool:
        """The deadline runs and is past."""
        return self.deadline is not None and self.status in AT_THE_UNIT and now > self.deadline.due_at


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an issue stands in the organisation: all that permission is decided by."""

    project: ProjectCode
    district: str  # of the project
    owner: UnitCode  # of the project
    reporting_unit: UnitCode | None
    unit: UnitCode | None  # responsible
    reporter: PersonId
    assignee: PersonId | None


def standing_in(project: Project, issue: "Issue") -> Standing:
    """Where an issue of this project stands."""
    return Standing(
        project.code,
        project.district,
        project.owner,
        issue.reporting_unit,
        issue.unit,
        issue.reporter,
        issue.assignee,
    )


NUMBER = re.compile(r"^\s*([A-Za-z]{1,8})\s*[-–—_ ]?\s*(\d{4})\s*[-–—_ ]?\s*(\d{1,7})\s*$")


def format_number(prefix: str, year: int, count: int) -> str:
    """`XM-2026-0001`; the count keeps at least four digits."""
    return f"{prefix}-{year:04d}-{count:04d}"


def parse_number(text: str) -> str | None:
    """The number as the ledger writes it, from what a person typed (case, spaces, dashes, full width); None if it isn't one."""
    found = NUMBER.match(text.translate(_FULL_WIDTH))
    if found is None:
        return None
    return format_number(found[1].upper(), int(found[2]), int(found[3]))


def find_number(text: str) -> str:
    """The first number written in full in a text, '' if there is none."""
    found = _IN_FULL.search(text)
    return found[0] if found else ""


_IN_FULL = re.compile(r"\b[A-Z]{1,8}-\d{4}-\d{4,7}\b", re.ASCII)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
