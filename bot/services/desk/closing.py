"""The end of an issue: the reporter's word, the clerk's, and the way back when one of them disagrees."""

from collections.abc import Sequence

from bot.domain import deadlines, lifecycle
from bot.domain.draft import Media, Purpose
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import Issue, Satisfaction, Status, Word
from bot.domain.organisation import Person
from bot.services.desk import assigning, merging
from bot.services.issues import cards, ends, steps
from bot.services.people import staff
from bot.services.tasks import asking
from bot.services.turn import Turn


async def confirm(turn: Turn, reporter: Person, issue_id: IssueId) -> Issue:
    """The reporter: solved. The desk hears it. Saying it again changes nothing. Raises IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, reporter, Action.CONFIRM, issue_id)
    change = lifecycle.confirm(issue, reporter.id, turn.now)
    if issue.word is Word.SOLVED:
        await cards.redraw(turn, staff.chat_of(reporter), issue_id)
        return issue
    issue = await steps.keep(turn, change)
    await _tell_desk(turn, issue_id, "confirmed", by=reporter)
    return issue


async def rate(turn: Turn, reporter: Person, issue_id: IssueId, satisfaction: Satisfaction) -> Issue:
    """How content the reporter is; the last word counts. Raises IllegalMove, and as `steps.load`."""
    issue = await steps.load(turn, reporter, Action.RATE, issue_id)
    change = lifecycle.rate(issue, reporter.id, turn.now, satisfaction)
    if issue.satisfaction is satisfaction:
        await cards.redraw(turn, staff.chat_of(reporter), issue_id)
        return issue
    return await steps.keep(turn, change)


async def dispute(turn: Turn, reporter: Person, issue_id: IssueId, reason: str) -> Issue:
    """The reporter: not solved. Back to the unit with a new deadline; unit and desk hear why.

    Raises ReasonNeeded, IllegalMove, and as `steps.load`.
    """
    issue = await _reopen(turn, reporter, Action.DISPUTE, issue_id, reason)
    await _tell_desk(turn, issue_id, "disputed", reason, by=reporter)
    return issue


async def reopen(turn: Turn, clerk: Person, issue_id: IssueId, reason: str) -> Issue:
    """The clerk: back to the unit with a new deadline (to the desk, if no unit has it); unit and reporter hear why.

    Raises ReasonNeeded, IllegalMove, and as `steps.load`.
    """
    issue = await _reopen(turn, clerk, Action.REOPEN, issue_id, reason)
    reporter = await turn.uow.people.get(issue.reporter)
    if reporter.id != clerk.id:
        await cards.notify(turn, reporter, issue_id, "reopened", reason)
    return issue


async def clear(turn: Turn, clerk: Person, issue_id: IssueId) -> Issue:
    """Struck off: the three words agree. Reporter and unit are told.

    Raises WordNeeded (whose word is missing, and until when), IllegalMove, and as `steps.load`.
    """
    issue = await steps.load(turn, clerk, Action.CLEAR, issue_id)
    until, unreachable = await asking.silence(turn, issue)
    issue = await steps.keep(turn, lifecycle.clear(issue, clerk.id, turn.now, until, unreachable=unreachable))
    for told in {issue.reporter, issue.assignee} - {None, clerk.id}:
        person = await staff.known(turn, told)
        if person is not None:
            await cards.notify(turn, person, issue_id, "cleared")
    await merging.tell_followers(turn, issue, "original_cleared")
    return issue


async def conclude(turn: Turn, clerk: Person, issue_id: IssueId, reason: str, code: str) -> Issue:
    """Struck off, but not as solved: it never counts as solved. Reporter and unit hear why.

    Raises WordNeeded (partly solved only), ReasonNeeded, IllegalMove, and as `steps.load`.
    """
    issue = await steps.load(turn, clerk, Action.CONCLUDE, issue_id)
    outcome = ends.outcome_of(issue, code)
    until, unreachable = await asking.silence(turn, issue)
    change = lifecycle.conclude(issue, clerk.id, turn.now, outcome, reason, until, unreachable=unreachable)
    issue = await steps.keep(turn, change)
    for told in {issue.reporter, issue.assignee} - {None, clerk.id}:
        person = await staff.known(turn, told)
        if person is not None:
            await cards.notify(turn, person, issue_id, "concluded", reason, outcome=outcome.value)
    await merging.tell_followers(turn, issue, "original_concluded")
    return issue


async def _reopen(turn: Turn, person: Person, action: Action, issue_id: IssueId, reason: str) -> Issue:
    before = await steps.load(turn, person, action, issue_id)
    deadline = deadlines.fresh_deadline(before, turn.calendar, turn.policy, turn.now)
    issue = await steps.keep(turn, lifecycle.reopen(before, action, person.id, turn.now, reason, deadline))
    if issue.status is Status.ASSIGNED:
        issue = await assigning.give_to_who_is_there(turn, issue)
        await _tell_unit(turn, before, issue, "disputed" if action is Action.DISPUTE else "reopened", reason)
    if not before.is_open:
        await merging.tell_followers(turn, issue, "original_reopened")
    return issue


async def _tell_unit(turn: Turn, before: Issue, issue: Issue, event: str, reason: str) -> None:
    person = await staff.known(turn, issue.assignee)
    if person is not None and (chat := staff.chat_of(person)) is not None:
        await cards.send_evidence(turn, chat, issue, await _against(turn, before))
        await cards.notify(turn, person, issue.id, event, reason)


async def _against(turn: Turn, before: Issue) -> Sequence[Media]:
    """What was sent since the unit called it resolved: it goes with the disagreement."""
    media = await turn.uow.evidence.of_issue(before.id)
    since = before.resolved_at or before.reported_at
    return [item for item in media if item.purpose is Purpose.REMARK and item.received_at >= since]


async def _tell_desk(turn: Turn, issue_id: IssueId, event: str, words: str = "", *, by: Person) -> None:
    for clerk in await staff.handling(turn, issue_id):
        if clerk.id != by.id:
            await cards.notify(turn, clerk, issue_id, event, words, by=by.name)
