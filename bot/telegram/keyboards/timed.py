"""Buttons under timed messages: one opens each issue."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfIssue

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]
KEYS = 20  # issues with a button; more would bury the text


def issues(facts: Facts, _: Gettext) -> Keyboard:
    """The most urgent ones, two in a row."""
    keys = [Button(line["number"], OfIssue(issue=line["issue"], do="open")) for line in facts["issues"][:KEYS]]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


KEYBOARDS = {"timed/reminder": issues, "timed/escalation": issues, "timed/empty_rung": issues}
