"""What waits at a clerk's desk, most urgent and oldest first."""

from dataclasses import replace

from bot.domain import deadlines
from bot.domain.ids import IssueId
from bot.domain.issue import Status, Word
from bot.domain.organisation import Person, Role
from bot.domain.permissions import sight
from bot.ports import IssueView
from bot.services.turn import Turn

LOOKED_AT = 500  # more cases than any desk can have at once
_CLERK = frozenset({Role.CLERK})


async def waiting(turn: Turn, clerk: Person, after: IssueId | None = None) -> list[IssueView]:
    """The clerk's queue, behind `after` if given. A resolved case waits once its reporter has spoken or been silent long."""
    desk = replace(sight(clerk, _CLERK), person=None)  # what a clerk reported outside the scope is no case of theirs
    found = await turn.uow.issues.queue(desk, after, LOOKED_AT)
    return [view for view in found if _is_due(turn, view)]


def _is_due(turn: Turn, view: IssueView) -> bool:
    if view.issue.status is not Status.RESOLVED or view.issue.word is Word.SOLVED:
        return True
    until = deadlines.silence_until(view.issue, turn.calendar, turn.policy)
    return until is not None and turn.now >= until
