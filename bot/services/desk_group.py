"""The desk as a group: its members read what the desk reads, and each press there counts for who presses (conversations.md)."""

from bot.domain.errors import NotAllowed
from bot.domain.ids import ChatId
from bot.domain.issue import Issue
from bot.domain.journal import Event, Record
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person
from bot.domain.permissions import Access, may_bind
from bot.services import cards
from bot.services.turn import Turn


async def begin(turn: Turn, person: Person, chat: ChatId, topic: int | None) -> None:
    """This group is the desk from now on; one that was before is told. The desk sees the whole city: so must who opens it
    to a group. Raises NotAllowed."""
    _check(person)
    before = await turn.uow.desks.chat()
    if before != chat:
        await turn.uow.desks.bind(chat)
        await _note(turn, person, Event.DESK, chat)
    if before is not None and before != chat:
        await turn.tell(Message(before, "groups/desk", {"is": False, "was": True}))
    await turn.tell(Message(chat, "groups/desk", {"is": True, "was": before == chat}, topic=topic))


async def end(turn: Turn, person: Person, chat: ChatId, topic: int | None) -> None:
    """The desk no more: nothing comes here, and what hangs here is not drawn any more. Raises NotAllowed."""
    _check(person)
    was = await turn.uow.desks.end(chat)
    if was:
        await _note(turn, person, Event.UNDESK, chat)
    await turn.tell(Message(chat, "groups/desk", {"is": False, "was": was}, topic=topic))


async def announce(turn: Turn, issue: Issue) -> None:
    """A new case, if there is such a group: its evidence, and under it the card with the desk's buttons."""
    if (chat := await turn.uow.desks.chat()) is not None:
        await cards.send_evidence(turn, chat, issue, await turn.uow.evidence.of_issue(issue.id))
        await turn.tell(cards.desk_of(chat, issue.id, fresh=True))


async def _note(turn: Turn, person: Person, event: Event, chat: ChatId) -> None:
    await turn.uow.journal.note(Record(event, f"chat:{chat}", turn.now, person.id))


def _check(person: Person) -> None:
    if not may_bind(person, CITY):
        raise NotAllowed(action=Access.BIND_GROUP.value)
