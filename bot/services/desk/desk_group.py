"""The desk as a group: its members read what the desk reads, and each press there counts for who presses (conversations.md)."""

from bot.domain.errors import NotAllowed
from bot.domain.ids import ChatId
from bot.domain.issue import Category
from bot.domain.journal import Event, Record
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person
from bot.domain.permissions import Access, may_bind
from bot.services.desk.desk_cases import topic_name
from bot.services.turn import Turn


async def begin(turn: Turn, person: Person, chat: ChatId, topic: int | None, *, forum: bool = False) -> None:
    """This group is the desk from now on; one that was before is told. The desk sees the whole city: so must who opens it
    to a group. A forum gets its topics (bot/telegram/topics.py); asked again, what it did not get. Raises NotAllowed."""
    _check(person)
    before = await turn.uow.desks.chat()
    await turn.uow.desks.bind(chat, forum=forum)
    topics = turn.policy.desk_topics if forum else "none"
    if topics == "category":
        await turn.uow.desks.want(chat, [topic_name(category) for category in Category])
    if before == chat:
        await turn.uow.desks.retry(chat)
    else:
        await _note(turn, person, Event.DESK, chat)
    if before is not None and before != chat:
        await turn.tell(Message(before, "groups/desk", {"is": False, "was": True, "topics": "none"}))
    facts = {"is": True, "was": before == chat, "topics": topics}
    await turn.tell(Message(chat, "groups/desk", facts, topic=topic))


async def end(turn: Turn, person: Person, chat: ChatId, topic: int | None) -> None:
    """The desk no more: nothing comes here, and what hangs here is not drawn any more. Raises NotAllowed."""
    _check(person)
    was = await turn.uow.desks.end(chat)
    if was:
        await _note(turn, person, Event.UNDESK, chat)
    await turn.tell(Message(chat, "groups/desk", {"is": False, "was": was, "topics": "none"}, topic=topic))


async def _note(turn: Turn, person: Person, event: Event, chat: ChatId) -> None:
    await turn.uow.journal.note(Record(event, f"chat:{chat}", turn.now, person.id))


def _check(person: Person) -> None:
    if not may_bind(person, CITY):
        raise NotAllowed(action=Access.BIND_GROUP.value)
