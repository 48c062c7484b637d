"""aiogram's models, unbuilt until they are used: the same answers, in a process of its own (importing happens once)."""

import subprocess
import sys

PRELUDE = """
from bot.telegram.late_models import defer_models
defer_models()
"""
UPDATE = {
    "update_id": 1,
    "callback_query": {
        "id": "4",
        "from": {"id": 7, "is_bot": False, "first_name": "耿"},
        "chat_instance": "1",
        "data": "x",
        "message": {
            "message_id": 5,
            "date": 1_700_000_000,
            "chat": {"id": 7, "type": "private"},
            "photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}],
            "reply_markup": {"inline_keyboard": [[{"text": "提交", "callback_data": "x"}]]},
        },
    },
}
PARSED = f"""
from aiogram.types import Update
print(Update.model_validate({UPDATE!r}).model_dump_json(exclude_none=True))
"""


def said(script: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


def test_updates_read_the_same() -> None:
    """To the last field, nested ones included."""
    late, eager = said(PRELUDE + PARSED), said(PARSED)
    assert late == eager
    assert "提交" in late


def test_nothing_is_built_before_its_use_and_all_of_it_can_be() -> None:
    """Types and methods alike; a model that could not be built late would raise here."""
    script = """
from aiogram import methods, types
from pydantic import BaseModel
models = [m for room in (types, methods) for m in vars(room).values()
          if isinstance(m, type) and issubclass(m, BaseModel) and m is not BaseModel]
assert not types.Update.__pydantic_complete__
for model in models:
    model.model_rebuild()
assert len(models) > 400 and all(model.__pydantic_complete__ for model in models)
"""
    said(PRELUDE + script)


def test_it_comes_too_late_without_harm() -> None:
    """Where aiogram is imported already, all stays as it is."""
    said("from aiogram.types import Update" + PRELUDE + "assert Update.__pydantic_complete__")
