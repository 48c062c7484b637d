"""The reporter's word on a solution: asked for with the proof, and once more on a later day; then silence counts."""

from datetime import datetime, time

from bot.domain import deadlines, lifecycle
from bot.domain.issue import Issue
from bot.ports import IssueView
from bot.services.issues import cards, steps
from bot.services.people import staff
from bot.services.turn import Turn

BATCH = 200  # questions of one tick; the rest follow a second later


async def is_due(turn: Turn) -> bool:
    """Whether a tick would ask somebody: one row is looked for, in a turn that only reads."""
    return bool(await _unanswered(turn, 1))


async def tick(turn: Turn) -> int:
    """In office hours, ask again whoever was asked on an earlier day and has said nothing; how many."""
    found = await _unanswered(turn, BATCH)
    for view in found:
        await _ask_again(turn, view.issue)
    return len(found)


async def _unanswered(turn: Turn, limit: int) -> list[IssueView]:
    if not turn.calendar.is_open(turn.now):
        return []
    midnight = turn.calendar.at(turn.calendar.day_of(turn.now), time())
    return await turn.uow.issues.unanswered(midnight, limit)


async def _ask_again(turn: Turn, issue: Issue) -> None:
    chat = staff.chat_of(await turn.uow.people.get(issue.reporter))
    if chat is not None:
        await turn.tell(cards.question(chat, issue.id, fresh=True))
    await steps.keep(turn, lifecycle.ask_again(issue, turn.now))


async def silence(turn: Turn, issue: Issue) -> tuple[datetime | None, bool]:
    """From when on silence is consent (None: can't be said), and whether the reporter is one nobody can ask."""
    until = deadlines.silence_until(issue, turn.calendar, turn.policy)
    return until, staff.chat_of(await turn.uow.people.get(issue.reporter)) is None
