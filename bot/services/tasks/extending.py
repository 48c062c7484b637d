"""More time for a unit 延期: asked for with a day and a reason, granted or refused by the nearest leader over the unit."""

from datetime import date

from bot.domain import deadlines, delays, lifecycle
from bot.domain.errors import DeadlinePast
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import Deadline, Issue
from bot.domain.organisation import Person
from bot.domain.permissions import may
from bot.services.issues import cards, steps
from bot.services.people import reach, staff
from bot.services.turn import Turn

RUNGS = ("head", "district_leader", "city_leader")  # who decides: the first of them somebody can be told on


async def check(turn: Turn, issue: Issue, until: str) -> Deadline:
    """What the deadline would be with more time until that day (ISO). Raises DeadlinePast, ExtensionTooShort, IllegalMove."""
    if not lifecycle.legal(issue, Action.EXTEND):
        raise lifecycle.illegal(issue, Action.EXTEND)
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise DeadlinePast(given=until) from None
    return _extended(turn, issue, day)


def _extended(turn: Turn, issue: Issue, day: date) -> Deadline:
    deadline = deadlines.extended(issue, turn.calendar, day)
    if deadline.due_at <= turn.now:
        raise DeadlinePast(given=day.isoformat())
    return deadline


async def ask(turn: Turn, person: Person, issue_id: IssueId, reason: str, until: str) -> Issue:
    """The unit asks. Whoever may decide is told; with nobody there, the desk is, which can set the deadline itself.

    Raises ReasonNeeded, as `check`, and as `steps.load`.
    """
    issue = await steps.load(turn, person, Action.EXTEND, issue_id)
    deadline = await check(turn, issue, until)
    issue = await steps.keep(turn, delays.ask_for_time(issue, person.id, turn.now, deadline.due_at, reason))
    told = await _deciders(turn, issue_id)
    event = "extension_asked" if told else "extension_unheard"
    for reader in told or await staff.handling(turn, issue_id):
        await cards.notify(turn, reader, issue_id, event, reason, person.name, until=deadline.due_at.isoformat())
    return issue


async def _deciders(turn: Turn, issue_id: IssueId) -> list[Person]:
    """The leaders of the nearest rung on which somebody may decide and can be told."""
    standing = await turn.uow.issues.standing(issue_id)
    around = await reach.look_up(turn, [standing])
    rungs = ([who for who in around.on_rung(standing, rung) if may(who, Action.GRANT, standing)] for rung in RUNGS)
    return next((people for people in rungs if people), [])


async def grant(turn: Turn, leader: Person, issue_id: IssueId) -> Issue:
    """Given: the day that was asked for is the deadline. Raises DeadlinePast, ExtensionTooShort, IllegalMove, as `steps.load`."""
    issue = await steps.load(turn, leader, Action.GRANT, issue_id)
    if issue.asked_until is None or not lifecycle.legal(issue, Action.GRANT):
        raise lifecycle.illegal(issue, Action.GRANT)
    deadline = _extended(turn, issue, turn.calendar.day_of(issue.asked_until))
    issue = await steps.keep(turn, delays.grant(issue, leader.id, turn.now, deadline))
    await _answer(turn, leader, issue, "granted")
    return issue


async def refuse(turn: Turn, leader: Person, issue_id: IssueId, reason: str) -> Issue:
    """Not given; the unit hears why. Raises ReasonNeeded, IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, leader, Action.REFUSE, issue_id)
    issue = await steps.keep(turn, delays.refuse(issue, leader.id, turn.now, reason))
    await _answer(turn, leader, issue, "refused", reason)
    return issue


async def _answer(turn: Turn, leader: Person, issue: Issue, event: str, reason: str = "") -> None:
    person = await staff.known(turn, issue.assignee)
    if person is not None and issue.deadline is not None:
        until = issue.deadline.due_at.isoformat()
        await cards.notify(turn, person, issue.id, event, reason, leader.name, until=until)
