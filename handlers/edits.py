"""Edited messages of private chats. A live location moving is an edit too."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import Message

from bot.domain.organisation import Person
from bot.services.reporting import editing
from bot.services.turn import Turn
from handlers.hearing import incoming_of


def build() -> Router:
    """Edits in groups are nobody's business here."""
    router = Router(name="edits")
    router.edited_message(F.chat.type == ChatType.PRIVATE)(edited)
    return router


async def edited(message: Message, turn: Turn, person: Person) -> None:
    """Change the draft, or remark on the filed issue."""
    sent = incoming_of(message)
    if sent is not None:
        await editing.edit(turn, person, sent)
