"""Deadlines given before the holidays of their year were published 暂定: once those are known, the desk reads what each would
be, and sets them by one press."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import deadlines, lifecycle
from bot.domain.errors import InHand, NotAllowed
from bot.domain.history import Action
from bot.domain.ids import ChatId
from bot.domain.issue import Deadline
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person, Role
from bot.domain.permissions import Access, Sight, may_use
from bot.ports import HistoryLine, IssueView
from bot.services.issues import cards, steps
from bot.services.issues.queue import desk_of
from bot.services.people import staff
from bot.services.turn import Turn

CARD = "recount"
TOLD = "calendar_years"  # the fact: of which published years the desk has heard
LISTED, MOST = 10, 200
_GIVEN = frozenset({Action.ASSIGN, Action.REOPEN, Action.DISPUTE})  # so many working days from then
_EVERYTHING = Sight(None, frozenset({CITY}))


@dataclass(frozen=True, slots=True)
class Offer:
    """A provisional deadline, and what it is with the holidays that are known now."""

    view: IssueView
    before: Deadline
    after: Deadline


async def tell(turn: Turn) -> None:
    """The years that are published have changed: each desk with deadlines to recount hears so, once."""
    years = ",".join(map(str, sorted(turn.calendar.years)))
    if await turn.uow.facts.get(TOLD) == years:
        return
    await turn.uow.facts.put(TOLD, years)
    found = await _offers(turn, _EVERYTHING)
    if not found:
        return
    for clerk in [person for person in await turn.uow.people.all() if person.holds(Role.CLERK)]:
        chat = staff.chat_of(clerk)
        if chat is not None and any(desk_of(clerk).includes(offer.view.standing) for offer in found):
            await turn.tell(_message(chat, fresh=True))
    if (desk := await turn.uow.desks.chat()) is not None:
        await turn.tell(_message(desk, fresh=True))


async def recount(turn: Turn, clerk: Person) -> int:
    """Set the deadlines of this clerk's desk; whose day changes hears so. How many. Raises NotAllowed."""
    if not may_use(clerk, Access.DESK):
        raise NotAllowed(action=Access.DESK.value)
    done = 0
    for offer in await _offers(turn, desk_of(clerk)):
        try:
            issue = await steps.load(turn, clerk, Action.SET_DEADLINE, offer.view.issue.id)
        except InHand:
            continue  # another clerk is at it, and sees what it would be
        await steps.keep(turn, lifecycle.step(issue, Action.SET_DEADLINE, clerk.id, turn.now, deadline=offer.after))
        assignee = await staff.known(turn, issue.assignee)
        if assignee is not None and offer.after.due_at != offer.before.due_at:
            await cards.notify(turn, assignee, issue.id, "deadline_moved")
        done += 1
    for chat in await turn.uow.cards.chats_with(CARD):
        await turn.tell(_message(chat))
    return done


async def _offers(turn: Turn, sight: Sight) -> list[Offer]:
    """Nearest deadline first."""
    found = []
    for view in await turn.uow.issues.provisional(sight, MOST):
        since = _since(view, await turn.uow.issues.history(view.issue.id))
        after = deadlines.recounted(view.issue, turn.calendar, since)
        if view.issue.deadline is not None and after is not None:
            found.append(Offer(view, view.issue.deadline, after))
    return found


def _since(view: IssueView, history: Sequence[HistoryLine]) -> datetime | None:
    """When the working days of its deadline began; None where a day was named, granted, or what was left was kept."""
    last = next((line.entry for line in reversed(history) if "deadline" in line.entry.after), None)
    if last is None:
        return None
    counted = last.action in _GIVEN or (last.action is Action.SET_DEADLINE and view.issue.days is not None)
    return last.at if counted else None


def _message(chat: ChatId, *, fresh: bool = False) -> Message:
    return Message(chat, "desk/recount", {}, card=CARD, fresh=fresh)


async def load(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """`desk/recount`: what waits on the viewer's desk (None: the desk's group) now."""
    found = await _offers(turn, _EVERYTHING if viewer is None else desk_of(viewer))
    rows = [
        {
            "id": offer.view.issue.id,
            "number": offer.view.issue.number,
            "before": offer.before.due_at.isoformat(),
            "after": offer.after.due_at.isoformat(),
        }
        for offer in found[:LISTED]
    ]
    return {**facts, "rows": rows, "total": len(found)}


LOADERS = {"desk/recount": load}
