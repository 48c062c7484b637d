"""From the desk to a unit and a person, with a deadline: assigning, handing over, taking a mistake back."""

from dataclasses import replace
from datetime import date

from bot.domain import deadlines, lifecycle
from bot.domain.errors import DeadlinePast, IllegalMove, NobodyAtUnit, PersonUnknown
from bot.domain.history import Action
from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import AT_THE_UNIT, Deadline, Issue
from bot.domain.organisation import Person
from bot.services.desk import claiming
from bot.services.issues import cards, steps
from bot.services.people import staff
from bot.services.turn import Turn

_ENDS = {Action.CLEAR: "uncleared", Action.CONCLUDE: "uncleared", Action.MERGE: "unmerged"}


async def assign(turn: Turn, clerk: Person, issue_id: IssueId, to: PersonId | None = None) -> str:
    """Give it to a person of its unit. Returns the chooser to open first: 'assign_unit', 'assign', or '' when it is done.

    The only candidate gets it without asking. Raises NobodyAtUnit, PersonUnknown (not of this unit), DeadlinePast,
    IllegalMove, and as `steps.load`.
    """
    issue = await steps.load(turn, clerk, Action.ASSIGN, issue_id)
    if not lifecycle.legal(issue, Action.ASSIGN):
        raise IllegalMove(number=issue.number, move=Action.ASSIGN.value, status=issue.status.value)
    if issue.unit is None:
        return "assign_unit"
    candidates = await staff.of_unit(turn, issue.unit)
    if not candidates:
        raise NobodyAtUnit(unit=(await turn.uow.units.get(issue.unit)).name)
    if to is None and len(candidates) > 1:
        return "assign"
    await _give(turn, clerk, issue, _pick(candidates, to))
    return ""


async def reaches_somebody(turn: Turn, issue_id: IssueId) -> bool:
    """The person in charge has an account that can be told; if not, the task waits unread, and the desk should know."""
    person = await staff.known(turn, (await turn.uow.issues.get(issue_id)).assignee)
    return person is not None and staff.chat_of(person) is not None


def _pick(candidates: list[Person], wanted: PersonId | None) -> Person:
    """The one asked for, or the only one. Raises PersonUnknown."""
    if wanted is None:
        return candidates[0]
    found = next((person for person in candidates if person.id == wanted), None)
    if found is None:
        raise PersonUnknown(given="")
    return found


async def _give(turn: Turn, clerk: Person, issue: Issue, person: Person) -> None:
    deadline = _deadline(turn, issue)
    changes = lifecycle.assign(issue, clerk.id, turn.now, issue.unit, person.id, deadline)
    await cards.bring(turn, [person], issue)  # first: a card drawn anew keeps its place in the queue, below the photos
    await steps.keep(turn, *changes)


def _deadline(turn: Turn, issue: Issue) -> Deadline:
    """The day the clerk named, else so many working days from now. Raises DeadlinePast."""
    if issue.deadline is None:
        return deadlines.fresh_deadline(issue, turn.calendar, turn.policy, turn.now)
    _check_day(turn, turn.calendar.day_of(issue.deadline.due_at))
    return issue.deadline


async def hand_over(turn: Turn, person: Person, issue_id: IssueId, to: PersonId) -> Issue:
    """Another person of the unit takes it on; both are told. By a clerk or the unit's leader.

    Raises PersonUnknown (not of this unit), IllegalMove, and as `steps.load`.
    """
    issue = await steps.load(turn, person, Action.HAND_OVER, issue_id)
    if issue.assignee == to and issue.status in AT_THE_UNIT:
        await claiming.close(turn, person, issue_id)
        return issue
    people = await staff.everybody_of_unit(turn, issue.unit) if issue.unit is not None else []
    successor = _pick(people, to)
    return await pass_on(turn, person, issue, successor)


async def pass_on(turn: Turn, by: Person | None, issue: Issue, successor: Person) -> Issue:
    """Hand over without asking who may: `by` None when the roster changed. Raises IllegalMove."""
    before = await staff.known(turn, issue.assignee)
    change = lifecycle.hand_over(issue, by.id if by else None, turn.now, successor.id)
    await cards.bring(turn, [successor], issue)
    issue = await steps.keep(turn, change)
    if before is not None and before.id != successor.id and (by is None or before.id != by.id):
        await cards.notify(turn, before, issue.id, "handed_over", by=successor.name)
    return issue


async def give_to_who_is_there(turn: Turn, issue: Issue) -> Issue:
    """Whoever had it has it again; if they are gone, somebody of their unit does, and is brought the case."""
    heir = await staff.in_charge(turn, issue.id)
    if heir is None or heir.id == issue.assignee:
        return issue
    await cards.bring(turn, [heir], issue)
    return await steps.keep(turn, lifecycle.hand_over(issue, None, turn.now, heir.id))


async def set_days(turn: Turn, clerk: Person, issue_id: IssueId, days: int) -> Issue:
    """So many working days: from now where the deadline runs already, else from the assignment. Raises as `set_day`."""
    issue = await steps.load(turn, clerk, Action.SET_DEADLINE, issue_id)
    if days < 0:
        raise DeadlinePast(given=str(days))
    wanted = replace(issue, days=days)
    runs = issue.status in AT_THE_UNIT
    fresh = deadlines.fresh_deadline(wanted, turn.calendar, turn.policy, turn.now) if runs else None
    return await _move(turn, clerk, issue, days, fresh)


async def set_day(turn: Turn, clerk: Person, issue_id: IssueId, day: date) -> Issue:
    """Due at closing time of this day. Raises DeadlinePast, IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, clerk, Action.SET_DEADLINE, issue_id)
    _check_day(turn, day)
    deadline = deadlines.deadline_on(turn.calendar, day, issue.deadlines + 1)
    return await _move(turn, clerk, issue, None, deadline)


async def _move(turn: Turn, clerk: Person, issue: Issue, days: int | None, deadline: Deadline | None) -> Issue:
    if not lifecycle.legal(issue, Action.SET_DEADLINE):
        raise lifecycle.illegal(issue, Action.SET_DEADLINE)
    same = issue.deadline is not None and deadline is not None and issue.deadline.due_at == deadline.due_at
    if issue.days == days and (same or issue.deadline is deadline):
        await claiming.close(turn, clerk, issue.id)
        return issue
    issue = await steps.keep(turn, lifecycle.set_deadline(issue, clerk.id, turn.now, days, deadline))
    assignee = await staff.known(turn, issue.assignee)
    if assignee is not None and issue.status in AT_THE_UNIT and assignee.id != clerk.id:
        await cards.notify(turn, assignee, issue.id, "deadline_moved")
    return issue


def _check_day(turn: Turn, day: date) -> None:
    if turn.calendar.closing(day) <= turn.now:
        raise DeadlinePast(given=day.isoformat())


async def undo(turn: Turn, clerk: Person, issue_id: IssueId) -> Issue:
    """Take back the desk's last move (`moves.UNDOABLE`) within the policy's minutes. Raises UndoTooLate, as `steps.load`."""
    issue = await steps.load(turn, clerk, Action.UNDO, issue_id)
    last = lifecycle.last_move(line.entry for line in await turn.uow.issues.history(issue_id))
    change = lifecycle.undo(issue, last, clerk.id, turn.now, turn.policy.undo_minutes)
    before = await staff.known(turn, issue.assignee)
    await steps.keep(turn, change)
    if last is not None and last.action is Action.ASSIGN and before is not None and before.id != clerk.id:
        await cards.notify(turn, before, issue_id, "taken_back")
    if last is not None and last.action in _ENDS:
        await _tell_uncleared(turn, clerk, issue, _ENDS[last.action])
    return change.issue


async def _tell_uncleared(turn: Turn, clerk: Person, issue: Issue, event: str) -> None:
    """Who was told that it is over hears that it is not, or not yet."""
    for person in (issue.reporter, issue.assignee):
        told = await staff.known(turn, person)
        if told is not None and told.id != clerk.id:
            await cards.notify(turn, told, issue.id, event)
