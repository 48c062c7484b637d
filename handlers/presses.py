"""What every press has: a chat, the message it hangs under, and exactly one answer."""

from typing import Any

from aiogram.types import CallbackQuery

from bot.domain.ids import ChatId, MessageId
from bot.services.telling import toast
from bot.services.turn import Turn


def chat_of(query: CallbackQuery) -> ChatId:
    """Where the button hangs; the presser's own chat if Telegram doesn't say (a very old message)."""
    return ChatId(query.message.chat.id if query.message else query.from_user.id)


def message_of(query: CallbackQuery) -> MessageId | None:
    """Which message the button hangs under."""
    return MessageId(query.message.message_id) if query.message else None


async def answer(turn: Turn, query: CallbackQuery, name: str = "quiet", *, alert: bool = False, **facts: Any) -> None:
    """Answer the press with a toast of that name; 'quiet' just stops the spinner. Only who pressed sees it: it is told to
    their own chat, whose language it speaks, in groups too."""
    await turn.tell(toast(ChatId(query.from_user.id), query.id, name, alert=alert, **facts))
