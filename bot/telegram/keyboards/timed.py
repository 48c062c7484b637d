"""Buttons under timed messages: one opens each issue; whoever it climbed to may nudge, and say that they have seen it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfIssue, OfList, Style

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]
KEYS = 20  # issues with a button; more would bury the text
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def issues(facts: Facts, _: Gettext) -> Keyboard:
    """The most urgent ones, two in a row; one that is named twice (for two rungs) has one button."""
    keys = list(_opening(facts).values())
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def escalation(facts: Facts, _: Gettext) -> Keyboard:
    """Each with its nudge beside it, and below all: seen."""
    rows = [[key, nudge(issue, _)] for issue, key in _opening(facts).items()]
    told_at = datetime.fromisoformat(facts["proof"]["at"])
    seen = OfList(name="seen", arg=str((told_at - _EPOCH) // _MICROSECOND))
    return [*rows, [Button(_("Seen"), seen, style=Style.SUCCESS)]]


def nudge(issue: int, _: Gettext) -> Button:
    """Under a list: the message itself stays a list."""
    return Button(_("Nudge"), OfList(name="nudge", arg=str(issue)))


def told_at(arg: str) -> datetime:
    """The moment a pressed 'seen' speaks of. ValueError, OverflowError for one that was never ours."""
    return _EPOCH + int(arg) * _MICROSECOND


def _opening(facts: Facts) -> dict[int, Button]:
    named = {line["issue"]: line["number"] for line in facts["issues"]}
    return {issue: Button(number, OfIssue(issue=issue, do="open")) for issue, number in list(named.items())[:KEYS]}


KEYBOARDS = {
    "timed/reminder": issues,
    "timed/nudge": issues,
    "timed/escalation": escalation,
    "timed/empty_rung": issues,
}
