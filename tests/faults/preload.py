"""Imported once, before the first process of the suite is forked: what every process of ours would import for itself."""

from bot.telegram.late_models import defer_models

defer_models()

from aiogram.types import Update  # noqa: E402

import bot.__main__  # noqa: E402
import bot.several  # noqa: E402 - wires everything
import bot.web.server  # noqa: E402, F401
import storage.migrate  # noqa: E402, F401

Update.model_validate({"update_id": 1})  # built at its first use
