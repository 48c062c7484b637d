"""What of a person must go when they are erased: their name, account and telephone numbers, wherever they were written."""

import re
from collections.abc import Iterable
from typing import Any

from bot.domain.ids import UserId

ERASED = "已注销 / Erased"  # stands for a name that is gone, in both languages
GONE = "▇▇▇"  # stands for what was taken out of a text
_MOBILE = r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
_LANDLINE = r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"
_PHONES = re.compile(f"{_MOBILE}|{_LANDLINE}")


def phones_in(texts: Iterable[str]) -> set[str]:
    """The telephone numbers a person wrote, as they wrote them."""
    return {found for text in texts for found in _PHONES.findall(text)}


def marks_of(name: str, user: UserId | None, own_texts: Iterable[str]) -> list[str]:
    """What tells who the person is, longest first. A name of one character is no mark: it would be in every other text."""
    found = phones_in(own_texts) | ({name} if len(name) > 1 and name != ERASED else set())
    found |= {str(user)} if user is not None else set()
    return sorted(found, key=len, reverse=True)


def scrub(value: Any, marks: Iterable[str]) -> Any:
    """A text, or JSON with texts, without the marks."""
    if isinstance(value, str):
        for mark in marks:
            value = value.replace(mark, GONE)
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return 0 if str(value) in set(marks) else value
    if isinstance(value, dict):
        return {scrub(name, marks): scrub(part, marks) for name, part in value.items()}
    return [scrub(part, marks) for part in value] if isinstance(value, list) else value
