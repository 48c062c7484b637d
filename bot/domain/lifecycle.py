"""The life of an issue as one table, and the checked steps through it (domain.md: life; deadlines are computed outside).

Every function is pure: it takes the issue, who and when, and returns a `Change`, or raises a `Refused` that says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.domain.errors import IllegalMove, ProofNeeded, ReasonNeeded, UndoTooLate, UnitNeeded, WordNeeded
from bot.domain.history import Action, Change, Entry
from bot.domain.ids import PersonId, UnitCode
from bot.domain.issue import AT_THE_UNIT, OPEN, Deadline, Issue, Means, Outcome, Satisfaction, Status, Word

_BEFORE_UNIT = frozenset({Status.REPORTED, Status.REGISTERED, Status.VERIFIED, Status.RETURNED})
_ANY = frozenset(Status)


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a step may start, where it leads (None: it stays), and whether it needs words."""

    start: frozenset[Status]
    end: Status | None = None
    words: bool = False


MOVES: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.REGISTER: Rule(frozenset({Status.REPORTED}), Status.REGISTERED),
        Action.VERIFY: Rule(frozenset({Status.REGISTERED}), Status.VERIFIED),
        Action.ASSIGN: Rule(frozenset({Status.VERIFIED, Status.RETURNED}), Status.ASSIGNED),
        Action.HAND_OVER: Rule(AT_THE_UNIT, Status.ASSIGNED),
        Action.ACCEPT: Rule(frozenset({Status.ASSIGNED}), Status.ACCEPTED),
        Action.RETURN: Rule(AT_THE_UNIT, Status.RETURNED, words=True),
        Action.RESOLVE: Rule(AT_THE_UNIT, Status.RESOLVED),
        Action.CONFIRM: Rule(frozenset({Status.RESOLVED})),
        Action.DISPUTE: Rule(frozenset({Status.RESOLVED}), Status.ASSIGNED, words=True),
        Action.RATE: Rule(frozenset({Status.RESOLVED, Status.CLEARED})),
        Action.CLEAR: Rule(frozenset({Status.RESOLVED}), Status.CLEARED),
        Action.REOPEN: Rule(frozenset({Status.RESOLVED, Status.CLEARED, Status.REJECTED}), Status.ASSIGNED, words=True),
        Action.REJECT: Rule(_BEFORE_UNIT, Status.REJECTED, words=True),
        Action.CATEGORISE: Rule(OPEN),
        Action.RANK: Rule(OPEN),
        Action.CLASSIFY: Rule(OPEN),
        Action.NAME_UNIT: Rule(_BEFORE_UNIT),
        Action.SET_DEADLINE: Rule(_BEFORE_UNIT | AT_THE_UNIT),
        Action.REMARK: Rule(_ANY, words=True),
        Action.ADD_EVIDENCE: Rule(_ANY),
        Action.REBIND: Rule(_ANY),
    }
)
UNDOABLE = frozenset({Action.REGISTER, Action.ASSIGN, Action.CLEAR})


def legal(issue: Issue, action: Action) -> bool:
    """True if the table has this step from the issue's state (permission and proof are other questions)."""
    return issue.status in MOVES[action].start


def step(issue: Issue, action: Action, by: PersonId | None, at: datetime, words: str = "", **changed: Any) -> Change:
    """Take one step of the table. Raises IllegalMove, ReasonNeeded."""
    rule = MOVES[action]
    if issue.status not in rule.start:
        raise IllegalMove(number=issue.number, move=action.value, status=issue.status.value)
    if rule.words and not words.strip():
        raise ReasonNeeded(move=action.value)
    changed.setdefault("status", rule.end or issue.status)
    return _change(issue, action, by, at, words.strip(), changed)


def report(issue: Issue) -> Change:
    """The first line of an issue just filed."""
    return Change(issue, Entry(issue.id, Action.REPORT, issue.reported_at, issue.reporter, None, issue.status))


def assign(
    issue: Issue, by: PersonId, at: datetime, unit: UnitCode | None, assignee: PersonId, deadline: Deadline
) -> list[Change]:
    """Hand the issue to a unit and a person. One not yet checked is verified by the office first, as a line of its own.

    Raises UnitNeeded, IllegalMove.
    """
    if unit is None:
        raise UnitNeeded(number=issue.number)
    changes = []
    if issue.status is Status.REGISTERED:
        changes.append(step(issue, Action.VERIFY, by, at))
        issue = changes[0].issue
    given: dict[str, Any] = {
        "unit": unit,
        "assignee": assignee,
        "deadline": deadline,
        "assigned_at": at,
        "accepted_at": None,
    }
    changes.append(step(issue, Action.ASSIGN, by, at, **given))
    return changes


def resolve(
    issue: Issue,
    by: PersonId,
    at: datetime,
    result: str,
    means: Sequence[Means],
    photos: int,
    photo_needed: bool,
) -> Change:
    """The unit's proof: words, means used, and a photo of this round where the category asks. Raises ProofNeeded, IllegalMove."""
    missing = [
        name
        for name, given in (("text", result.strip()), ("photo", photos or not photo_needed), ("means", means))
        if not given
    ]
    if missing and legal(issue, Action.RESOLVE):
        raise ProofNeeded(number=issue.number, missing=missing)
    return step(
        issue,
        Action.RESOLVE,
        by,
        at,
        words=result,
        result=result.strip(),
        means=tuple(means),
        resolved_at=at,
        word=None,
        satisfaction=None,
    )


def confirm(issue: Issue, by: PersonId, at: datetime) -> Change:
    """The reporter's word: solved."""
    return step(issue, Action.CONFIRM, by, at, word=Word.SOLVED)


def rate(issue: Issue, by: PersonId, at: datetime, satisfaction: Satisfaction) -> Change:
    """How content the reporter is."""
    return step(issue, Action.RATE, by, at, satisfaction=satisfaction)


def clear(issue: Issue, by: PersonId, at: datetime, silence_until: datetime | None) -> Change:
    """Strike off as solved. Needs the reporter's word, or silence up to `silence_until` (None: can't be said yet).

    Raises WordNeeded, IllegalMove.
    """
    silent = silence_until is not None and at >= silence_until
    if legal(issue, Action.CLEAR) and issue.word is not Word.SOLVED and not silent:
        raise WordNeeded(number=issue.number, until=silence_until.isoformat() if silence_until else "")
    return step(issue, Action.CLEAR, by, at, outcome=Outcome.SOLVED, closed_at=at)


def reject(issue: Issue, by: PersonId, at: datetime, reason: str) -> Change:
    """Not accepted, with the reason. Closed, and counted as not accepted."""
    return step(issue, Action.REJECT, by, at, reason, outcome=Outcome.NOT_ACCEPTED, closed_at=at)


def return_to_desk(issue: Issue, by: PersonId, at: datetime, reason: str) -> Change:
    """The unit: not ours. The deadline stops; the desk names another unit."""
    return step(issue, Action.RETURN, by, at, reason, deadline=None, assignee=None)


def reopen(issue: Issue, action: Action, by: PersonId, at: datetime, reason: str, deadline: Deadline) -> Change:
    """Back to the unit with a new deadline, the count kept; back to the desk if no unit ever had it.

    `action` is DISPUTE (the reporter) or REOPEN (the clerk).
    """
    changed: dict[str, Any] = {
        "reopened": issue.reopened + 1,
        "word": Word.NOT_SOLVED if action is Action.DISPUTE else None,
        "outcome": None,
        "closed_at": None,
        "resolved_at": None,
        "satisfaction": None,
    }
    if issue.assignee is None:
        return step(issue, action, by, at, reason, status=Status.REGISTERED, **changed)
    return step(issue, action, by, at, reason, deadline=deadline, assigned_at=at, accepted_at=None, **changed)


def undo(issue: Issue, last: Entry | None, by: PersonId, at: datetime, minutes: int) -> Change:
    """Take back a mistaken register, assign or clear: a new line that restores what stood before. Raises UndoTooLate."""
    if last is None or last.action not in UNDOABLE or at - last.at > timedelta(minutes=minutes):
        raise UndoTooLate(number=issue.number, minutes=minutes)
    restored: dict[str, Any] = {"status": last.before_status}
    if last.action is Action.ASSIGN:
        before = last.before.get("unit", issue.unit)
        restored |= {"unit": before, "assignee": None, "deadline": None, "assigned_at": None}
    elif last.action is Action.CLEAR:
        restored |= {"outcome": None, "closed_at": None}
    return _change(issue, Action.UNDO, by, at, "", restored)


def _change(
    issue: Issue, action: Action, by: PersonId | None, at: datetime, words: str, changed: Mapping[str, Any]
) -> Change:
    deadline = changed.get("deadline")
    if deadline is not None:
        changed = {**changed, "deadlines": deadline.version}
    after = replace(issue, version=issue.version + 1, **changed)
    differing = [f.name for f in fields(Issue) if getattr(issue, f.name) != getattr(after, f.name)]
    told = [name for name in differing if name not in _UNTOLD]
    entry = Entry(
        issue=issue.id,
        action=action,
        at=at,
        by=by,
        before_status=issue.status,
        after_status=after.status,
        before={name: _json(getattr(issue, name)) for name in told},
        after={name: _json(getattr(after, name)) for name in told},
        words=words,
    )
    return Change(after, entry)


# What history does not repeat: the status has columns of its own, people's words stand apart, and counters follow.
_UNTOLD = frozenset({"status", "version", "description", "result", "place", "deadlines"})


def _json(value: Any) -> Any:
    """A field's value as history keeps it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Deadline):
        return {"due_at": value.due_at.isoformat(), "version": value.version, "calendar": value.calendar}
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value
