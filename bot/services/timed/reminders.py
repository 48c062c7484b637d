"""Reminders and the ladder as rows (ADR 2): planned after each change of an issue, said when their moment has come."""

from collections import defaultdict
from collections.abc import Sequence

from bot.domain.deadlines import next_reminder, next_rung
from bot.domain.ids import IssueId
from bot.domain.issue import AT_THE_UNIT, Deadline, Issue, Level
from bot.ports import Due, Ripe
from bot.services.people import reach
from bot.services.timed import apart, hours, ladder, pings, unreached
from bot.services.timed.timed import Live, Run, in_portions
from bot.services.turn import Turn

BATCH = 4000  # rows a tick takes: more than a city has open, so that a person's issues come in one message


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
    changed = [row._replace(any_hour=now) for row in rows if row.any_hour != now]
    if changed:
        await turn.uow.agenda.plan_all(changed)


def _first(turn: Turn, issue: Issue, deadline: Deadline) -> list[Due]:
    now = any_hour(turn, issue)
    ping = next_reminder(deadline, turn.calendar, turn.policy, turn.now)
    rows = [Due(issue.id, "reminder", ping.at, deadline.version, ping.step, now)]
    if (rung := next_rung(deadline, turn.calendar, turn.policy, 0)) is not None:
        at = max(
            rung[0], turn.now
        )  # a clock that goes on after a pause may be overdue already: nothing was missed by that
        rows.append(Due(issue.id, "rung", at, deadline.version, 0, now))
    return rows


def any_hour(turn: Turn, issue: Issue) -> bool:
    """Whether its people may be told outside office hours."""
    return turn.policy.urgent_any_hour and issue.level is Level.A


async def is_due(turn: Turn) -> bool:
    """Whether a tick would find something: one row is looked for, in a turn that only reads."""
    any_hour_only = _any_hour_only(turn)
    return any_hour_only is not None and bool(await turn.uow.agenda.due(turn.now, any_hour_only=any_hour_only, limit=1))


async def tick(turn: Turn) -> int:
    """Say what is due, once, grouped per person; how many rows were dealt with."""
    any_hour_only = _any_hour_only(turn)
    if any_hour_only is None:
        return 0
    ripe = await turn.uow.agenda.ripe(turn.now, any_hour_only=any_hour_only, limit=BATCH)
    if ripe:
        await apart.say(turn, ripe, lambda some: _say(turn, some), lambda one: _put_off(turn, one))
    return len(ripe)


def _any_hour_only(turn: Turn) -> bool | None:
    """Outside office hours only what may be said at any hour; the rest stays due until the office opens. None: nothing."""
    if hours.may_tell(turn):
        return False
    return True if turn.policy.urgent_any_hour and not hours.is_quiet(turn, turn.now) else None


async def _say(turn: Turn, ripe: Sequence[Ripe]) -> None:
    by_kind, idle = await _sorted(turn, ripe)
    for issue in idle:
        await plan(turn, await turn.uow.issues.get(issue))
    pinged = by_kind["reminder"] + by_kind["nudge"]
    around = await reach.look_up(turn, pings.elsewhere(pinged) + [item.brief.standing for item in by_kind["rung"]])
    notes = await pings.remind(turn, by_kind["reminder"], around)
    notes += await pings.nudge(turn, by_kind["nudge"], around)
    notes += await ladder.climb(turn, by_kind["rung"], around)
    await unreached.tell_desk(turn, notes, around)


async def _sorted(turn: Turn, ripe: Sequence[Ripe]) -> tuple[dict[str, list[Live]], set[IssueId]]:
    """What still holds, by kind; the issues of what does not."""
    run, by_kind, idle = Run(turn), defaultdict[str, list[Live]](list), set[IssueId]()
    async for some in in_portions(ripe):
        for due, brief in some:
            if brief.runs and brief.due_version == due.version:
                by_kind[due.kind].append(run.live(due, brief))
            else:
                idle.add(due.issue)
    return by_kind, idle


async def _put_off(turn: Turn, one: Ripe) -> None:
    await turn.uow.agenda.plan(one.due._replace(at=turn.now + apart.PUT_OFF))
