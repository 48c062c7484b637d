"""Buttons under the list of what is overdue."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfIssue, OfList

Gettext = Callable[[str], str]


def overdue(facts: Mapping[str, Any], _: Gettext) -> Keyboard:
    """One opens each issue, two turn the page."""
    keys = [Button(row["number"], OfIssue(issue=row["id"], do="open")) for row in facts["rows"]]
    page, turn = facts["page"], []
    if page > 0:
        turn.append(Button("◀ " + _("Previous"), OfList(name="overdue", arg=str(page - 1))))
    if facts["more"]:
        turn.append(Button(_("Next") + " ▶", OfList(name="overdue", arg=str(page + 1))))
    return [*(keys[start : start + 2] for start in range(0, len(keys), 2)), turn]


KEYBOARDS = {"ledger/overdue": overdue}
