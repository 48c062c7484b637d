"""The card of an issue: one message per chat, drawn anew in place whenever the issue changes (conversations.md: ground rules)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.draft import Media, MediaState
from bot.domain.errors import GroupUnbound, IssueUnknown, NotYours
from bot.domain.ids import ChatId, IssueId, MessageId
from bot.domain.issue import Issue
from bot.domain.messages import Message, issue_card
from bot.domain.organisation import Person
from bot.domain.permissions import may_view
from bot.services.issues.issue_facts import issue_facts
from bot.services.people import bound
from bot.services.people.staff import chat_of
from bot.services.turn import Turn

__all__ = [
    "bring",
    "check_sight",
    "issue_facts",
    "notify",
    "open_menu",
    "photos",
    "redraw",
    "refresh",
    "send_evidence",
    "show",
    "shown_at",
]

ALBUM = 10  # files of one media group (Bot API)


def desk_card(issue: int) -> str:
    """The card name of a desk's message that shows the issue now and the next one later."""
    return f"desk:{issue}"


def ask_card(issue: int) -> str:
    """The card name of the question whether a solution is real."""
    return f"ask:{issue}"


async def refresh(turn: Turn, issue: IssueId) -> None:
    """Draw the issue's messages anew in every chat that has them: its card, a desk that shows it, the question to its reporter."""
    for message in [*await _cards(turn, issue), *await _desks(turn, issue), *await _questions(turn, issue)]:
        await turn.tell(message)


async def redraw(turn: Turn, chat: ChatId | None, issue: IssueId) -> None:
    """The same in one chat, and at the group that is the desk: nothing changed, but what hangs there may be an open chooser
    or an old truth."""
    await redraw_in(turn, [chat], issue)


async def redraw_in(turn: Turn, chats: Iterable[ChatId | None], issue: IssueId) -> None:
    """The same in some."""
    here = {*chats, await turn.uow.desks.chat()}
    for message in [*await _cards(turn, issue), *await _desks(turn, issue), *await _questions(turn, issue)]:
        if message.chat in here:
            await turn.tell(message)


async def show(turn: Turn, person: Person, issue: IssueId) -> None:
    """A fresh card at the bottom of the person's chat. Raises NotYours, IssueUnknown."""
    await check_sight(turn, person, issue)
    if (chat := chat_of(person)) is not None:
        await turn.tell(card(chat, issue, fresh=True))


async def check_sight(turn: Turn, person: Person, issue: IssueId) -> str:
    """The number of an issue the person may see. Raises NotYours, IssueUnknown."""
    try:
        standing = await turn.uow.issues.standing(issue)
    except LookupError:
        raise IssueUnknown(number="") from None
    number = (await turn.uow.issues.get(issue)).number
    if not may_view(person, standing):
        raise NotYours(number=number)
    return number


def card(chat: ChatId, issue: IssueId, *, fresh: bool = False, **facts: Any) -> Message:
    """The issue's card as a message; `facts`: an open menu and what it needs."""
    return Message(chat, "issue/card", {"issue": issue, **facts}, card=issue_card(issue), fresh=fresh)


def desk_of(chat: ChatId, issue: IssueId, *, fresh: bool = False, **facts: Any) -> Message:
    """The desk's message, showing this issue: a clerk's own, or the card in the group that is the desk."""
    return Message(chat, "issue/card", {"issue": issue, "desk": True, **facts}, card=desk_card(issue), fresh=fresh)


def question(chat: ChatId, issue: IssueId, *, fresh: bool = False) -> Message:
    """The question to the reporter whether the solution is real."""
    return Message(chat, "closing/ask", {"issue": issue}, card=ask_card(issue), fresh=fresh)


async def shown_at(turn: Turn, chat: ChatId, message: MessageId | None, issue: IssueId) -> str:
    """The card a pressed message is. One we don't know is being sent just now, or is an older card of the issue, which
    becomes its card again."""
    shown = await turn.uow.cards.card_at(chat, message) if message is not None else None
    if shown is None:
        coming = [card for card in await turn.uow.cards.under_way(chat) if card.endswith(f":{issue}")]
        usual = desk_card(issue) if chat < 0 and chat == await turn.uow.desks.chat() else issue_card(issue)
        shown = coming[0] if coming else usual
        if message is not None:
            await turn.uow.cards.put(chat, shown, message)
    return shown


async def open_menu(
    turn: Turn, person: Person, chat: ChatId, message: MessageId | None, issue: IssueId, **facts: Any
) -> None:
    """Turn the pressed card into a chooser (`menu`, `page`), or back (no facts). Raises NotYours, IssueUnknown,
    GroupUnbound."""
    await check_sight(turn, person, issue)
    await _check_place(turn, chat)
    at_desk = await shown_at(turn, chat, message, issue) == desk_card(issue)
    await turn.tell(desk_of(chat, issue, **facts) if at_desk else card(chat, issue, **facts))


async def photos(turn: Turn, person: Person, chat: ChatId, issue: IssueId) -> int:
    """Send the evidence into the chat; returns how many files. Raises NotYours, IssueUnknown, GroupUnbound."""
    await check_sight(turn, person, issue)
    await _check_place(turn, chat)
    return await send_evidence(turn, chat, await turn.uow.issues.get(issue), await turn.uow.evidence.of_issue(issue))


async def _check_place(turn: Turn, chat: ChatId) -> None:
    """What is pressed open is shown to a group only where the desk is now, not where it was once. Raises GroupUnbound."""
    if chat < 0 and chat != await turn.uow.desks.chat():
        raise GroupUnbound


async def send_evidence(
    turn: Turn, chat: ChatId, issue: Issue, media: Sequence[Media], topic: int | None = None
) -> int:
    """Albums of at most ten, under the issue's number; what is missing is said by the card."""
    shown = [item.id for item in media if item.state is not MediaState.MISSING]
    for start in range(0, len(shown), ALBUM):
        facts = {"issue": issue.id, "number": issue.number, "media": shown[start : start + ALBUM]}
        await turn.tell(Message(chat, "issue/photos", facts, topic=topic))
    return len(shown)


async def notify(
    turn: Turn, person: Person, issue: IssueId, event: str, words: str = "", by: str = "", **more: str
) -> None:
    """A line that points to the person's card; who has no card yet gets one below it. `more`: facts of this event."""
    if (chat := chat_of(person)) is None:
        return
    view = await turn.uow.issues.view(issue)
    has = await _message_of(turn, chat, issue)
    facts: Mapping[str, Any] = {
        "issue": issue,
        "number": view.issue.number,
        "project": view.project_name,
        "event": event,
        "words": words,
        "by": by,
        **more,
    }
    await turn.tell(Message(chat, "issue/notice", facts, reply_to=has))
    if has is None:
        await turn.tell(card(chat, issue, fresh=True))


async def _message_of(turn: Turn, chat: ChatId, issue: IssueId) -> MessageId | None:
    """Where the issue is to be seen in the chat: its card, or a desk that shows it."""
    found = await turn.uow.cards.message_of(chat, issue_card(issue))
    return found or await turn.uow.cards.message_of(chat, desk_card(issue))


async def bring(turn: Turn, people: Sequence[Person], issue: Issue) -> None:
    """These people get the case: its evidence, and a fresh card under it."""
    chats = [chat for person in people if (chat := chat_of(person)) is not None]
    evidence = await turn.uow.evidence.of_issue(issue.id) if chats else []
    for chat in chats:
        await send_evidence(turn, chat, issue, evidence)
        await turn.tell(card(chat, issue.id, fresh=True))


async def _cards(turn: Turn, issue: IssueId) -> list[Message]:
    shown = await turn.uow.cards.chats_with(issue_card(issue))
    return [card(chat, issue) for chat in await bound.still_open(turn, shown, issue)]


async def _desks(turn: Turn, issue: IssueId) -> list[Message]:
    return [await _desk(turn, chat, issue) for chat in await turn.uow.cards.chats_with(desk_card(issue))]


async def _desk(turn: Turn, chat: ChatId, issue: IssueId) -> Message:
    """In the group that is the desk the topic follows the case; and should the card be gone, it comes there anew."""
    if chat > 0:
        return desk_of(chat, issue)
    await turn.uow.desks.touch(chat, issue)
    case = await turn.uow.desks.case(chat, issue)
    return replace(desk_of(chat, issue), topic=case.topic if case is not None else None)


async def _questions(turn: Turn, issue: IssueId) -> list[Message]:
    return [question(chat, issue) for chat in await turn.uow.cards.chats_with(ask_card(issue))]
