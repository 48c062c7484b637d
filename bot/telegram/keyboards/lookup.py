"""Buttons under lists of issues: one opens each, two turn the page."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfIssue, OfList

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]


def _rows(facts: Facts) -> Keyboard:
    keys = [Button(row["number"], OfIssue(issue=row["id"], do="open")) for row in facts["rows"]]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def my(facts: Facts, _: Gettext) -> Keyboard:
    """The page's issues, and the pages beside it."""
    page, turn = facts["page"], []
    if page > 0:
        turn.append(Button("◀ " + _("Previous"), OfList(name="my", arg=str(page - 1))))
    if facts["more"]:
        turn.append(Button(_("Next") + " ▶", OfList(name="my", arg=str(page + 1))))
    return [*_rows(facts), turn]


def found(facts: Facts, _: Gettext) -> Keyboard:
    """The issues found."""
    return _rows(facts)


KEYBOARDS = {"lookup/my": my, "lookup/found": found}
