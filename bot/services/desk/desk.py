"""The clerk's desk: the queue, and what is decided there before a unit gets the case."""

from typing import Any

from bot.domain import lifecycle
from bot.domain.errors import GroupUnbound, NotAllowed, UnitUnknown
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, MessageId, UnitCode
from bot.domain.issue import Category, Issue, Kind, Level, standing_in
from bot.domain.messages import Message
from bot.domain.organisation import Person, Project
from bot.domain.permissions import Access, may_use
from bot.services.desk import claiming, desk_cases, pausing
from bot.services.issues import cards, queue, steps
from bot.services.people import staff
from bot.services.turn import Turn


async def announce(turn: Turn, issue: Issue, project: Project) -> None:
    """Every clerk in scope with a bound account gets the new case, evidence and card, and so does the desk's group if there
    is one. With none, it waits in the queue."""
    clerks = await staff.clerks(turn, standing_in(project, issue))
    # who filed it has its card already, with the desk's buttons
    await cards.bring(turn, [clerk for clerk in clerks if clerk.id != issue.reporter], issue)
    await desk_cases.announce(turn, issue)


async def open_queue(turn: Turn, clerk: Person) -> None:
    """The first case of the queue as a fresh card that walks through it; or that nothing waits. Above it, what is suspended.

    Raises NotAllowed.
    """
    if not may_use(clerk, Access.DESK):
        raise NotAllowed(action=Access.DESK.value)
    chat = staff.chat_of(clerk)
    if chat is None:
        return
    await pausing.show(turn, clerk, chat)
    case = await queue.first(turn, clerk)
    await turn.tell(Message(chat, "desk/empty") if case is None else cards.desk_of(chat, case, fresh=True))


async def next_case(
    turn: Turn, clerk: Person, chat: ChatId, message: MessageId | None, issue: IssueId
) -> IssueId | None:
    """The same message shows the next case of the queue, after the last one the first. None if no other waits: it stays.

    Raises NotAllowed, GroupUnbound: a group's desk has one card per case.
    """
    if not may_use(clerk, Access.DESK):
        raise NotAllowed(action=Access.DESK.value)
    if chat < 0:
        raise GroupUnbound
    following = await queue.first(turn, clerk, after=issue) or await queue.first(turn, clerk)
    if following is None or following == issue:
        await turn.tell(cards.desk_of(chat, issue))
        return None
    if message is not None:
        await turn.uow.cards.put(chat, cards.desk_card(following), message)
    await turn.tell(cards.desk_of(chat, following))
    return following


async def register(turn: Turn, clerk: Person, issue_id: IssueId) -> Issue:
    """Into the ledger for good. Raises IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, clerk, Action.REGISTER, issue_id)
    return await steps.keep(turn, lifecycle.step(issue, Action.REGISTER, clerk.id, turn.now))


async def reject(turn: Turn, clerk: Person, issue_id: IssueId, reason: str) -> Issue:
    """Not accepted; the reporter hears why. Raises ReasonNeeded, IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, clerk, Action.REJECT, issue_id)
    issue = await steps.keep(turn, lifecycle.reject(issue, clerk.id, turn.now, reason))
    await cards.notify(turn, await turn.uow.people.get(issue.reporter), issue.id, "rejected", reason)
    return issue


async def categorise(turn: Turn, clerk: Person, issue_id: IssueId, category: Category) -> Issue:
    """Raises IllegalMove, and as `steps.load`."""
    return await _set(turn, clerk, Action.CATEGORISE, issue_id, category=category)


async def rank(turn: Turn, clerk: Person, issue_id: IssueId, level: Level) -> Issue:
    """How urgent it is. A deadline that runs stays; the clerk moves it if need be. Raises as `categorise`."""
    return await _set(turn, clerk, Action.RANK, issue_id, level=level)


async def classify(turn: Turn, clerk: Person, issue_id: IssueId, kind: Kind) -> Issue:
    """One project's obstacle, or everybody's. Raises as `categorise`."""
    return await _set(turn, clerk, Action.CLASSIFY, issue_id, kind=kind)


async def name_unit(turn: Turn, clerk: Person, issue_id: IssueId, code: UnitCode) -> Issue:
    """Which unit is to solve it. Raises UnitUnknown, and as `categorise`."""
    try:
        unit = await turn.uow.units.get(code)
    except LookupError:
        raise UnitUnknown(given=code) from None
    if unit.left:
        raise UnitUnknown(given=unit.name)
    return await _set(turn, clerk, Action.NAME_UNIT, issue_id, unit=code)


async def _set(turn: Turn, clerk: Person, action: Action, issue_id: IssueId, **fields: Any) -> Issue:
    """Change one field; choosing what already stands changes nothing but closes the chooser."""
    issue = await steps.load(turn, clerk, action, issue_id)
    change = lifecycle.step(issue, action, clerk.id, turn.now, **fields)
    if not change.entry.after:
        await claiming.close(turn, clerk, issue_id)
        return issue
    return await steps.keep(turn, change)
