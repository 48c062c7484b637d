"""How a case hangs in the desk's group: in which topic, pinned or not. What can be put right in the ledger is, and what has to
be asked of Telegram for the rest comes as one call after the other (bot/telegram/topics.py makes them).

Nothing is lost by a crash between two of them: a case stays to be looked at until all is as it should be. Only opening a topic
is no call that may be repeated; so it is counted before it is made, and after a few that may have come to something the case
hangs in the group itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.domain.ids import ChatId, IssueId, MessageId
from bot.domain.issue import Category, Issue
from bot.domain.messages import Message, issue_card
from bot.ports import Desk, DeskCase, DeskTopic
from bot.services.issues import cards
from bot.services.turn import Turn

TRIES = 3  # at opening a topic, of those that may have opened one
BATCH = 20  # cases a round looks at
RENEWAL = timedelta(minutes=10)  # at least, between two rounds of tries to send a card
Title = Callable[[Category | Issue], str]
"""What a topic is called: one of a category, or one of a case."""


class Do(StrEnum):
    OPEN = "open"
    RENAME = "rename"
    CLOSE = "close"
    REOPEN = "reopen"
    PIN = "pin"
    UNPIN = "unpin"


class Answer(StrEnum):
    DONE = "done"  # or it was so already
    GONE = "gone"  # there is no such topic, or message, any more
    REFUSED = "refused"  # the group does not let us
    NO_FORUM = "no_forum"  # it has no topics at all
    UNSURE = "unsure"  # nobody knows whether it was done
    LATER = "later"  # it was certainly not done, and may be tried again


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to ask of Telegram: about a topic by our `name` and their `number`, or about a message."""

    chat: ChatId
    do: Do
    name: str = ""
    number: int = 0
    title: str = ""
    issue: IssueId | None = None
    message: MessageId | None = None


def topic_name(category: Category) -> str:
    """What the store calls the topic of a category."""
    return f"category:{category.value}"


async def announce(turn: Turn, issue: Issue) -> None:
    """A new case, if there is such a group: at once where its topic is open, else as soon as it is."""
    desk = await turn.uow.desks.desk()
    if desk is None:
        return
    await turn.uow.desks.add_case(desk.chat, issue.id)
    case = await turn.uow.desks.case(desk.chat, issue.id)
    topic = await _topic(turn, desk, issue)
    if case is not None and (topic is None or topic.number is not None):
        await _hang(turn, case, issue, topic)


async def retry(turn: Turn, chat: ChatId) -> None:
    """The rights we have in a group have changed: if it is the desk, what it did not let us do is tried again."""
    desk = await turn.uow.desks.desk()
    if desk is not None and desk.chat == chat:
        await turn.uow.desks.save(replace(desk, no_topics=False, no_pins=False))
        await turn.uow.desks.retry(chat)


async def settle(turn: Turn, chat: ChatId, issue_id: IssueId, title: Title) -> Call | None:
    """Put right what can be without Telegram, and return the next thing to ask of it. None: all is as it should be, or a
    message must arrive first."""
    desk, case = await turn.uow.desks.desk(), await turn.uow.desks.case(chat, issue_id)
    if desk is None or case is None:
        return None
    issue = await turn.uow.issues.get(issue_id)
    topic = await _topic(turn, desk, issue) if issue.is_open or not case.shown else await _present(turn, case, issue)
    if topic is not None and topic.number is None:
        return await _opening(turn, chat, topic, title(issue if _is_own(topic) else issue.category), issue_id)
    if cards.desk_card(issue_id) in await turn.uow.cards.under_way(chat):
        return None
    case = await _hang(turn, case, issue, topic)
    if await _is_coming(turn, case):
        return None
    call = await _next(turn, desk, case, issue, topic, title)
    if call is None:
        await turn.uow.desks.looked_at(case)
    return call


async def open_next(turn: Turn, title: Title) -> Call | None:
    """The next topic of a category that the desk is to have, whether a case waits for it or not."""
    desk = await turn.uow.desks.desk()
    if desk is None or not desk.forum or desk.no_topics or turn.policy.desk_topics != "category":
        return None
    wanted = {topic_name(category): category for category in Category}
    for topic in await turn.uow.desks.topics(desk.chat, unopened=True):
        if topic.name in wanted and topic.tries < TRIES:
            return await _opening(turn, desk.chat, topic, title(wanted[topic.name]), None)
    return None


async def renew(turn: Turn) -> int:
    """A card that was tried as often as one is, and may not have arrived, is sent once more after a while: of a case nobody saw
    nobody knows. Whoever pressed one meanwhile has it. Returns how many."""
    unsure = await turn.uow.desks.unsure(turn.now - RENEWAL, BATCH)
    for case in unsure:
        await turn.tell(replace(cards.desk_of(case.chat, case.issue), topic=case.topic))
        await turn.uow.desks.touch(case.chat, case.issue)  # to be pinned when it is there
    return len(unsure)


async def answered(turn: Turn, call: Call, answer: Answer, number: int = 0) -> None:
    """Note what became of a call; `number` of a topic that was opened."""
    if call.do in {Do.PIN, Do.UNPIN}:
        await _pinned(turn, call, answer)
    else:
        await _heard(turn, call, answer, number)
    if answer in {Answer.REFUSED, Answer.NO_FORUM}:
        await _refused(turn, call, answer)


async def _topic(turn: Turn, desk: Desk, issue: Issue) -> DeskTopic | None:
    """Where a case belongs; None: the group itself. A topic without a number is to be opened first."""
    names = {"category": topic_name(issue.category), "issue": issue_card(issue.id)}
    name = names.get(turn.policy.desk_topics)
    if name is None or not desk.forum:
        return None
    topic = await turn.uow.desks.topic(desk.chat, name)
    if topic is None:
        await turn.uow.desks.want(desk.chat, [name])
        topic = DeskTopic(name)
    return None if topic.number is None and (desk.no_topics or topic.tries >= TRIES) else topic


async def _present(turn: Turn, case: DeskCase, issue: Issue) -> DeskTopic | None:
    """The topic a case hangs in: one that is closed stays where it is."""
    for name in (issue_card(issue.id), topic_name(issue.category)):
        topic = await turn.uow.desks.topic(case.chat, name)
        if topic is not None and topic.number is not None and topic.number == case.topic:
            return topic
    return DeskTopic("", case.topic) if case.topic is not None else None


def _is_own(topic: DeskTopic) -> bool:
    return topic.name.startswith("issue:")


async def _opening(turn: Turn, chat: ChatId, topic: DeskTopic, title: str, issue: IssueId | None) -> Call:
    """Counted before it is asked for: whoever finds it so after a crash knows that there may be one already."""
    await turn.uow.desks.save_topic(chat, replace(topic, tries=topic.tries + 1))
    return Call(chat, Do.OPEN, topic.name, title=title, issue=issue)


async def _hang(turn: Turn, case: DeskCase, issue: Issue, topic: DeskTopic | None) -> DeskCase:
    """Its evidence and its card go where it belongs, unless they hang there already; a card that hangs elsewhere points there."""
    number = topic.number if topic is not None else None
    if case.shown and case.topic == number:
        return case
    if case.shown:
        await _point(turn, case, issue, topic)
    evidence = await turn.uow.evidence.of_issue(issue.id)
    await cards.send_evidence(turn, case.chat, issue, evidence, number)
    await turn.tell(replace(cards.desk_of(case.chat, issue.id, fresh=True), topic=number))
    moved = replace(case, shown=True, topic=number)
    await turn.uow.desks.save_case(moved)
    return moved


async def _point(turn: Turn, case: DeskCase, issue: Issue, topic: DeskTopic | None) -> None:
    old, pointer = cards.desk_card(issue.id), f"moved:{issue.id}"
    hung = await turn.uow.cards.message_of(case.chat, old)
    await turn.uow.cards.rename(case.chat, old, pointer)
    if hung is not None:
        where = {"title": topic.title, "topic": topic.number} if topic is not None else {"title": "", "topic": None}
        facts = {"number": issue.number, "chat": case.chat, **where}
        await turn.tell(Message(case.chat, "desk/moved", facts, card=pointer))


async def _is_coming(turn: Turn, case: DeskCase) -> bool:
    """Its card is on its way: what it will be pinned as is not known yet."""
    card = cards.desk_card(case.issue)
    there = await turn.uow.cards.message_of(case.chat, card)
    return there is None and case.chat in await turn.uow.cards.chats_with(card)


async def _next(
    turn: Turn, desk: Desk, case: DeskCase, issue: Issue, topic: DeskTopic | None, title: Title
) -> Call | None:
    """A topic of its own follows the case: open as long as it is, and named as it is; and the card is pinned."""
    own = topic if topic is not None and _is_own(topic) and not desk.no_topics else None
    if own is not None and own.closed and issue.is_open:
        return _about(case, Do.REOPEN, own)
    if own is not None and own.title != title(issue):
        return replace(_about(case, Do.RENAME, own), title=title(issue))
    if not desk.no_pins and (call := await _pinning(turn, case, issue, topic)) is not None:
        return call
    return _about(case, Do.CLOSE, own) if own is not None and not own.closed and not issue.is_open else None


def _about(case: DeskCase, do: Do, topic: DeskTopic) -> Call:
    return Call(case.chat, do, topic.name, topic.number or 0, topic.title, case.issue)


async def _pinning(turn: Turn, case: DeskCase, issue: Issue, topic: DeskTopic | None) -> Call | None:
    """Pinned in its topic is what is open; in one of its own, the card for good."""
    stays = topic is not None and (issue.is_open or _is_own(topic))
    wanted = await turn.uow.cards.message_of(case.chat, cards.desk_card(case.issue)) if stays else None
    if case.pinned == wanted:
        return None
    if case.pinned is not None:
        return Call(case.chat, Do.UNPIN, issue=case.issue, message=case.pinned)
    return None if wanted is None else Call(case.chat, Do.PIN, issue=case.issue, message=wanted)


async def _pinned(turn: Turn, call: Call, answer: Answer) -> None:
    case = await turn.uow.desks.case(call.chat, call.issue) if call.issue is not None else None
    if case is not None and answer in {Answer.DONE, Answer.GONE}:
        await turn.uow.desks.save_case(replace(case, pinned=call.message if call.do is Do.PIN else None))


async def _heard(turn: Turn, call: Call, answer: Answer, number: int) -> None:
    topic = await turn.uow.desks.topic(call.chat, call.name)
    if topic is None:
        return
    if answer is Answer.DONE:
        await turn.uow.desks.save_topic(call.chat, _as_asked(topic, call, number))
    elif answer is Answer.GONE and topic.number is not None:
        # somebody wanted no such topic: it is not opened again by itself
        await turn.uow.desks.save_topic(call.chat, DeskTopic(topic.name, tries=TRIES))
        await turn.uow.desks.forsake(call.chat, topic.number)
        if call.issue is not None:  # the card went with it
            await turn.tell(cards.desk_of(call.chat, call.issue))
    elif call.do is Do.OPEN and answer is not Answer.UNSURE:
        await turn.uow.desks.save_topic(call.chat, replace(topic, tries=max(0, topic.tries - 1)))


def _as_asked(topic: DeskTopic, call: Call, number: int) -> DeskTopic:
    match call.do:
        case Do.OPEN:
            return DeskTopic(topic.name, number, call.title)
        case Do.RENAME:
            return replace(topic, title=call.title)
        case _:
            return replace(topic, closed=call.do is Do.CLOSE)


async def _refused(turn: Turn, call: Call, answer: Answer) -> None:
    """Said once, in the group, with what to do; asked again when its rights for us change."""
    desk = await turn.uow.desks.desk()
    if desk is None or desk.chat != call.chat:
        return
    if answer is Answer.NO_FORUM:
        now, lacks = replace(desk, forum=False), "forum"
    elif call.do in {Do.PIN, Do.UNPIN}:
        now, lacks = replace(desk, no_pins=True), "pins"
    else:
        now, lacks = replace(desk, no_topics=True), "topics"
    if now != desk:
        await turn.uow.desks.save(now)
        await turn.tell(Message(desk.chat, "groups/desk_rights", {"lacks": lacks}))
