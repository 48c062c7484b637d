"""Buttons under timed messages: one opens each issue."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfIssue

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]
KEYS = 20  # issues with a button; more would bury the text


def issues(facts: Facts, _: Gettext) -> Keyboard:
    """The most urgent ones, two in a row; one that is named twice (for two rungs) has one button."""
    named = {line["issue"]: line["number"] for line in facts["issues"]}
    keys = [Button(number, OfIssue(issue=issue, do="open")) for issue, number in list(named.items())[:KEYS]]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


KEYBOARDS = {"timed/reminder": issues, "timed/escalation": issues, "timed/empty_rung": issues}
