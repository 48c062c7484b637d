"""How every step of an issue's life begins and ends: is it allowed, then keep it, plan what follows, draw the cards."""

from bot.domain.errors import NotAllowed
from bot.domain.history import Action, Change
from bot.domain.ids import IssueId
from bot.domain.issue import Issue
from bot.domain.organisation import Person
from bot.domain.permissions import may
from bot.services.issues import cards, claims
from bot.services.issues.following import followers
from bot.services.timed import reminders
from bot.services.turn import Turn


async def load(turn: Turn, person: Person, action: Action, issue: IssueId) -> Issue:
    """The issue, if this person may take this step on it now. Raises NotYours, IssueUnknown, NotAllowed, InHand."""
    await cards.check_sight(turn, person, issue)
    standing = await turn.uow.issues.standing(issue)
    if not may(person, action, standing):
        raise NotAllowed(action=action.value)
    await claims.check(turn, person, action, issue, standing)
    return await turn.uow.issues.get(issue)


async def keep(turn: Turn, *changes: Change) -> Issue:
    """Save the changes in order; plan or cancel its reminders; draw its cards. Raises ChangedMeanwhile."""
    for change in changes:
        await turn.uow.issues.save(change)
        await claims.decided(turn, change.entry.by, change.entry.action, change.issue.id)
    issue = changes[-1].issue
    await reminders.plan(turn, issue)
    await cards.refresh(turn, issue.id)
    if changes[0].entry.before_status != issue.status:  # what was merged into it says how it stands
        for follower in await followers(turn, issue.id):
            await cards.refresh(turn, follower)
    return issue
