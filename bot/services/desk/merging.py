"""Two reports of one obstacle 合并: one goes on, the other points to it, and its reporter hears how it ends."""

from bot.domain import lifecycle
from bot.domain.errors import CannotMerge, NotAllowed, NumberMalformed
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import AT_THE_UNIT, Issue, parse_number
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.domain.permissions import may
from bot.services.desk import claiming
from bot.services.issues import cards, steps
from bot.services.issues.following import followers, original_of
from bot.services.people import staff
from bot.services.turn import Turn


def number_card(issue: int) -> str:
    """The card name of the message that asks for the original's number."""
    return f"number:{issue}"


async def ask(turn: Turn, clerk: Person, issue_id: IssueId) -> None:
    """Which one is the original? Raises IllegalMove, and as `steps.load`."""
    issue = await _mergeable(turn, clerk, issue_id)
    await claiming.begin(turn, clerk, Action.MERGE, issue_id)
    await _draw(turn, clerk, issue, "asked", fresh=True)


async def take(turn: Turn, clerk: Person, issue_id: IssueId, text: str) -> Issue:
    """The typed number of the original. Raises NumberMalformed, CannotMerge, and as `merge`."""
    issue = await _mergeable(turn, clerk, issue_id)
    number = parse_number(text)
    if number is None:
        raise NumberMalformed(given=text[:80], example=issue.number)
    original = await turn.uow.issues.by_number(number)
    if original is None:
        raise CannotMerge(number=issue.number, original=number, why="unknown")
    issue = await merge(turn, clerk, issue_id, original.id)
    await _draw(turn, clerk, issue, "done")
    return issue


async def leave(turn: Turn, clerk: Person, issue_id: IssueId) -> None:
    """No merging after all."""
    await cards.check_sight(turn, clerk, issue_id)
    await claiming.give_up(turn, clerk, issue_id)
    await _draw(turn, clerk, await turn.uow.issues.get(issue_id), "left")


async def merge(turn: Turn, clerk: Person, issue_id: IssueId, original_id: IssueId) -> Issue:
    """Into the original; into the original's own original, if that was merged itself. Reporter and unit are told.

    The clerk must have a say over both. Raises CannotMerge, IllegalMove, and as `steps.load`.
    """
    before = await _mergeable(turn, clerk, issue_id)
    await cards.check_sight(turn, clerk, original_id)
    original = await original_of(turn, await turn.uow.issues.get(original_id))
    if not may(clerk, Action.ABSORB, await turn.uow.issues.standing(original.id)):
        raise NotAllowed(action=Action.MERGE.value)
    merged, absorbed = lifecycle.merge(before, clerk.id, turn.now, original)
    await steps.keep(turn, absorbed)
    issue = await steps.keep(turn, merged)
    await _tell(turn, clerk, before, original)
    return issue


async def _mergeable(turn: Turn, clerk: Person, issue_id: IssueId) -> Issue:
    issue = await steps.load(turn, clerk, Action.MERGE, issue_id)
    if not lifecycle.legal(issue, Action.MERGE):
        raise lifecycle.illegal(issue, Action.MERGE)
    return issue


async def _tell(turn: Turn, clerk: Person, before: Issue, original: Issue) -> None:
    reporter = await turn.uow.people.get(before.reporter)
    if reporter.id != clerk.id:
        await cards.notify(turn, reporter, before.id, "merged", by=original.number)
    assignee = await staff.known(turn, before.assignee)
    if assignee is not None and before.status in AT_THE_UNIT and assignee.id != clerk.id:
        await cards.notify(turn, assignee, before.id, "merged_task", by=original.number)


async def tell_followers(turn: Turn, original: Issue, event: str) -> None:
    """Whose report was merged into this one hears, about their own number, how it ended or that it goes on."""
    for follower in await followers(turn, original.id):
        issue = await turn.uow.issues.get(follower)
        if issue.reporter != original.reporter:
            reporter = await turn.uow.people.get(issue.reporter)
            await cards.notify(turn, reporter, issue.id, event, by=original.number)


async def _draw(turn: Turn, clerk: Person, issue: Issue, stage: str, *, fresh: bool = False) -> None:
    """`stage`: 'asked', 'done' or 'left'."""
    chat = staff.chat_of(clerk)
    if chat is None:
        return
    facts = {"issue": issue.id, "number": issue.number, "stage": stage}
    await turn.tell(Message(chat, "desk/number", facts, card=number_card(issue.id), fresh=fresh))
