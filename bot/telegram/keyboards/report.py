"""Buttons of a draft's card. The words are a contract (conversations.md)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.domain.issue import Category, Level
from bot.telegram import markup, neutral, words
from bot.telegram.buttons import Button, Keyboard, OfDraft, OfIssue, Style

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]


def draft_card(facts: Facts, _: Gettext) -> Keyboard:
    """The open draft: submit, three choosers, perhaps 'add to', cancel; or the chooser that is open."""
    if facts["state"] != "open":
        return [_open(facts["issue"], _)] if facts["issue"] else []
    choosers = {"project": _projects, "category": _categories, "level": _levels}
    chooser = choosers.get(facts["menu"])
    return _plain(facts, _) if chooser is None else [*chooser(facts, _), [_press(facts, "menu", "↩️ " + _("Back"))]]


def _plain(facts: Facts, _: Gettext) -> Keyboard:
    add = [_press(facts, "add", _("Add to %(number)s") % {"number": facts["last"]})] if facts["last"] else []
    return [
        [_press(facts, "submit", "✅ " + _("Submit"), style=Style.SUCCESS)],
        [
            _press(facts, "menu", "🏗 " + _("Project"), "project"),
            _press(facts, "menu", "🏷 " + _("Category"), "category"),
            _press(facts, "menu", "⏱ " + _("Level"), "level"),
        ],
        add,
        [_press(facts, "cancel", "✖️ " + _("Cancel"))],
    ]


def _projects(facts: Facts, _: Gettext) -> Keyboard:
    """If submitting asked for the project, picking one files ('file'), and the buttons say so themselves."""
    do = "file" if facts["submit"] else "project"
    return [[_press(facts, do, _short(p["name"]), p["code"])] for p in facts["projects"]]


def _categories(facts: Facts, _: Gettext) -> Keyboard:
    chosen = facts["category"]
    keys = [_press(facts, "category", _mark(words.category(_, c), c == chosen), c.value) for c in Category]
    return _pairs(keys)


def _levels(facts: Facts, _: Gettext) -> Keyboard:
    chosen = facts["level"]
    return [[_press(facts, "level", _mark(words.level(_, v), v == chosen), v.value)] for v in Level]


def added(facts: Facts, _: Gettext) -> Keyboard:
    """From the answer to an addition to the issue."""
    return [_open(facts["issue"], _)]


def _open(issue: int, _: Gettext) -> list[Button]:
    return [Button(_("Open the issue"), OfIssue(issue=issue, do="open"))]


def _press(facts: Facts, do: str, text: str, arg: str = "", style: Style = Style.PLAIN) -> Button:
    return Button(text, OfDraft(draft=facts["draft"], do=do, arg=arg), style=style)


def _short(name: str) -> str:
    """As much of a name as a button shows."""
    return markup.clip(neutral.clean(name), 60)


def _mark(text: str, chosen: bool) -> str:
    return f"✓ {text}" if chosen else text


def _pairs(keys: Iterable[Button]) -> Keyboard:
    row = list(keys)
    return [row[start : start + 2] for start in range(0, len(row), 2)]


KEYBOARDS = {"report/draft": draft_card, "report/added": added, "report/corrected": added}
