"""An issue that waits for something 挂起: the clock stops, and goes on where it stood."""

from collections.abc import Mapping
from typing import Any

from bot.domain import deadlines, delays, lifecycle
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId
from bot.domain.issue import AT_THE_UNIT, Deadline, Issue
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.ports import IssueView
from bot.services.desk import assigning
from bot.services.issues import cards, steps
from bot.services.issues.queue import desk_of
from bot.services.people import staff
from bot.services.turn import Turn

SHOWN = 10  # of a desk's suspended issues


async def suspend(turn: Turn, clerk: Person, issue_id: IssueId, awaited: str) -> Issue:
    """It waits for what is named; unit and reporter hear for what. Raises ReasonNeeded, IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, clerk, Action.SUSPEND, issue_id)
    issue = await steps.keep(turn, delays.suspend(issue, clerk.id, turn.now, awaited))
    await _tell(turn, clerk, issue, "suspended", awaited)
    return issue


async def resume(turn: Turn, clerk: Person, issue_id: IssueId) -> Issue:
    """It goes on, with the office time that was left; at the unit somebody who is still there has it.

    Raises IllegalMove, and as `steps.load`.
    """
    issue = await steps.load(turn, clerk, Action.RESUME, issue_id)
    if not lifecycle.legal(issue, Action.RESUME):
        raise lifecycle.illegal(issue, Action.RESUME)
    issue = await steps.keep(turn, delays.resume(issue, clerk.id, turn.now, _deadline(turn, issue)))
    if issue.status in AT_THE_UNIT:
        issue = await assigning.give_to_who_is_there(turn, issue)
    await _tell(turn, clerk, issue, "resumed")
    return issue


async def show(turn: Turn, clerk: Person, chat: ChatId) -> None:
    """What waits for something at this clerk's desk, longest first, and for what: so that nothing waits forgotten."""
    found = await turn.uow.issues.suspended(desk_of(clerk), SHOWN + 1)
    if not found:
        return
    awaited = await turn.uow.issues.said([view.issue.id for view in found[:SHOWN]], Action.SUSPEND)
    facts = {"rows": [_row(view, awaited) for view in found[:SHOWN]], "more": len(found) > SHOWN}
    await turn.tell(Message(chat, "desk/suspended", facts))


def _row(view: IssueView, awaited: Mapping[IssueId, str]) -> dict[str, Any]:
    since = view.issue.suspended_at
    return {
        "id": view.issue.id,
        "number": view.issue.number,
        "project": view.project_name,
        "words": awaited.get(view.issue.id, ""),
        "since": since.isoformat() if since else None,
    }


def _deadline(turn: Turn, issue: Issue) -> Deadline | None:
    """Its clock ran when it was stopped: what was left. A day named before the unit had it stays that day."""
    if issue.suspended_at is None or issue.deadline is None or issue.suspended_from not in AT_THE_UNIT:
        return None
    return deadlines.resumed(issue, turn.calendar, issue.suspended_at, turn.now)


async def _tell(turn: Turn, clerk: Person, issue: Issue, event: str, words: str = "") -> None:
    for told in {issue.reporter, issue.assignee} - {None, clerk.id}:
        person = await staff.known(turn, told)
        if person is not None:
            await cards.notify(turn, person, issue.id, event, words)
