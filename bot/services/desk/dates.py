"""A day that is typed: the clerk's deadline, or until when a unit asks for more time."""

from datetime import date

from bot.domain import lifecycle
from bot.domain.days import parse_day
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import Issue
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services.desk import assigning, claiming
from bot.services.issues import cards, steps
from bot.services.people import staff
from bot.services.tasks import extending
from bot.services.turn import Turn

EXAMPLE_DAYS = 7  # working days ahead


def date_card(issue: int) -> str:
    """The card name of the message that asks for a day."""
    return f"date:{issue}"


async def ask(turn: Turn, person: Person, action: Action, issue_id: IssueId) -> None:
    """Ask for the day. `action`: SET_DEADLINE or EXTEND. Raises IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, person, action, issue_id)
    if not lifecycle.legal(issue, action):
        raise lifecycle.illegal(issue, action)
    await claiming.begin(turn, person, action, issue_id)
    await _draw(turn, person, issue, action, "asked", fresh=True)


async def take(turn: Turn, person: Person, action: Action, issue_id: IssueId, text: str) -> date | None:
    """The answer's day: the clerk's is set, the unit's is checked and wants its reason yet. None: can't be read, asked again.

    Raises as `assigning.set_day` and `extending.check`.
    """
    issue = await steps.load(turn, person, action, issue_id)
    day = parse_day(text, turn.calendar.day_of(turn.now))
    if day is None:
        await _draw(turn, person, issue, action, "unclear", text, fresh=True)
    elif action is Action.EXTEND:
        await extending.check(turn, issue, day.isoformat())
        await _draw(turn, person, issue, action, "read", day.isoformat())
    else:
        issue = await assigning.set_day(turn, person, issue_id, day)
        moved = not turn.calendar.is_working_day(day)
        await _draw(turn, person, issue, action, "moved" if moved else "done")
    return day


async def leave(turn: Turn, clerk: Person, issue_id: IssueId) -> None:
    """No day after all."""
    await cards.check_sight(turn, clerk, issue_id)
    await claiming.give_up(turn, clerk, issue_id)
    await _draw(turn, clerk, await turn.uow.issues.get(issue_id), Action.SET_DEADLINE, "left")


async def _draw(
    turn: Turn, clerk: Person, issue: Issue, action: Action, stage: str, given: str = "", *, fresh: bool = False
) -> None:
    """`stage`: 'asked', 'unclear', 'read', 'done', 'moved' (to the next working day) or 'left'."""
    chat = staff.chat_of(clerk)
    if chat is None:
        return
    example = turn.calendar.add_working_days(turn.calendar.day_of(turn.now), EXAMPLE_DAYS).isoformat()
    facts = {
        "issue": issue.id,
        "number": issue.number,
        "move": action.value,
        "stage": stage,
        "given": given[:80],
        "example": example,
        "due_at": issue.deadline.due_at.isoformat() if issue.deadline else None,
        "provisional": issue.deadline is not None and issue.deadline.provisional,
    }
    await turn.tell(Message(chat, "desk/date", facts, card=date_card(issue.id), fresh=fresh))
