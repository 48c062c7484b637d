"""The buttons under each kind of message: one module per room, merged by the kind's name."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

from bot.telegram.buttons import Keyboard

KeyboardOf = Callable[[Mapping[str, Any], Callable[[str], str]], Keyboard]
"""(facts, gettext) → rows of buttons; an empty list is a message without any."""


def collect() -> dict[str, KeyboardOf]:
    """Every room's `KEYBOARDS`; ValueError if two rooms claim one kind."""
    found: dict[str, KeyboardOf] = {}
    for module in pkgutil.iter_modules(__path__):
        room: Mapping[str, KeyboardOf] = importlib.import_module(f"{__name__}.{module.name}").KEYBOARDS
        if twice := found.keys() & room.keys():
            raise ValueError(f"keyboards of {sorted(twice)} are defined twice")
        found.update(room)
    return found
