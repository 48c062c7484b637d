"""Persons with their grants and the cards they opened."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import String, bindparam, cast, delete, exists, func, insert, select, tuple_, update

from bot.domain.draft import DraftState
from bot.domain.ids import IssueId, PersonId, UserId
from bot.domain.organisation import Grant, Invitation, Person, Role, Scope, ScopeKind
from storage.repositories.repository import AnyRow, AnySelect, Repository
from storage.tables import drafts, grants, invitations, issues, media, people, scans

_FIELDS = tuple(name for name in people.c.keys() if name != "id")  # noqa: SIM118 - a column collection is no mapping
_UNIT, _RECORD = "\x1f", "\x1e"  # separate what no name or code contains


def _text(column: Any) -> Any:
    return cast(column, String)


# grants and scans come along as text, so that a person is one row of one statement
_GRANTS = (
    select(
        func.aggregate_strings(
            _text(grants.c.role) + _UNIT + _text(grants.c.scope_kind) + _UNIT + grants.c.scope_value, _RECORD
        )
    )
    .where(grants.c.person == people.c.id)
    .scalar_subquery()
)
_SCANS = select(func.aggregate_strings(scans.c.project, _RECORD)).where(scans.c.person == people.c.id).scalar_subquery()
_PERSON: AnySelect = select(people, _GRANTS.label("grants"), _SCANS.label("scanned"))
_OFFICE = _PERSON.where(people.c.code.is_not(None)).order_by(people.c.code)
_BY_ID = _PERSON.where(people.c.id == bindparam("sought"))
_BY_CODE = _PERSON.where(people.c.code == bindparam("sought"))
_BY_USER = _PERSON.where(people.c.user_id == bindparam("sought"))
_BY_USERS = _PERSON.where(people.c.user_id.in_(bindparam("sought", expanding=True)))
# a question of its own: one that waits for a lock sees the row as it is then, but grants and scans as they were before
_HOLD = (
    select(people.c.id)
    .where(people.c.user_id.in_(bindparam("sought", expanding=True)))
    .order_by(people.c.id)
    .with_for_update(key_share=True)
)
_STAFF = _OFFICE.where(~people.c.left)
_HOLDING = _STAFF.where(
    exists().where(
        grants.c.person == people.c.id,
        grants.c.role == bindparam("sought_role", type_=grants.c.role.type),
        tuple_(grants.c.scope_kind, grants.c.scope_value).in_(bindparam("scopes", expanding=True)),
    )
)


class SqlPeople(Repository):
    """Keeps `bot.ports.People`."""

    async def get(self, person: PersonId) -> Person:
        """LookupError if there is none."""
        row = await self._first(_BY_ID, {"sought": person})
        if row is None:
            raise LookupError(person)
        return _person(row)

    async def many(self, ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Several at once, those who left too; read anew each time, as `SqlEvidence.of_issues`."""
        rows = (await self._run(_PERSON.where(people.c.id.in_(set(ids))))).all()
        return {row.id: _person(row) for row in rows}

    async def by_code(self, code: str) -> Person | None:
        """By the office's code."""
        row = await self._first(_BY_CODE, {"sought": code})
        return None if row is None else _person(row)

    async def by_user(self, user: UserId) -> Person | None:
        """By the bound Telegram account."""
        return await self._once(people, user, partial(self._by_user, user))

    async def expect(self, users: Collection[UserId]) -> dict[UserId, Person]:
        """Who is behind these accounts is asked next: read it in one go, and let nobody change them meanwhile. Those who are
        not there may come."""
        found = await self._by_users(users) if users else {}
        strangers = dict.fromkeys(users) if self._session.undisturbed else {}
        self._keep(people, strangers | found)
        return found

    async def all(self, *, left: bool = False) -> list[Person]:
        """Persons of the office that have not left, by code; with `left` those too."""
        return [_person(row) for row in await self._all(_OFFICE if left else _STAFF)]

    async def holding(self, role: Role, scopes: Iterable[Scope]) -> list[Person]:
        """Who holds the role for exactly one of the scopes, by code."""
        wanted = tuple((scope.kind.value, scope.value) for scope in scopes)
        return list(await self._once(people, (role, wanted), partial(self._holding, role, wanted), steady=True))

    async def add(self, person: Person) -> Person:
        """Insert; its id is ignored."""
        given = PersonId(await self._value(insert(people).values(_row(person)).returning(people.c.id)))
        await self._grant(given, person.grants)
        return await self.get(given)

    async def save(self, person: Person) -> None:
        """Update every field, grants included. LookupError if there is none."""
        done = await self._run(update(people).where(people.c.id == person.id).values(_row(person)))
        if done.rowcount == 0:
            raise LookupError(person.id)
        held = (await self.get(person.id)).grants
        await self._revoke(person.id, held - person.grants)
        await self._grant(person.id, person.grants - held)

    async def invite(self, invitation: Invitation) -> None:
        """Keep an invitation: the SHA-256 of its token, never the token."""
        await self._run(insert(invitations).values({name: getattr(invitation, name) for name in _INVITATION}))

    async def invitation(self, token_sha256: str) -> Invitation | None:
        """By the SHA-256 of its token."""
        row = await self._first(select(invitations).where(invitations.c.token_sha256 == token_sha256))
        return None if row is None else Invitation(*row)

    async def use_invitation(self, token_sha256: str, at: datetime) -> bool:
        """Mark it used; whoever comes second gets False."""
        unused = (invitations.c.token_sha256 == token_sha256, invitations.c.used_at.is_(None))
        return (await self._run(update(invitations).where(*unused).values(used_at=at))).rowcount == 1

    async def end_invitations(self, person: PersonId, at: datetime) -> None:
        """Let those of the person that are still good expire now."""
        good = (invitations.c.person == person, invitations.c.used_at.is_(None), invitations.c.expires_at > at)
        await self._run(update(invitations).where(*good).values(expires_at=at))

    async def absorb(self, guest: PersonId, person: PersonId) -> list[IssueId]:
        """Hand a guest's drafts, media and scans over to the person, and free the account."""
        await self._close_older_drafts(guest, person)
        await self._run(update(drafts).where(drafts.c.person == guest).values(person=person))
        await self._run(update(media).where(media.c.author == guest).values(author=person))
        seen = select(scans.c.project).where(scans.c.person == person)
        await self._run(delete(scans).where(scans.c.person == guest, scans.c.project.in_(seen)))
        await self._run(update(scans).where(scans.c.person == guest).values(person=person))
        await self._run(update(people).where(people.c.id == guest).values(user_id=None))
        reported = await self._all(select(issues.c.id).where(issues.c.reporter == guest).order_by(issues.c.id))
        return [row.id for row in reported]

    async def _by_user(self, user: UserId) -> Person | None:
        row = await self._first(_BY_USER, {"sought": user})
        return None if row is None else _person(row)

    async def _by_users(self, users: Collection[UserId]) -> dict[UserId, Person]:
        if not self._session.undisturbed:
            await self._run(_HOLD, {"sought": list(users)})
        rows = await self._all(_BY_USERS, {"sought": list(users)})
        return {row.user_id: _person(row) for row in rows}

    async def _holding(self, role: Role, scopes: Sequence[tuple[str, str]]) -> list[Person]:
        rows = await self._all(_HOLDING, {"sought_role": role, "scopes": list(scopes)}) if scopes else []
        return [_person(row) for row in rows]

    async def _close_older_drafts(self, guest: PersonId, person: PersonId) -> None:
        """At most one is open per person and chat: the guest's is the one being written."""
        chats = select(drafts.c.chat).where(drafts.c.person == guest, drafts.c.state == DraftState.OPEN)
        older = (drafts.c.person == person, drafts.c.state == DraftState.OPEN, drafts.c.chat.in_(chats))
        await self._run(update(drafts).where(*older).values(state=DraftState.CANCELLED))

    async def _grant(self, person: PersonId, given: frozenset[Grant]) -> None:
        if given:
            await self._run(insert(grants), [_grant_row(person, grant) for grant in sorted(given)])

    async def _revoke(self, person: PersonId, taken: frozenset[Grant]) -> None:
        keys = tuple_(grants.c.role, grants.c.scope_kind, grants.c.scope_value)
        gone = [(grant.role.value, grant.scope.kind.value, grant.scope.value) for grant in taken]
        if gone:
            await self._run(delete(grants).where(grants.c.person == person, keys.in_(gone)))


_INVITATION = tuple(invitations.c.keys())


def _row(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in _FIELDS}


def _grant_row(person: PersonId, grant: Grant) -> dict[str, Any]:
    scope = grant.scope
    return {"person": person, "role": grant.role, "scope_kind": scope.kind, "scope_value": scope.value}


def _person(row: AnyRow) -> Person:
    values: dict[str, Any] = dict(row._mapping)
    values["grants"] = frozenset(_grant(record.split(_UNIT)) for record in _records(row.grants))
    values["scanned"] = frozenset(_records(row.scanned))
    return Person(**values)


def _records(joined: str | None) -> list[str]:
    return joined.split(_RECORD) if joined else []


def _grant(parts: Sequence[str]) -> Grant:
    role, kind, value = parts
    return Grant(Role(role), Scope(ScopeKind(kind), value))
