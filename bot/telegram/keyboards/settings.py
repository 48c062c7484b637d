"""Buttons of personal settings. A language is named in itself, so that whoever needs it can read it."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Button, Keyboard, OfSetting


def language(facts: Mapping[str, Any], _: Callable[[str], str]) -> Keyboard:
    """Chinese and English, side by side."""
    return [
        [
            Button("中文", OfSetting(name="language", value="zh")),
            Button("English", OfSetting(name="language", value="en")),
        ]
    ]


KEYBOARDS = {"settings/language": language}
