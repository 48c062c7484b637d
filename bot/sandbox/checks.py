"""Is a call one the Bot API would take? Against aiogram's models and the documented numbers."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.sandbox.chats import ADMIN_RIGHTS
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.params import Model
from bot.sandbox.text import units

ACTIONS = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
]
STYLES = frozenset({"danger", "success", "primary"})
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "file_id": "file_id is not specified",
}
MARKUP_FIELDS = frozenset({"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"})


def check_model(model: Model, params: Json) -> None:
    """Types, required and unknown parameters; ApiError 400.

    Telegram ignores what it doesn't know; here it is refused, so that a misspelt parameter is noticed.
    """
    if isinstance(params.get("rights"), dict):  # a client older than one of the rights leaves it out
        params = params | {"rights": dict.fromkeys(ADMIN_RIGHTS, False) | params["rights"]}
    try:
        call = model.model_validate(params)
    except ValidationError as error:
        raise bad_request(_first(error)) from error
    unknown = next(extras(call), None)
    if unknown:
        raise bad_request(f"unknown parameter {unknown} (the sandbox is strict)")


def _first(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "missing" and place in MISSING:
        return MISSING[place]
    return f"{place}: {fault['msg']}"


def extras(value: Any, path: str = "") -> Iterator[str]:
    """Paths of the fields no model knows."""
    if isinstance(value, BaseModel):
        yield from (f"{path}{name}" for name in value.model_extra or {})
        for name in value.model_fields_set & set(type(value).model_fields):
            yield from extras(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from extras(item, f"{path}{number}.")


def check_text(text: str) -> str:
    """A message's text after parsing: 1-4096 UTF-16 code units."""
    if not text:
        raise bad_request("message text is empty")
    if units(text) > 4096:
        raise bad_request("message is too long")
    return text


def check_caption(text: str) -> str:
    """A caption after parsing: at most 1024 UTF-16 code units."""
    if units(text) > 1024:
        raise bad_request("message caption is too long")
    return text


def check_markup(markup: Json | None) -> None:
    """A keyboard: one kind; inline ones have at most 100 buttons, 8 in a row, each with exactly one action."""
    if markup is None:
        return
    if len(MARKUP_FIELDS & set(markup)) != 1:
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    if any(len(row) > 8 for row in rows) or sum(len(row) for row in rows) > 100:
        raise bad_request("reply markup is too long")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            check_button(button)
    for row in markup.get("keyboard", []):
        if any(not key["text"].strip() for key in row):
            raise bad_request("can't parse keyboard button: keyboard button text must be non-empty")


def check_button(button: Json) -> None:
    """An inline button: words, one action, 1-64 bytes of callback data."""
    fault = "can't parse inline keyboard button: "
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [action for action in ACTIONS if button.get(action) not in (None, False)]
    if not actions:
        raise bad_request(fault + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"{fault}exactly one action is allowed, not {' and '.join(actions)}")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if button.get("style", "primary") not in STYLES:
        raise bad_request(f"{fault}unknown style {button['style']}")
    check_address(button)


def check_address(button: Json) -> None:
    """A button's link must be one."""
    url = button.get("url")
    if url is not None and (" " in url or not url.startswith(("http://", "https://", "tg://"))):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
