"""Units, projects and people, in memory."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.draft import DraftState
from bot.domain.ids import IssueId, PersonId, ProjectCode, UnitCode, UserId
from bot.domain.organisation import Invitation, Person, Project, Role, Scope, ServiceCard, Unit
from tests.fakes.chats import close_drafts
from tests.fakes.tables import Tables, kept, next_id, refer


class FakeUnits:
    """Units by code."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, code: UnitCode) -> Unit:
        return self._tables.units[code]

    async def all(self) -> list[Unit]:
        return sorted((u for u in self._tables.units.values() if not u.left), key=lambda u: u.code)

    async def save(self, unit: Unit) -> None:
        refer(self._tables.people, unit.head)
        self._tables.units[unit.code] = kept(unit)


class FakeProjects:
    """Projects and their service cards."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, code: ProjectCode) -> Project:
        return self._tables.projects[code]

    async def all(self) -> list[Project]:
        return sorted((p for p in self._tables.projects.values() if not p.left), key=lambda p: p.code)

    async def search(self, words: str, limit: int) -> list[Project]:
        wanted = words.casefold().split()
        found = [p for p in await self.all() if wanted and all(word in _searched(p) for word in wanted)]
        return sorted(found, key=lambda p: _nearness(p, words.strip().casefold()))[:limit]

    async def save(self, project: Project) -> None:
        refer(self._tables.units, project.owner)
        refer(self._tables.people, project.served_by)
        self._tables.projects[project.code] = kept(project)

    async def issue_card(self, card: ServiceCard) -> None:
        refer(self._tables.projects, card.project)
        self._tables.service_cards[card.token] = kept(card)

    async def card(self, token: str) -> ServiceCard | None:
        return self._tables.service_cards.get(token)

    async def card_of(self, project: ProjectCode) -> ServiceCard | None:
        cards = [c for c in self._tables.service_cards.values() if c.project == project and c.revoked_at is None]
        return max(cards, key=lambda c: c.issued_at, default=None)

    async def revoke_card(self, token: str, at: datetime) -> None:
        card = self._tables.service_cards.get(token)
        if card is not None and card.revoked_at is None:
            self._tables.service_cards[token] = kept(replace(card, revoked_at=at))

    async def count_scan(self, token: str, person: PersonId, at: datetime) -> None:
        card = self._tables.service_cards.get(token)
        if card is not None:
            self._tables.scans.setdefault((person, card.project), kept(at))


def _searched(project: Project) -> str:
    return f"{project.code}\n{project.name}\n{project.district}".casefold()


def _nearness(project: Project, words: str) -> tuple[bool, bool, str]:
    """Its code first, then names that begin so, then by code."""
    return (
        project.code.casefold() != words,
        not project.name.casefold().startswith(words),
        project.code,
    )


class FakePeople:
    """Persons with their grants."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, person: PersonId) -> Person:
        return self._whole(self._tables.people[person])

    async def many(self, ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        known = {i for i in ids if i in self._tables.people}
        return {i: await self.get(i) for i in known}

    async def by_code(self, code: str) -> Person | None:
        return self._first(lambda p: p.code == code)

    async def by_user(self, user: UserId) -> Person | None:
        return self._first(lambda p: p.user_id == user)

    async def expect(self, users: Collection[UserId]) -> dict[UserId, Person]:
        """Nothing is quicker for being expected."""
        return {user: found for user in users if (found := await self.by_user(user)) is not None}

    async def all(self, *, left: bool = False) -> list[Person]:
        staff = [p for p in self._tables.people.values() if p.code is not None and (left or not p.left)]
        return [self._whole(p) for p in sorted(staff, key=lambda p: p.code or "")]

    async def holding(self, role: Role, scopes: Iterable[Scope]) -> list[Person]:
        wanted = set(scopes)
        return [p for p in await self.all() if any(g.role is role and g.scope in wanted for g in p.grants)]

    async def add(self, person: Person) -> Person:
        added = replace(person, id=PersonId(next_id(self._tables.people)), scanned=frozenset())
        self._write(added)
        return await self.get(added.id)

    async def save(self, person: Person) -> None:
        if person.id not in self._tables.people:
            raise LookupError(person.id)
        self._write(person)

    async def invite(self, invitation: Invitation) -> None:
        self._tables.invitations[invitation.token_sha256] = kept(invitation)

    async def invitation(self, token_sha256: str) -> Invitation | None:
        return self._tables.invitations.get(token_sha256)

    async def use_invitation(self, token_sha256: str, at: datetime) -> bool:
        invitation = self._tables.invitations.get(token_sha256)
        if invitation is None or invitation.used_at is not None:
            return False
        self._tables.invitations[token_sha256] = kept(replace(invitation, used_at=at))
        return True

    async def end_invitations(self, person: PersonId, at: datetime) -> None:
        for token, known in list(self._tables.invitations.items()):
            if known.person == person and known.used_at is None and known.expires_at > at:
                self._tables.invitations[token] = kept(replace(known, expires_at=at))

    async def absorb(self, guest: PersonId, person: PersonId) -> list[IssueId]:
        t = self._tables
        writing = {d.chat for d in t.drafts.values() if d.person == guest and d.state is DraftState.OPEN}
        close_drafts(t, [d for d in t.drafts.values() if d.person == person and d.chat in writing])
        t.drafts.update({d.id: replace(d, person=person) for d in t.drafts.values() if d.person == guest})
        t.media.update({m.id: replace(m, author=person) for m in t.media.values() if m.author == guest})
        for (who, project), at in list(t.scans.items()):
            if who == guest:
                del t.scans[who, project]
                t.scans.setdefault((person, project), at)
        t.people[guest] = replace(t.people[guest], user_id=None)
        return sorted(i.id for i in t.issues.values() if i.reporter == guest)

    def _first(self, wanted: Callable[[Person], bool]) -> Person | None:
        found = next((p for p in self._tables.people.values() if wanted(p)), None)
        return found and self._whole(found)

    def _whole(self, person: Person) -> Person:
        scanned = frozenset(project for who, project in self._tables.scans if who == person.id)
        return replace(person, scanned=scanned)

    def _write(self, person: Person) -> None:
        for other in self._tables.people.values():
            same_code = person.code is not None and other.code == person.code
            same_user = person.user_id is not None and other.user_id == person.user_id
            if other.id != person.id and (same_code or same_user):
                raise ValueError(f"code or account already taken by person {other.id}")
        refer(self._tables.units, person.unit)
        refer(self._tables.projects, person.current_project)
        self._tables.people[person.id] = kept(replace(person, scanned=frozenset()))
