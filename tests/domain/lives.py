"""An issue and the steps it may take, for tests of its life."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain import delays, lifecycle
from bot.domain.history import Action, Change, Entry
from bot.domain.ids import IssueId, PersonId, ProjectCode, UnitCode
from bot.domain.issue import AT_THE_UNIT, Category, Deadline, Issue, Level, Means, Outcome, Satisfaction, Status

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
REPORTER, CLERK, ASSIGNEE, COLLEAGUE, LEADER = (PersonId(number) for number in range(1, 6))
UNIT = UnitCode("U04")


def an_issue(**more: Any) -> Issue:
    """Just reported."""
    issue = Issue(
        id=IssueId(7),
        number="XM-2026-0007",
        project=ProjectCode("P002"),
        reporter=REPORTER,
        category=Category.POWER,
        level=Level.B,
        description="塔吊没有电",
        reported_at=AT,
    )
    return replace(issue, **more)


ORIGINAL = an_issue(id=IssueId(6), number="XM-2026-0006")


def due(version: int = 1, days: int = 5) -> Deadline:
    """So many days from now."""
    return Deadline(AT + timedelta(days=days), version, "2026")


def _assign(issue: Issue, at: datetime) -> list[Change]:
    return lifecycle.assign(issue, CLERK, at, UNIT, ASSIGNEE, due(issue.deadlines + 1))


STEPS: dict[str, Callable[[Issue, datetime], list[Change]]] = {
    "register": lambda i, at: [lifecycle.step(i, Action.REGISTER, CLERK, at)],
    "name_unit": lambda i, at: [lifecycle.step(i, Action.NAME_UNIT, CLERK, at, unit=UNIT)],
    "assign": _assign,
    "accept": lambda i, at: [lifecycle.accept(i, ASSIGNEE, at)],
    "return": lambda i, at: [lifecycle.return_to_desk(i, ASSIGNEE, at, "不是我们的事")],
    "hand_over": lambda i, at: [lifecycle.hand_over(i, CLERK, at, COLLEAGUE)],
    "resolve": lambda i, at: [
        lifecycle.resolve(i, ASSIGNEE, at, "电通了", [Means.EARLY_GUIDANCE], 1, photo_needed=True)
    ],
    "confirm": lambda i, at: [lifecycle.confirm(i, REPORTER, at)],
    "dispute": lambda i, at: [lifecycle.reopen(i, Action.DISPUTE, REPORTER, at, "还没有电", due(i.deadlines + 1))],
    "rate": lambda i, at: [lifecycle.rate(i, REPORTER, at, Satisfaction.FAIR)],
    "clear": lambda i, at: [lifecycle.clear(i, CLERK, at, at, unreachable=True)],
    "reopen": lambda i, at: [lifecycle.reopen(i, Action.REOPEN, CLERK, at, "再看看", due(i.deadlines + 1))],
    "reject": lambda i, at: [lifecycle.reject(i, CLERK, at, "报过了")],
    "categorise": lambda i, at: [lifecycle.step(i, Action.CATEGORISE, CLERK, at, category=Category.OTHER)],
    "set_days": lambda i, at: [
        lifecycle.set_deadline(i, CLERK, at, 3, due(i.deadlines + 1) if i.status in AT_THE_UNIT else None)
    ],
    "set_day": lambda i, at: [lifecycle.set_deadline(i, CLERK, at, None, due(i.deadlines + 1, days=9))],
    "nudge": lambda i, at: [lifecycle.nudge(i, CLERK, at)],
    "merge": lambda i, at: [lifecycle.merge(i, CLERK, at, ORIGINAL)[0]],
    "absorb": lambda i, at: [lifecycle.step(i, Action.ABSORB, CLERK, at, ORIGINAL.number)],
    "suspend": lambda i, at: [delays.suspend(i, CLERK, at, "等变压器到货")],
    "resume": lambda i, at: [
        delays.resume(i, CLERK, at, due(i.deadlines + 1, days=8) if i.suspended_from in AT_THE_UNIT else None)
    ],
    "transfer": lambda i, at: [lifecycle.conclude(i, CLERK, at, Outcome.TRANSFERRED, "转省里办")],
    "explain": lambda i, at: [delays.explain(i, ASSIGNEE, at, "电缆还没到货")],
    "extend": lambda i, at: [delays.ask_for_time(i, ASSIGNEE, at, AT + timedelta(days=9), "缺变压器")],
    "grant": lambda i, at: [delays.grant(i, LEADER, at, due(i.deadlines + 1, days=9))],
    "refuse": lambda i, at: [delays.refuse(i, LEADER, at, "抓紧办")],
    "ask_again": lambda i, at: [lifecycle.ask_again(i, at)],
    "remark": lambda i, at: [lifecycle.step(i, Action.REMARK, REPORTER, at, "补充一句")],
}


def walk(*names: str, issue: Issue | None = None, at: datetime = AT) -> tuple[Issue, list[Entry]]:
    """Take these steps one after another; the issue at the end and its lines of history."""
    issue, history = issue or an_issue(), []
    for name in names:
        for change in STEPS[name](issue, at):
            issue = change.issue
            history.append(change.entry)
    return issue, history


TO = {  # how an issue gets into each state that this table can reach
    Status.REPORTED: (),
    Status.REGISTERED: ("register",),
    Status.ASSIGNED: ("register", "assign"),
    Status.ACCEPTED: ("register", "assign", "accept"),
    Status.RETURNED: ("register", "assign", "return"),
    Status.RESOLVED: ("register", "assign", "accept", "resolve"),
    Status.CLEARED: ("register", "assign", "accept", "resolve", "confirm", "clear"),
    Status.REJECTED: ("reject",),
    Status.MERGED: ("merge",),
    Status.SUSPENDED: ("register", "assign", "suspend"),
}
