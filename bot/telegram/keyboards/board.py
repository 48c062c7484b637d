"""Buttons of /board and /units."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram import markup, neutral
from bot.telegram.buttons import Button, Keyboard, OfIssue, OfList
from bot.telegram.keyboards.timed import nudge
from bot.telegram.words import TABLES

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]


def board(facts: Facts, _: Gettext) -> Keyboard:
    """Who waits for more time; each late issue, with a nudge for who may; pages, the other scopes, the moment's truth again."""
    asking = [[_open(row, "📝 ")] for row in facts["asking"]]
    keys = [[_open(row), *([nudge(row["id"], _)] if facts["may_nudge"] else [])] for row in facts["rows"]]
    others = [
        _board(_called(scope, _), index, 0) for index, scope in enumerate(facts["scopes"]) if index != facts["index"]
    ]
    again = _board("🔄 " + _("Refresh"), facts["index"], 0)
    return [*asking, *keys, _pages(facts, _, "board", f"{facts['index']}."), *_pairs(others), [again]]


def _open(row: Facts, mark: str = "") -> Button:
    return Button(mark + row["number"], OfIssue(issue=row["id"], do="open"))


def units(facts: Facts, _: Gettext) -> Keyboard:
    """Pages."""
    return [_pages(facts, _, "units")]


def _board(text: str, index: int, page: int) -> Button:
    return Button(text, OfList(name="board", arg=f"{index}.{page}"))


def _called(scope: Facts, _: Gettext) -> str:
    kind = TABLES["scope_kind"][scope["kind"]]
    return markup.clip(neutral.clean(f"{_(kind)} {scope['name']}".strip()), 30)


def _pages(facts: Facts, _: Gettext, name: str, before: str = "") -> list[Button]:
    page, turn = facts["page"], []
    if page > 0:
        turn.append(Button("◀ " + _("Previous"), OfList(name=name, arg=f"{before}{page - 1}")))
    if facts["more"]:
        turn.append(Button(_("Next") + " ▶", OfList(name=name, arg=f"{before}{page + 1}")))
    return turn


def _pairs(keys: list[Button]) -> Keyboard:
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


KEYBOARDS = {"ledger/board": board, "ledger/units": units}
