"""Units, projects, people and what they may do where (domain.md: roles and scopes)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import PersonId, ProjectCode, UnitCode, UserId


class UnitKind(StrEnum):
    OFFICE = "office"
    RESPONSIBLE = "responsible"
    REPORTING = "reporting"
    BOTH = "both"
    DISTRICT_GROUP = "district_group"


class ProjectRank(StrEnum):
    KEY_PROVINCE = "key_province"
    KEY_CITY = "key_city"
    ORDINARY = "ordinary"


class ProjectKind(StrEnum):
    INDUSTRIAL = "industrial"
    MEDICAL = "medical"
    PUBLIC = "public"
    URBAN_VILLAGE = "urban_village"
    OLD_NEIGHBOURHOOD = "old_neighbourhood"
    LAND_SALE = "land_sale"


class Role(StrEnum):
    REPORTER = "reporter"
    CLERK = "clerk"
    VERIFIER = "verifier"
    ASSIGNEE = "assignee"
    LEADER = "leader"
    AUDITOR = "auditor"
    ADMIN = "admin"


class ScopeKind(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    UNIT = "unit"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """The part of the city something is about. `value` is empty for the city."""

    kind: ScopeKind
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """`city`, `district:NAME`, `unit:CODE`, `project:CODE`; ValueError otherwise."""
        kind, _, value = text.strip().partition(":")
        scope = cls(ScopeKind(kind.strip()), value.strip())
        if (scope.kind is ScopeKind.CITY) == bool(scope.value):
            raise ValueError(text)
        return scope

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else str(self.kind)


CITY = Scope(ScopeKind.CITY)


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One role for one scope; a person may hold several."""

    role: Role
    scope: Scope

    @classmethod
    def parse(cls, text: str) -> "Grant":
        """`role:scope` as in the people sheet; ValueError otherwise."""
        role, _, scope = text.strip().partition(":")
        return cls(Role(role.strip()), Scope.parse(scope))

    def __str__(self) -> str:
        return f"{self.role}:{self.scope}"


@dataclass(frozen=True, slots=True)
class Unit:
    code: UnitCode
    name: str
    district: str  # empty: the whole city
    kind: UnitKind
    head: PersonId | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    code: ProjectCode
    name: str
    district: str
    owner: UnitCode
    rank: ProjectRank
    kind: ProjectKind
    annual_plan_cny: int  # yuan
    served_by: PersonId | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the office knows, or a guest who came through a service card (`code` is None)."""

    id: PersonId
    code: str | None
    name: str
    unit: UnitCode | None = None
    language: str | None = None  # 'zh' or 'en'; None: Telegram's, else the office's
    user_id: UserId | None = None  # the bound Telegram account
    grants: frozenset[Grant] = field(default_factory=frozenset)
    left: bool = False
    reachable: bool = True  # False after a 403, until they write again
    current_project: ProjectCode | None = None  # from the card last scanned, or the last report
    scanned: frozenset[ProjectCode] = field(default_factory=frozenset)  # projects whose card they opened

    @property
    def is_guest(self) -> bool:
        """Came through a card, not through the people sheet."""
        return self.code is None

    def holds(self, role: Role) -> bool:
        """True if the person has this role for any scope."""
        return any(grant.role is role for grant in self.grants)


NOBODY = Person(PersonId(0), None, "", left=True)
"""Behind an account that was somebody's and is free again: sees nothing, may nothing."""


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """A printed card: a deep link that names a project and grants nothing."""

    token: str
    project: ProjectCode
    issued_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link that binds an account to a person. Only the token's SHA-256 is kept."""

    token_sha256: str
    person: PersonId
    expires_at: datetime
    used_at: datetime | None = None
