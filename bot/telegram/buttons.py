"""What a press says: typed callback data, at most 64 bytes packed (Bot API). Who pressed is checked when it arrives."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

Id = Annotated[int, Field(ge=0, lt=2**63)]
"""An id of ours as the ledger can hold it. A forged one that can't be is no button of ours."""


class OfDraft(CallbackData, prefix="d"):
    """A button of a draft's card. `do`: 'submit', 'cancel', 'menu' (arg: which chooser), 'project', 'category', 'level'…"""

    draft: Id
    do: str
    arg: str = ""


class OfIssue(CallbackData, prefix="i"):
    """A button of an issue. `do`: a `history.Action` value, 'menu' (arg: which chooser), 'photos', 'next'…"""

    issue: Id
    do: str
    arg: str = ""


class OfList(CallbackData, prefix="l"):
    """A button of a list: `name` says which ('desk', 'tasks', 'my', 'find', 'people'…), `arg` where to go."""

    name: str
    arg: str = ""


class OfSetting(CallbackData, prefix="s"):
    """A personal setting, e.g. name 'language', value 'en'."""

    name: str
    value: str


class Style(StrEnum):
    """Bot API button styles."""

    PLAIN = ""
    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: its words, and either what a press says or the link it opens."""

    text: str
    press: CallbackData | None = None
    url: str | None = None
    style: Style = Style.PLAIN


Keyboard = list[list[Button]]
