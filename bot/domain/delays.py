"""What keeps an issue: it waits for something (挂起), its unit asks for more time (延期), or says what is in the way (阻碍).

Pure steps, as in `bot.domain.lifecycle`; deadlines are computed outside (`bot.domain.deadlines`).
"""

from datetime import datetime

from bot.domain.history import Action, Change
from bot.domain.ids import PersonId
from bot.domain.issue import Deadline, Issue
from bot.domain.lifecycle import step


def suspend(issue: Issue, by: PersonId, at: datetime, awaited: str) -> Change:
    """It waits for what is named. The clock stops, and with it what was asked about it. Raises ReasonNeeded, IllegalMove."""
    return step(issue, Action.SUSPEND, by, at, awaited, suspended_from=issue.status, suspended_at=at, asked_until=None)


def resume(issue: Issue, by: PersonId, at: datetime, deadline: Deadline | None) -> Change:
    """What it waited for is there: it goes on where it stood, with what was left of its time (None: no clock ran)."""
    return step(
        issue,
        Action.RESUME,
        by,
        at,
        status=issue.suspended_from or issue.status,
        suspended_from=None,
        suspended_at=None,
        deadline=deadline or issue.deadline,
    )


def ask_for_time(issue: Issue, by: PersonId, at: datetime, until: datetime, reason: str) -> Change:
    """The unit asks for more time, until then. The clock runs on meanwhile; a newer request replaces an older one."""
    return step(issue, Action.EXTEND, by, at, reason, asked_until=until)


def grant(issue: Issue, by: PersonId, at: datetime, deadline: Deadline) -> Change:
    """More time is given: the new deadline."""
    return step(issue, Action.GRANT, by, at, deadline=deadline, asked_until=None)


def refuse(issue: Issue, by: PersonId, at: datetime, reason: str) -> Change:
    """No more time; the deadline stands. Raises ReasonNeeded, IllegalMove."""
    return step(issue, Action.REFUSE, by, at, reason, asked_until=None)


def explain(issue: Issue, by: PersonId, at: datetime, words: str) -> Change:
    """The unit says what stands in the way. Nothing moves, the clock runs. Raises ReasonNeeded, IllegalMove."""
    return step(issue, Action.EXPLAIN, by, at, words)
