"""The desk as a group: its members read what the desk reads, and each press there counts for who presses (conversations.md)."""

from dataclasses import replace

from bot.domain.errors import NotAllowed
from bot.domain.ids import ChatId
from bot.domain.issue import Category, Issue
from bot.domain.journal import Event, Record
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person
from bot.domain.permissions import Access, may_bind
from bot.services import cards
from bot.services.turn import Turn


async def begin(turn: Turn, person: Person, chat: ChatId, topic: int | None, *, forum: bool = False) -> None:
    """This group is the desk from now on; one that was before is told. The desk sees the whole city: so must who opens it
    to a group. A forum gets its topics (bot/telegram/topics.py). Raises NotAllowed."""
    _check(person)
    before = await turn.uow.desks.chat()
    if before != chat:
        await turn.uow.desks.bind(chat)
        await _note(turn, person, Event.DESK, chat)
    topics = forum and turn.policy.desk_topics == "category"
    if topics:
        await turn.uow.desks.want(chat, [topic_name(category) for category in Category])
    if before is not None and before != chat:
        await turn.tell(Message(before, "groups/desk", {"is": False, "was": True, "topics": False}))
    facts = {"is": True, "was": before == chat, "topics": topics}
    await turn.tell(Message(chat, "groups/desk", facts, topic=topic))


async def end(turn: Turn, person: Person, chat: ChatId, topic: int | None) -> None:
    """The desk no more: nothing comes here, and what hangs here is not drawn any more. Raises NotAllowed."""
    _check(person)
    was = await turn.uow.desks.end(chat)
    if was:
        await _note(turn, person, Event.UNDESK, chat)
    await turn.tell(Message(chat, "groups/desk", {"is": False, "was": was, "topics": False}, topic=topic))


async def announce(turn: Turn, issue: Issue) -> None:
    """A new case, if there is such a group: its evidence, and under it the card with the desk's buttons."""
    if (chat := await turn.uow.desks.chat()) is None:
        return
    by_category = turn.policy.desk_topics == "category"
    topic = await turn.uow.desks.topic(chat, topic_name(issue.category)) if by_category else None
    await cards.send_evidence(turn, chat, issue, await turn.uow.evidence.of_issue(issue.id), topic)
    await turn.tell(replace(cards.desk_of(chat, issue.id, fresh=True), topic=topic))


def topic_name(category: Category) -> str:
    """What the store calls the topic of a category."""
    return f"category:{category.value}"


async def _note(turn: Turn, person: Person, event: Event, chat: ChatId) -> None:
    await turn.uow.journal.note(Record(event, f"chat:{chat}", turn.now, person.id))


def _check(person: Person) -> None:
    if not may_bind(person, CITY):
        raise NotAllowed(action=Access.BIND_GROUP.value)
