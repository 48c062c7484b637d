"""Buttons of /people: from units to people to one person. What a press says: a letter and numbers, joined by dots."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram import markup, neutral
from bot.telegram.buttons import Button, Keyboard, OfList, Style

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]
STATES = {"active": "✅", "blocked": "📵", "left": "🚪", "unbound": "⚪"}


def people(facts: Facts, _: Gettext) -> Keyboard:
    """By what the card shows: units, their members, or one of them."""
    views = {"units": _units, "members": _members, "member": _member}
    return views[facts["view"]](facts, _)


def _units(facts: Facts, _: Gettext) -> Keyboard:
    rows = facts["rows"]
    keys = [_key(f"{_short(row['name'])} {row['active']}/{row['people']}", "m", row["index"], 0) for row in rows]
    return [*_pairs(keys), _pages(facts, _, "u")]


def _members(facts: Facts, _: Gettext) -> Keyboard:
    keys = [_key(f"{STATES[row['state']]} {_short(row['name'])}", "p", row["id"]) for row in facts["rows"]]
    return [*_pairs(keys), _pages(facts, _, "m", facts["index"]), [_key("↩️ " + _("Back"), "u", 0)]]


def _member(facts: Facts, _: Gettext) -> Keyboard:
    person = facts["person"]["id"]
    back = [_key("↩️ " + _("Back"), "m", facts["index"], 0)]
    if not facts["admin"]:
        return [back]
    if facts["asked"] == "revoke":
        sure = _key("⛔ " + _("Revoke for good"), "x", person, style=Style.DANGER)
        return [[sure, _key("↩️ " + _("Back"), "p", person)]]
    revoke = [] if facts["self"] or facts["bare"] else [_key("⛔ " + _("Revoke access"), "r", person)]
    return [[_key("🔑 " + _("Invite"), "i", person), *revoke], back]


def _pages(facts: Facts, _: Gettext, do: str, *where: int) -> list[Button]:
    page, turn = facts["page"], []
    if page > 0:
        turn.append(_key("◀ " + _("Previous"), do, *where, page - 1))
    if facts["more"]:
        turn.append(_key(_("Next") + " ▶", do, *where, page + 1))
    return turn


def _key(text: str, do: str, *numbers: int, style: Style = Style.PLAIN) -> Button:
    return Button(text, OfList(name="people", arg=".".join([do, *map(str, numbers)])), style=style)


def _pairs(keys: list[Button]) -> Keyboard:
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def _short(name: str) -> str:
    return markup.clip(neutral.clean(name), 24)


KEYBOARDS = {"roster/people": people}
