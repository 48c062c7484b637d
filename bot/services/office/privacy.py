"""/privacy: what is kept of a person, their own copy of it, and their wish to be erased, which an administrator grants."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain import journal
from bot.domain.changes import change_of
from bot.domain.errors import NotAllowed, PersonUnknown
from bot.domain.history import Action
from bot.domain.ids import ChatId, PersonId
from bot.domain.issue import Issue
from bot.domain.journal import Event, Record
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.domain.privacy import ERASED, marks_of, scrub
from bot.services.desk.successors import pass_on_stranded
from bot.services.issues import cards
from bot.services.office import rules
from bot.services.turn import Turn

CARD = "privacy"
ASKED, GRANTED, ERASING = "asked", "granted:", "files:"  # what the fact of a wish says, in this order; then nothing


async def show(turn: Turn, person: Person, chat: ChatId, asked: str = "", *, fresh: bool = False) -> None:
    """What is kept, with buttons. `asked` 'erase': the question whether it is meant."""
    facts = {"person": person.id, "asked": asked}
    await turn.tell(Message(chat, "privacy/kept", facts, card=CARD, fresh=fresh))


async def export(turn: Turn, person: Person, chat: ChatId) -> None:
    """Their own copy, as a file."""
    await turn.tell(Message(chat, "privacy/file", {"person": person.id}))


async def ask(turn: Turn, person: Person, chat: ChatId) -> None:
    """The administrators are asked; asking again changes nothing."""
    if not await _wish(turn, person.id):
        await turn.uow.facts.put(_fact(person.id), ASKED)
        await _note(turn, Event.ERASE_ASKED, person.id, person.id)
        for admin in await rules.admins(turn):
            await turn.tell(_request(ChatId(admin.user_id or 0), person.id, fresh=True))
    await show(turn, person, chat)


async def decide(turn: Turn, admin: Person, chat: ChatId, who: PersonId, *, grant: bool) -> bool:
    """An administrator's word on a wish; False if there is none any more. Raises NotAllowed, PersonUnknown."""
    if admin.id not in {person.id for person in await rules.admins(turn)}:
        raise NotAllowed(action="people")
    person = (await turn.uow.people.many([who])).get(who)
    if person is None:
        raise PersonUnknown(given=str(who))
    waited = await _wish(turn, who) == ASKED
    if waited:
        await turn.uow.facts.put(_fact(who), f"{GRANTED}{admin.id}" if grant else "")
        await (_granted(turn, person) if grant else _refused(turn, person, admin))
        for where in await turn.uow.cards.chats_with(_card(who)):
            await turn.tell(_request(where, who))
    await turn.tell(_request(chat, who))
    return waited


async def grant(turn: Turn, code: str) -> PersonId:
    """By the office's command line: nobody needs to have asked. Raises PersonUnknown."""
    person = await turn.uow.people.by_code(code)
    if person is None:
        raise PersonUnknown(given=code)
    await turn.uow.facts.put(_fact(person.id), GRANTED)
    return person.id


async def granted(turn: Turn) -> list[PersonId]:
    """Whose wish is granted and not yet carried out, or not to its end."""
    found = await turn.uow.facts.starting(_fact(""))
    return [
        PersonId(int(name.partition(":")[2])) for name, wish in found.items() if wish.startswith((GRANTED, ERASING))
    ]


async def busy(turn: Turn, who: PersonId) -> bool:
    """Better wait: something of theirs is still to be handled or said."""
    return await turn.uow.privacy.busy(await turn.uow.people.get(who))


async def erase(turn: Turn, who: PersonId) -> list[str]:
    """Carry it out; returns the SHA-256 of files to remove. Until `forget` and `erased` are called these, and the marks, are known
    again after a crash."""
    wish = await _wish(turn, who)
    if wish.startswith(ERASING):
        return await turn.uow.evidence.unused(_left(wish)["files"])
    by = wish.removeprefix(GRANTED)
    person = await turn.uow.people.get(who)
    await pass_on_stranded(turn, replace(person, grants=frozenset()))
    marks = marks_of(person.name, person.user_id, await turn.uow.privacy.own_texts(who))
    emptied, files = await turn.uow.privacy.erase(person, marks)
    await turn.uow.people.save(_nobody(person))
    for issue in await turn.uow.privacy.issues_with(marks):
        await _scrub(turn, issue, marks)
    await turn.uow.facts.put(_fact(who), ERASING + json.dumps({"files": files, "marks": marks}, ensure_ascii=False))
    record = Record(
        Event.ERASE, journal.person(who), turn.now, PersonId(int(by)) if by else None, {}, {"words": emptied}
    )
    await turn.uow.journal.note(record)
    for chat in await turn.uow.cards.chats_with(_card(who)):
        await turn.tell(_request(chat, who))
    return files


async def forget(turn: Turn, who: PersonId) -> None:
    """What knew the person when they were erased, a message that was just being split into parts, has been written down by now:
    it goes, and so do the marks by which it was known."""
    left = _left(await _wish(turn, who))
    await turn.uow.privacy.scrub(left["marks"])
    await turn.uow.facts.put(_fact(who), ERASING + json.dumps(left | {"marks": []}))


async def erased(turn: Turn, who: PersonId) -> None:
    """The files are gone too."""
    await turn.uow.facts.put(_fact(who), "")


def _nobody(person: Person) -> Person:
    """A number without a name. Without a code too: the next import makes a new person of it."""
    return Person(person.id, None, ERASED, left=True, reachable=False)


async def _scrub(turn: Turn, issue: Issue, marks: list[str]) -> None:
    """What tells who it was goes out of an issue's words, as a new line of its history."""
    place = replace(issue.place, title=scrub(issue.place.title, marks)) if issue.place else None
    said = {"description": scrub(issue.description, marks), "result": scrub(issue.result, marks), "place": place}
    await turn.uow.privacy.new_salt(issue.id, secrets.token_hex(16))
    await turn.uow.issues.save(change_of(issue, Action.ERASE, None, turn.now, "", said))
    await cards.refresh(turn, issue.id)


async def _granted(turn: Turn, person: Person) -> None:
    if person.user_id is not None:
        await turn.tell(Message(ChatId(person.user_id), "privacy/answer", {"granted": True}))


async def _refused(turn: Turn, person: Person, admin: Person) -> None:
    await _note(turn, Event.ERASE_REFUSED, person.id, admin.id)
    if person.user_id is not None:
        await turn.tell(Message(ChatId(person.user_id), "privacy/answer", {"granted": False}))


async def _note(turn: Turn, event: Event, who: PersonId, by: PersonId) -> None:
    await turn.uow.journal.note(Record(event, journal.person(who), turn.now, by))


async def _wish(turn: Turn, who: PersonId) -> str:
    return await turn.uow.facts.get(_fact(who)) or ""


def _left(wish: str) -> dict[str, list[str]]:
    """Files and marks that are still there."""
    left = json.loads(wish.removeprefix(ERASING))
    return {"files": left, "marks": []} if isinstance(left, list) else left  # a list: from before marks were kept


def _fact(who: PersonId | str) -> str:
    return f"erase:{who}"


def _card(who: PersonId) -> str:
    return f"erase:{who}"


def _request(chat: ChatId, who: PersonId, *, fresh: bool = False) -> Message:
    return Message(chat, "privacy/request", {"person": who}, card=_card(who), fresh=fresh)


async def load_kept(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """`privacy/kept`: the truth of the moment, for the person alone."""
    if viewer is None or viewer.id != facts["person"]:
        return {**facts, "hidden": True}
    return {
        **facts,
        "hidden": False,
        "name": viewer.name,
        "code": viewer.code or "",
        "roles": sorted({grant.role.value for grant in viewer.grants}),
        "kept": dict(await turn.uow.privacy.kept(viewer.id)),
        "days": turn.policy.inbox_days,
        "wish": bool(await _wish(turn, viewer.id)),
    }


async def load_request(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """`privacy/request`: who asks, as long as there is a name. `state`: 'asked', 'granted', 'erased' or 'over'."""
    person, wish = await turn.uow.people.get(PersonId(facts["person"])), await _wish(turn, PersonId(facts["person"]))
    state = "asked" if wish == ASKED else "granted" if wish.startswith(GRANTED) else "over"
    state = "erased" if person.name == ERASED else state
    hidden = viewer is None or viewer.id not in {admin.id for admin in await rules.admins(turn)}
    return {**facts, "state": state, "hidden": hidden, "name": person.name, "code": person.code or ""}


LOADERS = {"privacy/kept": load_kept, "privacy/request": load_request}
