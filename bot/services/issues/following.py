"""Which issues were merged into which: an original, and all that follow it, however many steps away."""

from bot.domain.ids import IssueId
from bot.domain.issue import Issue
from bot.services.turn import Turn


async def original_of(turn: Turn, issue: Issue) -> Issue:
    """The issue that goes on for this one: itself, if it was not merged. Merging leads to open ones only: no circles."""
    while issue.merged_into is not None:
        issue = await turn.uow.issues.get(issue.merged_into)
    return issue


async def followers(turn: Turn, original: IssueId) -> list[IssueId]:
    """All that were merged into it, directly or through another."""
    found: list[IssueId] = []
    coming = await turn.uow.issues.followers(original)
    while coming:
        found.extend(coming)
        coming = [after for issue in coming for after in await turn.uow.issues.followers(issue)]
    return found
