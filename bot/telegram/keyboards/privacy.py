"""Buttons of /privacy, and of an administrator who is asked to erase somebody."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfList, OfSetting, Style

Gettext = Callable[[str], str]
Facts = Mapping[str, Any]


def kept(facts: Facts, _: Gettext) -> Keyboard:
    """Export, erase; or the question."""
    if facts["hidden"]:
        return []
    if facts["asked"] == "erase":
        sure = _own("🗑 " + _("Ask for it"), "sure", Style.DANGER)
        return [[sure, _own("↩️ " + _("Back"), "back")]]
    erase = [] if facts["wish"] else [_own("🗑 " + _("Erase"), "erase")]
    return [[_own("📦 " + _("Export"), "export"), *erase]]


def request(facts: Facts, _: Gettext) -> Keyboard:
    """Grant or refuse, while somebody waits."""
    if facts["hidden"] or facts["state"] != "asked":
        return []
    yes = Button("🗑 " + _("Erase for good"), OfList(name="erase", arg=f"y.{facts['person']}"), style=Style.DANGER)
    return [[yes, Button(_("Don't erase"), OfList(name="erase", arg=f"n.{facts['person']}"))]]


def _own(text: str, value: str, style: Style = Style.PLAIN) -> Button:
    return Button(text, OfSetting(name="privacy", value=value), style=style)


KEYBOARDS = {"privacy/kept": kept, "privacy/request": request}
