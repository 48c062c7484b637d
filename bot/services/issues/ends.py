"""How an issue may be struck off, other than as solved."""

from collections.abc import Sequence

from bot.domain import lifecycle
from bot.domain.history import Action
from bot.domain.issue import Issue, Outcome, Status


def outcome_of(issue: Issue, code: str) -> Outcome:
    """An outcome that is no solution, by its code. Raises IllegalMove for what the state does not allow."""
    if code not in outcomes(issue):
        raise lifecycle.illegal(issue, Action.CONCLUDE)
    return Outcome(code)


def outcomes(issue: Issue) -> Sequence[Outcome]:
    """How it may be struck off, other than as solved; none where its state does not allow it."""
    if not lifecycle.legal(issue, Action.CONCLUDE):
        return ()
    unproven = (Outcome.TRANSFERRED, Outcome.NOT_ACCEPTED)
    return (Outcome.PARTLY, *unproven) if issue.status is Status.RESOLVED else unproven
