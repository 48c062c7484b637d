"""Under the list of tasks, and under a proof in the making."""

from bot.domain.issue import Means
from bot.telegram import words
from bot.telegram.buttons import Button, Keyboard, OfIssue, Style
from bot.telegram.keyboards.desk import Facts, in_rows, press
from bot.telegram.words import Gettext


def tasks(facts: Facts, _: Gettext) -> Keyboard:
    """One button per task."""
    return in_rows([Button(task["number"], OfIssue(issue=task["issue"], do="open")) for task in facts["tasks"]], 2)


def proof(facts: Facts, _: Gettext) -> Keyboard:
    """The nine means to choose from, then hand in; nothing once it was handed in."""
    if facts["done"]:
        return []
    chosen = facts["means"]
    labels = [(means.value, words.means(_, means.value)) for means in Means]
    toggles = [press(facts, "means", f"✓ {label}" if v in chosen else label, v) for v, label in labels]
    submit = press(facts, "hand_in", _("Resolve"), style=Style.SUCCESS)
    return [*in_rows(toggles, 2), [submit], [press(facts, "leave", _("Back"), "proof")]]


KEYBOARDS = {"tasks/list": tasks, "tasks/proof": proof}
