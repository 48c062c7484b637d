"""What a message looks like once its words are chosen: plain data, ready for the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.ids import MediaId

if TYPE_CHECKING:  # buttons are aiogram's business: what only speaks, the command line for one, need not import it
    from bot.telegram.buttons import Button, Keyboard

Keys = list[list[dict[str, str]]]
"""Rows of the Bot API's InlineKeyboardButton."""


@dataclass(frozen=True, slots=True)
class Text:
    """Classic HTML in parts of at most 4,096 units; the keyboard belongs under the last one."""

    parts: tuple[str, ...]
    keyboard: Keys


@dataclass(frozen=True, slots=True)
class Rich:
    """HTML of a rich message, and the classic text for where it is not understood."""

    html: str
    keyboard: Keys
    classic: Text


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a press: plain text of at most 200 units, '' to just stop the spinner."""

    query: str
    text: str
    alert: bool


@dataclass(frozen=True, slots=True)
class Album:
    """Evidence to show, by our ids, with a caption of at most 1,024 units ('' for none)."""

    media: tuple[MediaId, ...]
    caption: str
    keyboard: Keys


@dataclass(frozen=True, slots=True)
class File:
    """A file of our own making, kept in the media store under its SHA-256."""

    sha256: str
    name: str
    caption: str
    keyboard: Keys


Rendered = Text | Rich | Toast | Album | File


def keys(keyboard: "Keyboard") -> Keys:
    """Typed buttons as the Bot API wants them; empty rows are left out."""
    return [[_key(button) for button in row] for row in keyboard if row]


def markup(keyboard: Keys) -> Mapping[str, Any] | None:
    """The reply markup of a keyboard, None without buttons."""
    return {"inline_keyboard": keyboard} if keyboard else None


def _key(button: "Button") -> dict[str, str]:
    key = {"text": button.text}
    if button.press is not None:
        key["callback_data"] = button.press.pack()
    elif button.url is not None:
        key["url"] = button.url
    if button.style:
        key["style"] = str(button.style)
    return key
