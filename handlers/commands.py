"""The filter of every command: aiogram's, as people mean it."""

from typing import Any

from aiogram import Bot, filters
from aiogram.types import Message


class Command(filters.Command):
    """A text that begins with this command, in whatever case; a caption never does: its photo is part of a report.

    In private every command is for us, whichever bot it names; in groups the gate has looked at that.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, ignore_case=True, ignore_mention=True)

    async def __call__(self, message: Message, bot: Bot) -> bool | dict[str, Any]:
        """As aiogram: `command` for the handler, or False."""
        return False if message.text is None else await super().__call__(message, bot)
