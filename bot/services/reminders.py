"""Reminders and the ladder as rows (ADR 2): planned after each change of an issue, said when their moment has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.domain.deadlines import next_reminder, next_rung
from bot.domain.ids import IssueId
from bot.domain.issue import AT_THE_UNIT, Deadline, Issue, Level
from bot.ports import Due, IssueView
from bot.services import ladder, pings, reach, unreached
from bot.services.timed import Live
from bot.services.turn import Turn

BATCH = 4000  # rows a tick takes: more than a city has open, so that a person's issues come in one message
CHUNK = 500  # issues a query brings


async def plan(turn: Turn, issue: Issue) -> None:
    """After a change: while the deadline runs, its next reminder and rung are planned; otherwise nothing is.

    A deadline version is planned once: planning it again keeps what waits (a reminder that is late must not be lost).
    """
    if issue.deadline is None or issue.status not in AT_THE_UNIT:
        await turn.uow.agenda.cancel(issue.id)
        return
    rows = await turn.uow.agenda.planned(issue.id)
    if any(row.version == issue.deadline.version for row in rows):
        await _keep(turn, issue, rows)
    else:
        await turn.uow.agenda.cancel(issue.id)
        await turn.uow.agenda.plan_all(_first(turn, issue, issue.deadline))


async def _keep(turn: Turn, issue: Issue, rows: Sequence[Due]) -> None:
    """What waits, waits; but a changed level may change at which hours it may be said."""
    now = any_hour(turn, issue)
    changed = [replace(row, any_hour=now) for row in rows if row.any_hour != now]
    if changed:
        await turn.uow.agenda.plan_all(changed)


def _first(turn: Turn, issue: Issue, deadline: Deadline) -> list[Due]:
    now = any_hour(turn, issue)
    ping = next_reminder(deadline, turn.calendar, turn.policy, turn.now)
    rows = [Due(issue.id, "reminder", ping.at, deadline.version, ping.step, now)]
    if (rung := next_rung(deadline, turn.calendar, turn.policy, 0)) is not None:
        rows.append(Due(issue.id, "rung", rung[0], deadline.version, 0, now))
    return rows


def any_hour(turn: Turn, issue: Issue) -> bool:
    """Whether its people may be told outside office hours."""
    return turn.policy.urgent_any_hour and issue.level is Level.A


async def is_due(turn: Turn) -> bool:
    """Whether a tick would find something: one row is looked for, in a turn that only reads."""
    return bool(await _due(turn, 1))


async def tick(turn: Turn) -> int:
    """Say what is due, once, grouped per person; how many rows were dealt with."""
    dues = await _due(turn, BATCH)
    if dues:
        await _say(turn, dues)
    return len(dues)


async def _due(turn: Turn, most: int) -> Sequence[Due]:
    """Outside office hours only what may be said at any hour; the rest stays due until the office opens."""
    is_open = turn.calendar.is_open(turn.now)
    if not (is_open or turn.policy.urgent_any_hour):
        return []
    return await turn.uow.agenda.due(turn.now, any_hour_only=not is_open, limit=most)


async def _say(turn: Turn, dues: Sequence[Due]) -> None:
    views = await _views(turn, {due.issue for due in dues})
    live = [Live(due, views[due.issue], turn) for due in dues if _stands(due, views[due.issue].issue)]
    for issue in {due.issue for due in dues} - {item.due.issue for item in live}:
        await plan(turn, views[issue].issue)
    around = await reach.look_up(turn, [item.view for item in live])
    notes = await pings.remind(turn, [item for item in live if item.due.kind == "reminder"], around)
    notes += await pings.nudge(turn, [item for item in live if item.due.kind == "nudge"], around)
    notes += await ladder.climb(turn, [item for item in live if item.due.kind == "rung"], around)
    await unreached.tell_desk(turn, notes, around)


def _stands(due: Due, issue: Issue) -> bool:
    """The row still speaks of the issue's present deadline, and that runs."""
    return issue.deadline is not None and issue.deadline.version == due.version and issue.status in AT_THE_UNIT


async def _views(turn: Turn, issues: Iterable[IssueId]) -> Mapping[IssueId, IssueView]:
    asked = sorted(issues)
    chunks = [asked[start : start + CHUNK] for start in range(0, len(asked), CHUNK)]
    return {view.issue.id: view for chunk in chunks for view in await turn.uow.issues.views(chunk)}
