"""The button under a digest's preview."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfList, Style

Gettext = Callable[[str], str]


def weekly(facts: Mapping[str, Any], _: Gettext) -> Keyboard:
    """Only where there are groups the reader may send to."""
    if not facts["send"]:
        return []
    text = "📣 " + _("Send now") + f" ({facts['groups']})"
    return [[Button(text, OfList(name="digest", arg=facts["send"]), style=Style.PRIMARY)]]


KEYBOARDS = {"digest/weekly": weekly}
