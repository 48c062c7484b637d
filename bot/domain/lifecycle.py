"""The life of an issue as one table, and the checked steps through it (domain.md: life; deadlines are computed outside).

Every function is pure: it takes the issue, who and when, and returns a `Change`, or raises a `Refused` that says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.domain.changes import change_of
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
        Action.NUDGE: Rule(AT_THE_UNIT),
        Action.REMARK: Rule(_ANY, words=True),
        Action.ADD_EVIDENCE: Rule(_ANY),
        Action.REBIND: Rule(_ANY),
    }
)
UNDOABLE = frozenset({Action.REGISTER, Action.ASSIGN, Action.CLEAR})


def legal(issue: Issue, action: Action) -> bool:
    """True if the issue's state allows this step (permission and proof are other questions; undo: see `undoable`).

    Assigning a registered issue is legal: the office's own check goes with it (domain.md: life).
    """
    if action is Action.ASSIGN and issue.status is Status.REGISTERED:
        return True
    return action in MOVES and issue.status in MOVES[action].start


def step(issue: Issue, action: Action, by: PersonId | None, at: datetime, words: str = "", **changed: Any) -> Change:
    """Take one step of the table. Raises IllegalMove, ReasonNeeded."""
    rule = MOVES[action]
    if issue.status not in rule.start:
        raise IllegalMove(number=issue.number, move=action.value, status=issue.status.value)
    if rule.words and not words.strip():
        raise ReasonNeeded(move=action.value)
    changed.setdefault("status", rule.end or issue.status)
    return change_of(issue, action, by, at, words.strip(), changed)


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
    given: dict[str, Any] = {"unit": unit, "assignee": assignee, "deadline": deadline, "assigned_at": at}
    changes.append(step(issue, Action.ASSIGN, by, at, **given))
    return changes


def accept(issue: Issue, by: PersonId, at: datetime) -> Change:
    """The unit's person: it is mine."""
    return step(issue, Action.ACCEPT, by, at, accepted_at=at)


def hand_over(issue: Issue, by: PersonId | None, at: datetime, assignee: PersonId) -> Change:
    """Another person takes it on, and has yet to accept it. The deadline stays. `by` None: the roster changed."""
    return step(issue, Action.HAND_OVER, by, at, assignee=assignee, accepted_at=None)


def set_deadline(issue: Issue, by: PersonId, at: datetime, days: int | None, deadline: Deadline | None) -> Change:
    """The clerk's own deadline: so many working days, or a named day (`days` None).

    Before the unit has it, days wait for the assignment (`deadline` None); a named day is kept as it is.
    """
    return step(issue, Action.SET_DEADLINE, by, at, days=days, deadline=deadline)


def nudge(issue: Issue, by: PersonId, at: datetime) -> Change:
    """Somebody wants it to move on: counted, whoever it was."""
    return step(issue, Action.NUDGE, by, at, nudged=issue.nudged + 1)


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


def return_to_desk(issue: Issue, by: PersonId | None, at: datetime, reason: str) -> Change:
    """The unit: not ours. The deadline stops; the desk names another unit."""
    return step(issue, Action.RETURN, by, at, reason, deadline=None, assignee=None, assigned_at=None, accepted_at=None)


def reopen(issue: Issue, action: Action, by: PersonId, at: datetime, reason: str, deadline: Deadline) -> Change:
    """Back to the unit with a new deadline, the count kept; back to the desk if no unit has it.

    `action` is DISPUTE (the reporter) or REOPEN (the clerk). What the unit had said of its solution stays in the history.
    """
    changed: dict[str, Any] = {
        "reopened": issue.reopened + 1,
        "word": Word.NOT_SOLVED if action is Action.DISPUTE else None,
        "result": "",
        "means": (),
        "outcome": None,
        "closed_at": None,
        "resolved_at": None,
        "satisfaction": None,
    }
    if issue.assignee is None:
        return step(issue, action, by, at, reason, status=Status.REGISTERED, **changed)
    return step(issue, action, by, at, reason, deadline=deadline, assigned_at=at, accepted_at=None, **changed)


def last_move(history: Iterable[Entry]) -> Entry | None:
    """The newest line (oldest comes first) that moved the issue; changed fields, remarks and ratings don't count."""
    moves = [entry for entry in history if _moved(entry.action)]
    return moves[-1] if moves else None


def undoable(last: Entry | None, at: datetime, minutes: int) -> bool:
    """True if the last move may still be taken back: a register, assign or clear of the last so many minutes."""
    return last is not None and last.action in UNDOABLE and at - last.at <= timedelta(minutes=minutes)


def undo(issue: Issue, last: Entry | None, by: PersonId, at: datetime, minutes: int) -> Change:
    """Take back a mistaken register, assign or clear: a new line that restores what stood before.

    `last` is the `last_move`. Raises UndoTooLate.
    """
    if last is None or not undoable(last, at, minutes):
        raise UndoTooLate(number=issue.number, minutes=minutes)
    restored: dict[str, Any] = {"status": last.before_status}
    if last.action is Action.ASSIGN:
        kept = issue.deadline if "deadline" not in last.before else None  # a day named before it was assigned
        unit = last.before.get("unit", issue.unit)
        restored |= {"unit": unit, "assignee": None, "deadline": kept, "assigned_at": None, "accepted_at": None}
    elif last.action is Action.CLEAR:
        restored |= {"outcome": None, "closed_at": None}
    return change_of(issue, Action.UNDO, by, at, "", restored)


def _moved(action: Action) -> bool:
    rule = MOVES.get(action)
    return rule is None or rule.end is not None  # not in the table: reported, undone
