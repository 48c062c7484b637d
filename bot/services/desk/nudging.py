"""催办 by hand: somebody wants an issue to move on. Counted at once; said in working hours, to whoever is in charge."""

from datetime import datetime

from bot.domain import lifecycle
from bot.domain.errors import NudgedToday
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import Issue
from bot.domain.organisation import Person
from bot.ports import Due
from bot.services.issues import steps
from bot.services.timed import hours, nudges, reminders
from bot.services.turn import Turn


async def nudge(turn: Turn, person: Person, issue_id: IssueId) -> tuple[Issue, datetime]:
    """Count it and plan it: returns the issue, and when its person hears (now, or when the office opens; level A at once if
    policy says so). What several people ask for overnight is said once, with all of it counted.

    Raises NudgedToday (once a day each), IllegalMove, and as `steps.load`.
    """
    issue = await steps.load(turn, person, Action.NUDGE, issue_id)
    change = lifecycle.nudge(issue, person.id, turn.now)
    await _check_day(turn, person, issue)
    issue = await steps.keep(turn, change)
    due = _due(turn, issue)
    await turn.uow.agenda.plan(due)
    return issue, due.at


async def _check_day(turn: Turn, person: Person, issue: Issue) -> None:
    """Pressed again, it says when it was counted: a person's patience is counted in days."""
    today = turn.calendar.day_of(turn.now)
    own = [line.entry.at for line in await nudges.of(turn, issue.id) if line.entry.by == person.id]
    if own and turn.calendar.day_of(own[-1]) == today:
        raise NudgedToday(number=issue.number, at=own[-1].isoformat())


def _due(turn: Turn, issue: Issue) -> Due:
    any_hour = reminders.any_hour(turn, issue)
    at = hours.next_telling(turn, turn.now, any_hour=any_hour)
    version = issue.deadline.version if issue.deadline is not None else 0
    return Due(issue.id, "nudge", at, version, issue.nudged, any_hour)
