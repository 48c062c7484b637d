"""A deadline that the clerk types: asking for the day, reading it, setting it."""

from bot.domain.days import parse_day
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import Issue
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services import assigning, cards, staff, steps
from bot.services.turn import Turn

EXAMPLE_DAYS = 7  # working days ahead


def date_card(issue: int) -> str:
    """The card name of the message that asks for a day."""
    return f"date:{issue}"


async def ask(turn: Turn, clerk: Person, issue_id: IssueId) -> None:
    """Ask for the day. Raises as `steps.load`."""
    issue = await steps.load(turn, clerk, Action.SET_DEADLINE, issue_id)
    await _draw(turn, clerk, issue, "asked", fresh=True)


async def take(turn: Turn, clerk: Person, issue_id: IssueId, text: str) -> bool:
    """The answer: True when the deadline is set; asked again if it can't be read. Raises as `assigning.set_day`."""
    issue = await steps.load(turn, clerk, Action.SET_DEADLINE, issue_id)
    day = parse_day(text, turn.calendar.day_of(turn.now))
    if day is None:
        await _draw(turn, clerk, issue, "unclear", text, fresh=True)
        return False
    issue = await assigning.set_day(turn, clerk, issue_id, day)
    moved = not turn.calendar.is_working_day(day)
    await _draw(turn, clerk, issue, "moved" if moved else "done")
    return True


async def leave(turn: Turn, clerk: Person, issue_id: IssueId) -> None:
    """No day after all."""
    await cards.check_sight(turn, clerk, issue_id)
    await _draw(turn, clerk, await turn.uow.issues.get(issue_id), "left")


async def _draw(turn: Turn, clerk: Person, issue: Issue, stage: str, given: str = "", *, fresh: bool = False) -> None:
    """`stage`: 'asked', 'unclear', 'done', 'moved' (to the next working day) or 'left'."""
    chat = staff.chat_of(clerk)
    if chat is None:
        return
    example = turn.calendar.add_working_days(turn.calendar.day_of(turn.now), EXAMPLE_DAYS).isoformat()
    facts = {
        "issue": issue.id,
        "number": issue.number,
        "stage": stage,
        "given": given[:80],
        "example": example,
        "due_at": issue.deadline.due_at.isoformat() if issue.deadline else None,
        "provisional": issue.deadline is not None and issue.deadline.provisional,
    }
    await turn.tell(Message(chat, "desk/date", facts, card=date_card(issue.id), fresh=fresh))
