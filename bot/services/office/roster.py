"""/people: who of each unit has bound an account, who has not (未激活) and who left; admins invite and revoke."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain import journal
from bot.domain.errors import NotAllowed, PersonUnknown
from bot.domain.ids import ChatId, PersonId
from bot.domain.journal import Event, Record
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person, Scope, ScopeKind, Unit
from bot.domain.permissions import COMMANDS, Access, may_use
from bot.services.desk.successors import pass_on_stranded
from bot.services.digests.digests import name_of
from bot.services.people import people
from bot.services.turn import Turn

PAGE = 8
CARD = "list:people"


async def units(turn: Turn, viewer: Person, chat: ChatId, page: int = 0, *, fresh: bool = True) -> None:
    """The units the viewer manages, with how many of their people are active. Raises NotAllowed."""
    seen = await _units_of(turn, viewer)
    everybody = await turn.uow.people.all()
    first, last = _window(page, len(seen))
    rows = [{"index": index, **_unit_row(seen[index], everybody)} for index in range(first, last)]
    facts = {"view": "units", "rows": rows, "page": first // PAGE, "more": last < len(seen)}
    await _tell(turn, chat, facts, fresh=fresh)


async def members(turn: Turn, viewer: Person, chat: ChatId, index: int, page: int = 0) -> None:
    """The people of a unit (by its place in the viewer's list): active, not activated, left. Raises NotAllowed."""
    seen = await _units_of(turn, viewer)
    if not 0 <= index < len(seen):
        await units(turn, viewer, chat, fresh=False)
        return
    there = [person for person in await turn.uow.people.all(left=True) if person.unit == seen[index].code]
    there.sort(key=lambda person: (person.left, person.user_id is not None, person.code))
    first, last = _window(page, len(there))
    facts = {
        "view": "members",
        "unit": seen[index].name,
        "index": index,
        "rows": [_person_row(person) for person in there[first:last]],
        "page": first // PAGE,
        "more": last < len(there),
    }
    await _tell(turn, chat, facts)


async def member(turn: Turn, viewer: Person, chat: ChatId, who: PersonId, asked: str = "") -> None:
    """One person: state, roles, and what an admin may do. `asked` 'revoke': shows the question. Raises NotAllowed."""
    person, index = await _managed(turn, viewer, who)
    facts = {
        "view": "member",
        "index": index,
        "person": _person_row(person),
        "roles": [
            {"role": grant.role.value, "scope": await name_of(turn, grant.scope)} for grant in sorted(person.grants)
        ],
        "admin": _is_admin(viewer) and not person.left,
        "self": person.id == viewer.id,
        "bare": person.user_id is None and not person.grants,  # nothing left to revoke
        "asked": asked,
    }
    await _tell(turn, chat, facts)


async def invite(turn: Turn, admin: Person, chat: ChatId, who: PersonId, bot_name: str) -> None:
    """A one-time link for the person, told to the admin who hands it on. `bot_name`: the bot's, without @.

    Raises NotAllowed, PersonUnknown.
    """
    _check(_is_admin(admin))
    person, _ = await _managed(turn, admin, who)
    token, expires = await people.invite(turn, person.code or "")
    facts = {
        "name": person.name,
        "rebinds": person.user_id is not None,
        "link": f"https://t.me/{bot_name}?start=i_{token}",
        "expires": expires.isoformat(),
    }
    await turn.tell(Message(chat, "roster/invitation", facts))


async def revoke(turn: Turn, admin: Person, chat: ChatId, who: PersonId) -> Person:
    """Unbind the account, end every role and open invitation; the next press finds a stranger, open tasks go to who comes
    next. Never one's own. Raises NotAllowed."""
    _check(_is_admin(admin) and who != admin.id)
    person, _ = await _managed(turn, admin, who)
    stripped = replace(person, user_id=None, grants=frozenset())
    await turn.uow.people.save(stripped)
    before, after = journal.roles(person.grants), journal.roles(frozenset())
    await turn.uow.journal.note(Record(Event.REVOKE, journal.person(who), turn.now, admin.id, before, after))
    await turn.uow.people.end_invitations(who, turn.now)
    await pass_on_stranded(turn, stripped)
    await member(turn, admin, chat, who)
    return stripped


def _is_admin(person: Person) -> bool:
    return may_use(person, Access.ACCOUNTS)


def _check(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(action=Access.PEOPLE.value)


async def _managed(turn: Turn, viewer: Person, who: PersonId) -> tuple[Person, int]:
    """The person and the place of their unit in the viewer's list. What one does not manage does not exist for one."""
    seen = await _units_of(turn, viewer)
    person = (await turn.uow.people.many([who])).get(who)
    places = [index for index, unit in enumerate(seen) if person is not None and unit.code == person.unit]
    if person is None or not places:
        raise PersonUnknown(given=str(who))
    return person, places[0]


async def _units_of(turn: Turn, viewer: Person) -> list[Unit]:
    """By code: all of a city's, a district's, or the one. Raises NotAllowed."""
    _check(may_use(viewer, Access.PEOPLE))
    held = {grant.scope for grant in viewer.grants if grant.role in COMMANDS[Access.PEOPLE]}
    return [unit for unit in await turn.uow.units.all() if held & _scopes_over(unit)]


def _scopes_over(unit: Unit) -> set[Scope]:
    return {CITY, Scope(ScopeKind.DISTRICT, unit.district), Scope(ScopeKind.UNIT, unit.code)}


def _unit_row(unit: Unit, everybody: Sequence[Person]) -> dict[str, Any]:
    there = [person for person in everybody if person.unit == unit.code]
    return {"name": unit.name, "active": sum(p.user_id is not None for p in there), "people": len(there)}


def _person_row(person: Person) -> dict[str, Any]:
    """`state`: 'active', 'blocked' (bound, but blocked the bot), 'unbound' or 'left'."""
    state = "left" if person.left else "unbound" if person.user_id is None else "active"
    if state == "active" and not person.reachable:
        state = "blocked"
    return {"id": person.id, "code": person.code, "name": person.name, "state": state}


def _window(page: int, count: int) -> tuple[int, int]:
    """First and behind the last row of a page; the last page if it is beyond."""
    page = max(0, min(page, (count - 1) // PAGE)) if count else 0
    return page * PAGE, min((page + 1) * PAGE, count)


async def _tell(turn: Turn, chat: ChatId, facts: dict[str, Any], *, fresh: bool = False) -> None:
    await turn.tell(Message(chat, "roster/people", facts, card=CARD, fresh=fresh))
