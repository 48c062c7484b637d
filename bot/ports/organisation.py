"""Who there is: units, projects, people, and strangers at the door."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from bot.domain.ids import IssueId, PersonId, ProjectCode, UnitCode, UserId
from bot.domain.organisation import Invitation, Person, Project, Role, Scope, ServiceCard, Unit


class Units(Protocol):
    """Units by code."""

    async def get(self, code: UnitCode) -> Unit: ...
    async def all(self) -> list[Unit]:
        """Those that have not left, by code."""
        ...

    async def save(self, unit: Unit) -> None:
        """Insert or update by code."""
        ...


class Projects(Protocol):
    """Projects and their service cards."""

    async def get(self, code: ProjectCode) -> Project: ...
    async def all(self) -> list[Project]: ...
    async def search(self, words: str, limit: int) -> list[Project]:
        """By a part of the name, the code or the district; best first."""
        ...

    async def save(self, project: Project) -> None: ...
    async def issue_card(self, card: ServiceCard) -> None: ...
    async def card(self, token: str) -> ServiceCard | None: ...
    async def card_of(self, project: ProjectCode) -> ServiceCard | None:
        """The card in force."""
        ...

    async def revoke_card(self, token: str, at: datetime) -> None: ...
    async def count_scan(self, token: str, person: PersonId, at: datetime) -> None:
        """Remember that this person opened this card (adds to `Person.scanned`)."""
        ...


class People(Protocol):
    """Persons with their grants."""

    async def get(self, person: PersonId) -> Person: ...
    async def many(self, ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Several at once, those who left too; unknown ids are left out."""
        ...

    async def by_code(self, code: str) -> Person | None: ...
    async def by_user(self, user: UserId) -> Person | None: ...
    async def expect(self, users: Collection[UserId]) -> dict[UserId, Person]:
        """`by_user` will be asked for these: they are read in one go, and may be locked. Those who are there."""
        ...

    async def all(self, *, left: bool = False) -> list[Person]:
        """Persons of the office that have not left (no guests), by code; with `left` those too."""
        ...

    async def holding(self, role: Role, scopes: Iterable[Scope]) -> list[Person]:
        """Who holds the role for exactly one of the scopes and has not left, by code."""
        ...

    async def add(self, person: Person) -> Person:
        """Insert (its id is ignored) and return it with the id given. Grants are saved with it."""
        ...

    async def save(self, person: Person) -> None:
        """Update every field, grants included (`scanned` excepted)."""
        ...

    async def invite(self, invitation: Invitation) -> None: ...
    async def invitation(self, token_sha256: str) -> Invitation | None: ...
    async def use_invitation(self, token_sha256: str, at: datetime) -> bool:
        """Mark it used; False if somebody else already did."""
        ...

    async def end_invitations(self, person: PersonId, at: datetime) -> None:
        """Let those of the person that are still good expire now."""
        ...

    async def absorb(self, guest: PersonId, person: PersonId) -> list[IssueId]:
        """A guest turned out to be this person: hand over drafts, media and scans, free the account; return the
        guest's issues, whose reporter the caller changes. Of two open drafts in a chat the guest's goes on."""
        ...


class Strangers(Protocol):
    """People without a card or role: answered once in a while, otherwise counted."""

    async def knock(self, user: UserId, at: datetime, quiet_minutes: int) -> bool:
        """Count a message; True if an answer is due now."""
        ...
