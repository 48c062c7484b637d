"""What waits at a clerk's desk, most urgent and oldest first."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import deadlines, lifecycle
from bot.domain.ids import IssueId
from bot.domain.issue import Issue, Status, Word
from bot.domain.organisation import Person, Role
from bot.domain.permissions import Sight, sight
from bot.ports import IssueView
from bot.services import staff
from bot.services.turn import Turn

LOOKED_AT = 500  # more cases than any desk can have at once
_CLERK = frozenset({Role.CLERK})


async def waiting(turn: Turn, clerk: Person, after: IssueId | None = None) -> list[IssueView]:
    """The clerk's queue, behind `after` if given. A resolved case waits once its reporter has spoken or been silent long."""
    found = await turn.uow.issues.queue(desk_of(clerk), after, LOOKED_AT)
    silent = {view.issue.id for view in found if _is_silent(view.issue)}
    ripe = await _ripe(turn, [view.issue for view in found if view.issue.id in silent])
    return [view for view in found if view.issue.id not in silent or view.issue.id in ripe]


def desk_of(clerk: Person) -> Sight:
    """What a clerk's desk covers. What they reported outside their scope is no case of theirs."""
    return replace(sight(clerk, _CLERK), person=None)


def _is_silent(issue: Issue) -> bool:
    return issue.status is Status.RESOLVED and issue.word is not Word.SOLVED


async def _ripe(turn: Turn, silent: Sequence[Issue]) -> set[IssueId]:
    """Those whose reporter's silence counts by now."""
    over = [issue for issue in silent if _days_are_over(turn, issue)]
    asked_once = {issue.reporter for issue in over if issue.asks < lifecycle.ASKS}
    people = await turn.uow.people.many(sorted(asked_once)) if asked_once else {}
    unreachable = {person.id for person in people.values() if staff.chat_of(person) is None}
    return {issue.id for issue in over if issue.asks >= lifecycle.ASKS or issue.reporter in unreachable}


def _days_are_over(turn: Turn, issue: Issue) -> bool:
    until = deadlines.silence_until(issue, turn.calendar, turn.policy)
    return until is not None and turn.now >= until
