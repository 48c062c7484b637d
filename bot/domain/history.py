"""What happened to an issue: append-only lines. Words of people stand apart (`words`), so that they can be erased."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import Issue, Status


class Action(StrEnum):
    """Every way an issue changes. The moves of `moves.MOVES`, and what changes a field without moving it."""

    REPORT = "report"
    REGISTER = "register"
    VERIFY = "verify"
    ASSIGN = "assign"
    ACCEPT = "accept"
    RETURN = "return"
    RESOLVE = "resolve"
    CONFIRM = "confirm"  # the reporter: solved
    DISPUTE = "dispute"  # the reporter: not solved; reopens
    RATE = "rate"
    CLEAR = "clear"
    REOPEN = "reopen"
    REJECT = "reject"
    MERGE = "merge"  # into another issue, the original
    ABSORB = "absorb"  # the original takes in one that was merged into it
    SUSPEND = "suspend"  # waits for a named thing; the clock stops
    RESUME = "resume"
    CONCLUDE = "conclude"  # struck off, but not as solved
    EXPLAIN = "explain"  # the unit: what stands in the way
    EXTEND = "extend"  # the unit asks for more time
    GRANT = "grant"
    REFUSE = "refuse"
    ASK_AGAIN = "ask_again"  # the reporter, who has not answered
    HAND_OVER = "hand_over"
    UNDO = "undo"
    CATEGORISE = "categorise"
    RANK = "rank"  # level
    CLASSIFY = "classify"  # kind: single or common
    NAME_UNIT = "name_unit"
    SET_DEADLINE = "set_deadline"
    NUDGE = "nudge"  # 催办 by hand
    REMARK = "remark"
    ADD_EVIDENCE = "add_evidence"
    REBIND = "rebind"  # a guest turned out to be a person of the office
    ERASE = "erase"  # a person's name was taken out of its words


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history. `by` None: the system. `before` and `after` hold the changed fields only, as JSON values."""

    issue: IssueId
    action: Action
    at: datetime
    by: PersonId | None
    before_status: Status | None
    after_status: Status
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""  # a reason or remark; stored apart, erasable
    id: int = 0  # given by the store


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was checked and waits to be saved: the issue after it, and its line of history."""

    issue: Issue
    entry: Entry
