"""Who people are to the office: found by their account, invited, spoken to in their language; and projects' service cards."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain import commands
from bot.domain.errors import PersonUnknown, ProjectUnknown
from bot.domain.ids import ChatId, PersonId, ProjectCode, UserId
from bot.domain.incoming import Account
from bot.domain.messages import Message
from bot.domain.organisation import Invitation, Person, Project, ServiceCard
from bot.services.turn import Turn

NAME_LENGTH = 128  # characters of a guest's name: Telegram's first and last name together
TOKEN_BYTES = 24  # 192 bits; 32 characters of a deep link's 64


def new_token() -> str:
    """For a deep link: nobody guesses it."""
    return secrets.token_urlsafe(TOKEN_BYTES)


async def recognise(turn: Turn, account: Account) -> Person | None:
    """The person behind an account. Whoever writes is reachable again, and is spoken to in Telegram's language if
    nobody said otherwise."""
    person = await turn.uow.people.by_user(account.user)
    if person is None or person.left:
        return person
    known = replace(person, reachable=True, language=person.language or account.language)
    if known != person:
        await turn.uow.people.save(known)
    return known


async def guest(turn: Turn, known: Person | None, account: Account, *, reachable: bool = True) -> Person:
    """Who reports with this account: the known person; a new guest for a stranger, and for one who has left the office.

    `reachable`: they have a private chat with the bot.
    """
    if known is not None and not known.left:
        return known
    if known is not None:
        await release(turn, known)
    name, language = account.name[:NAME_LENGTH], account.language
    new = Person(PersonId(0), None, name, language=language, user_id=account.user, reachable=reachable)
    return await turn.uow.people.add(new)


async def knock(turn: Turn, user: UserId) -> bool:
    """Count somebody without a role; True if they are to be answered now."""
    return await turn.uow.strangers.knock(user, turn.now, turn.policy.stranger_minutes)


async def invite(turn: Turn, code: str) -> tuple[str, datetime]:
    """A new one-time token for the person and when it expires. Raises PersonUnknown."""
    person = await turn.uow.people.by_code(code)
    if person is None or person.left:
        raise PersonUnknown(given=code)
    token, expires = new_token(), turn.now + timedelta(days=turn.policy.invitation_days)
    await turn.uow.people.invite(Invitation(digest(token), person.id, expires))
    return token, expires


async def release(turn: Turn, person: Person) -> Person:
    """The account belongs to nobody any more."""
    free = replace(person, user_id=None)
    await turn.uow.people.save(free)
    return free


async def service_cards(turn: Turn) -> list[tuple[Project, str]]:
    """Every project with the token of its card in force; cards not yet issued are issued now."""
    return [
        (project, await _card_token(turn, project)) for project in await turn.uow.projects.all() if not project.left
    ]


async def _card_token(turn: Turn, project: Project) -> str:
    card = await turn.uow.projects.card_of(project.code)
    return card.token if card is not None else await _issue_card(turn, project.code)


async def _issue_card(turn: Turn, code: ProjectCode) -> str:
    card = ServiceCard(new_token(), code, turn.now)
    await turn.uow.projects.issue_card(card)
    return card.token


async def revoke_card(turn: Turn, code: ProjectCode) -> None:
    """The project's card opens nothing from now on. Raises ProjectUnknown."""
    await _known_project(turn, code)
    card = await turn.uow.projects.card_of(code)
    if card is not None:
        await turn.uow.projects.revoke_card(card.token, turn.now)


async def reissue_card(turn: Turn, code: ProjectCode) -> str:
    """A new card's token instead of the old one. Raises ProjectUnknown."""
    await revoke_card(turn, code)
    return await _issue_card(turn, code)


async def _known_project(turn: Turn, code: ProjectCode) -> Project:
    try:
        return await turn.uow.projects.get(code)
    except LookupError:
        raise ProjectUnknown(given=code) from None


async def set_language(turn: Turn, person: Person, language: str) -> Person:
    """From the next message on; 'zh' or 'en'."""
    person = replace(person, language=language)
    await turn.uow.people.save(person)
    return person


async def welcome(turn: Turn, person: Person, chat: ChatId, *, bound: bool = False) -> None:
    """Who they are to the bot and what they can do here."""
    project = await turn.uow.projects.get(person.current_project) if person.current_project else None
    facts = {
        "name": person.name,
        "guest": person.is_guest,
        "bound": bound,
        "roles": sorted({grant.role.value for grant in person.grants}),
        "project": project.name if project else "",
    }
    await turn.tell(Message(chat, "start/welcome", facts))


def commands_for(person: Person | None, *, group: bool = False) -> Sequence[tuple[str, str]]:
    """(name, description as a source text) of the commands for this person's menu (setMyCommands)."""
    return [(command.name, command.description) for command in commands.open_to(person, group=group)]


async def help_for(turn: Turn, person: Person | None, chat: ChatId, topic: int | None = None) -> None:
    """The commands this person may use there; in private also those that work in groups only."""
    group = chat < 0
    here = commands.open_to(person, group=group)
    elsewhere = [] if group else [c for c in commands.open_to(person, group=True) if c not in here]
    facts: dict[str, Any] = {"commands": _listed(here), "elsewhere": _listed(elsewhere), "group": group}
    if person is not None and person.language:  # in a group, too, it is for who asked
        facts["language"] = person.language
    await turn.tell(Message(chat, "settings/help", facts, topic=topic))


def _listed(found: Sequence[commands.Command]) -> list[dict[str, str]]:
    return [{"name": c.name, "words": c.words, "description": c.description} for c in found]


def digest(token: str) -> str:
    """All that is kept of an invitation's token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
