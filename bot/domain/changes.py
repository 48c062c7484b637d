"""A change as the ledger keeps it: the issue after it, and the fields that differ as one line of history."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bot.domain.history import Action, Change, Entry
from bot.domain.ids import PersonId
from bot.domain.issue import Deadline, Issue

# What history does not repeat: the status has columns of its own, people's words stand apart, and counters follow.
_UNTOLD = frozenset({"status", "version", "description", "result", "place", "deadlines"})


def change_of(
    issue: Issue, action: Action, by: PersonId | None, at: datetime, words: str, changed: Mapping[str, Any]
) -> Change:
    """The issue with these fields changed, one version on, and the line that says what differs."""
    deadline = changed.get("deadline")
    if deadline is not None:  # max: a day named earlier keeps its version
        changed = {**changed, "deadlines": max(issue.deadlines, deadline.version)}
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


def _json(value: Any) -> Any:
    """A field's value as history keeps it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Deadline):
        return {
            "due_at": value.due_at.isoformat(),
            "version": value.version,
            "calendar": value.calendar,
            "provisional": value.provisional,
            "policy": value.policy,
        }
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value
