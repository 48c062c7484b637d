"""The unit's side: my tasks, accepting one, giving one back, saying what stands in its way."""

from typing import Any

from bot.domain import deadlines, delays, lifecycle
from bot.domain.errors import NotAllowed
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import Issue
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.domain.permissions import Access, may_use
from bot.ports import IssueView
from bot.services.issues import cards, steps
from bot.services.people import staff
from bot.services.turn import Turn

SHOWN = 20  # tasks on one list


async def show(turn: Turn, person: Person) -> None:
    """The person's open tasks, nearest deadline first, a button for each. Raises NotAllowed."""
    if not may_use(person, Access.TASKS):
        raise NotAllowed(action=Access.TASKS.value)
    chat = staff.chat_of(person)
    if chat is None:
        return
    found = await turn.uow.issues.tasks(person.id, SHOWN + 1)
    facts = {"tasks": [_row(turn, view) for view in found[:SHOWN]], "more": len(found) > SHOWN}
    await turn.tell(Message(chat, "tasks/list", facts))


def _row(turn: Turn, view: IssueView) -> dict[str, Any]:
    """One line of the list; `left` counts working days, negative when overdue."""
    issue = view.issue
    deadline = issue.deadline
    return {
        "issue": issue.id,
        "number": issue.number,
        "project": view.project_name,
        "status": issue.status.value,
        "text": issue.description,
        "due_at": deadline.due_at.isoformat() if deadline else None,
        "left": deadlines.days_left(deadline, turn.calendar, turn.now) if deadline else None,
    }


async def accept(turn: Turn, person: Person, issue_id: IssueId) -> Issue:
    """It is mine. Raises IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, person, Action.ACCEPT, issue_id)
    return await steps.keep(turn, lifecycle.accept(issue, person.id, turn.now))


async def give_back(turn: Turn, person: Person, issue_id: IssueId, reason: str) -> Issue:
    """Not ours: back to the desk, which hears why. Raises ReasonNeeded, IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, person, Action.RETURN, issue_id)
    issue = await steps.keep(turn, lifecycle.return_to_desk(issue, person.id, turn.now, reason))
    for clerk in await staff.handling(turn, issue_id):
        await cards.notify(turn, clerk, issue_id, "returned", reason, by=person.name)
    return issue


async def explain(turn: Turn, person: Person, issue_id: IssueId, words: str) -> Issue:
    """What stands in the way; the desk hears it, the clock runs. Raises ReasonNeeded, IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, person, Action.EXPLAIN, issue_id)
    issue = await steps.keep(turn, delays.explain(issue, person.id, turn.now, words))
    for clerk in await staff.handling(turn, issue_id):
        await cards.notify(turn, clerk, issue_id, "explained", words, by=person.name)
    return issue
