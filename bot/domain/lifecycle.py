"""The checked steps through an issue's life (the table: `bot.domain.moves`; deadlines are computed outside).

Every function is pure: it takes the issue, who and when, and returns a `Change`, or raises a `Refused` that says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.changes import change_of
from bot.domain.errors import (
    CannotMerge,
    IllegalMove,
    ProofNeeded,
    ReasonNeeded,
    UndoTooLate,
    UnitNeeded,
    WordNeeded,
)
from bot.domain.history import Action, Change, Entry
from bot.domain.ids import PersonId, UnitCode
from bot.domain.issue import Deadline, Issue, Means, Outcome, Satisfaction, Status, Word
from bot.domain.moves import MOVES, UNDOABLE

ASKS = 2  # how often a reporter is asked before silence counts (domain.md: reconcile and strike off)


def legal(issue: Issue, action: Action) -> bool:
    """True if the issue's state allows this step (permission and proof are other questions; undo: see `undoable`).

    Assigning a registered issue is legal: the office's own check goes with it (domain.md: life).
    """
    if action is Action.ASSIGN and issue.status is Status.REGISTERED:
        return True
    return action in MOVES and MOVES[action].legal(issue)


def illegal(issue: Issue, action: Action) -> IllegalMove:
    """What is said of a step that the issue's state doesn't allow."""
    return IllegalMove(number=issue.number, move=action.value, status=issue.status.value)


def step(issue: Issue, action: Action, by: PersonId | None, at: datetime, words: str = "", **changed: Any) -> Change:
    """Take one step of the table. Raises IllegalMove, ReasonNeeded."""
    move = MOVES[action]
    if not move.legal(issue):
        raise illegal(issue, action)
    if move.words and not words.strip():
        raise ReasonNeeded(move=action.value)
    changed.setdefault("status", move.end or issue.status)
    return change_of(issue, action, by, at, words.strip(), changed)


def report(issue: Issue, by: PersonId | None = None) -> Change:
    """The first line of an issue just filed. `by`: who filed it for its reporter; None: they did."""
    return Change(issue, Entry(issue.id, Action.REPORT, issue.reported_at, by or issue.reporter, None, issue.status))


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
    return step(issue, Action.SET_DEADLINE, by, at, days=days, deadline=deadline, asked_until=None)


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
    *,
    asked: bool = True,
) -> Change:
    """The unit's proof: words, means used, and a photo of this round where the category asks. `asked`: the reporter is, now.

    Raises ProofNeeded, IllegalMove.
    """
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
        asks=int(asked),
        asked_until=None,
    )


def confirm(issue: Issue, by: PersonId, at: datetime) -> Change:
    """The reporter's word: solved."""
    return step(issue, Action.CONFIRM, by, at, word=Word.SOLVED)


def rate(issue: Issue, by: PersonId, at: datetime, satisfaction: Satisfaction) -> Change:
    """How content the reporter is."""
    return step(issue, Action.RATE, by, at, satisfaction=satisfaction)


def ask_again(issue: Issue, at: datetime) -> Change:
    """The reporter, who has not answered, is asked once more."""
    return step(issue, Action.ASK_AGAIN, None, at, asks=issue.asks + 1)


def clear(
    issue: Issue, by: PersonId, at: datetime, silence_until: datetime | None, *, unreachable: bool = False
) -> Change:
    """Strike off as solved. Needs the reporter's word, or silence.

    Raises WordNeeded, IllegalMove. See `may_be_silent`.
    """
    if legal(issue, Action.CLEAR):
        _check_word(issue, at, silence_until, unreachable=unreachable)
    return step(issue, Action.CLEAR, by, at, outcome=Outcome.SOLVED, closed_at=at)


def conclude(
    issue: Issue,
    by: PersonId,
    at: datetime,
    outcome: Outcome,
    reason: str,
    silence_until: datetime | None = None,
    *,
    unreachable: bool = False,
) -> Change:
    """Strike off without calling it solved. Partly solved: what the unit proved, so the reporter's word is needed as well.

    A deadline that was not missed ends; a missed one stays, and counts. Raises ReasonNeeded, WordNeeded, IllegalMove.
    """
    partly = outcome is Outcome.PARTLY
    if outcome is Outcome.SOLVED or (partly and issue.status is not Status.RESOLVED):
        raise illegal(issue, Action.CONCLUDE)
    if partly:
        _check_word(issue, at, silence_until, unreachable=unreachable)
    kept = issue.deadline if issue.overdue_at(at) or issue.status is Status.RESOLVED else None
    ended = {"outcome": outcome, "closed_at": at, "deadline": kept, "asked_until": None}
    return step(issue, Action.CONCLUDE, by, at, reason, **ended)


def may_be_silent(issue: Issue, at: datetime, until: datetime | None, *, unreachable: bool = False) -> bool:
    """A reporter's silence is consent: the days are over, and they were asked twice (or nobody can ask them)."""
    return until is not None and at >= until and (issue.asks >= ASKS or unreachable)


def _check_word(issue: Issue, at: datetime, until: datetime | None, *, unreachable: bool) -> None:
    if issue.word is not Word.SOLVED and not may_be_silent(issue, at, until, unreachable=unreachable):
        soon = until is not None and until > at
        raise WordNeeded(number=issue.number, until=until.isoformat() if until is not None and soon else "")


def merge(issue: Issue, by: PersonId, at: datetime, original: Issue) -> tuple[Change, Change]:
    """The same as another one, which goes on: what changes here, and the original's line. Raises CannotMerge, IllegalMove."""
    why = "itself" if issue.id == original.id else "" if original.is_open else "closed"
    if why:
        raise CannotMerge(number=issue.number, original=original.number, why=why)
    merged: dict[str, Any] = {"merged_into": original.id, "closed_at": at, "asked_until": None}
    return (
        step(issue, Action.MERGE, by, at, original.number, **merged),
        step(original, Action.ABSORB, by, at, issue.number),
    )


def reject(issue: Issue, by: PersonId, at: datetime, reason: str) -> Change:
    """Not accepted, with the reason. Closed, and counted as not accepted."""
    return step(issue, Action.REJECT, by, at, reason, outcome=Outcome.NOT_ACCEPTED, closed_at=at)


def return_to_desk(issue: Issue, by: PersonId | None, at: datetime, reason: str) -> Change:
    """The unit: not ours. The deadline stops; the desk names another unit."""
    freed: dict[str, Any] = {"deadline": None, "asked_until": None, "assignee": None}
    return step(issue, Action.RETURN, by, at, reason, **freed, assigned_at=None, accepted_at=None)


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
        "asks": 0,
        "merged_into": None,
    }
    if issue.assignee is None:
        return step(issue, action, by, at, reason, status=Status.REGISTERED, **changed)
    return step(issue, action, by, at, reason, deadline=deadline, assigned_at=at, accepted_at=None, **changed)


def last_move(history: Iterable[Entry]) -> Entry | None:
    """The newest line (oldest comes first) that moved the issue; changed fields, remarks and ratings don't count."""
    moves = [entry for entry in history if _moved(entry.action)]
    return moves[-1] if moves else None


def undoable(last: Entry | None, at: datetime, minutes: int) -> bool:
    """True if the last move may still be taken back: one of UNDOABLE, of the last so many minutes."""
    return last is not None and last.action in UNDOABLE and at - last.at <= timedelta(minutes=minutes)


def undo(issue: Issue, last: Entry | None, by: PersonId, at: datetime, minutes: int) -> Change:
    """Take back a mistaken move of the desk: a new line that restores what stood before.

    `last` is the `last_move`. Raises UndoTooLate.
    """
    if last is None or not undoable(last, at, minutes):
        raise UndoTooLate(number=issue.number, minutes=minutes)
    restored: dict[str, Any] = {"status": last.before_status}
    if last.action is Action.ASSIGN:
        kept = issue.deadline if "deadline" not in last.before else None  # a day named before it was assigned
        unit = last.before.get("unit", issue.unit)
        restored |= {"unit": unit, "assignee": None, "deadline": kept, "assigned_at": None, "accepted_at": None}
        restored |= {"asked_until": None}
    elif last.action is not Action.REGISTER:
        restored |= {"outcome": None, "closed_at": None, "merged_into": None}
        restored |= {"deadline": _deadline_of(last.before) or issue.deadline}
    return change_of(issue, Action.UNDO, by, at, "", restored)


def _moved(action: Action) -> bool:
    move = MOVES.get(action)
    return move is None or move.moves()  # not in the table: reported, undone


def _deadline_of(before: Mapping[str, Any]) -> Deadline | None:
    """The deadline a line of history took away."""
    kept = before.get("deadline")
    return Deadline(**{**kept, "due_at": datetime.fromisoformat(kept["due_at"])}) if kept else None
