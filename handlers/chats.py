"""What Telegram tells about chats: a person blocks the bot or comes back, a group moves."""

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated, Message

from bot.domain.ids import ChatId
from bot.services.turn import Turn


def build() -> Router:
    """Groups that add or remove the bot belong to handlers/groups.py; only private chats here."""
    router = Router(name="chats")
    router.my_chat_member(F.chat.type == ChatType.PRIVATE)(blocked_or_back)
    router.message(F.migrate_to_chat_id | F.migrate_from_chat_id)(moved)
    return router


async def blocked_or_back(event: ChatMemberUpdated, turn: Turn) -> None:
    """A block makes the person unreachable until they write again."""
    chat = ChatId(event.chat.id)
    if event.new_chat_member.status in {ChatMemberStatus.KICKED, ChatMemberStatus.LEFT}:
        await turn.uow.chats.gone(chat, "blocked")
    else:
        await turn.uow.chats.back(chat)


async def moved(message: Message, turn: Turn) -> None:
    """A group became a supergroup: everything of the old chat goes along. Said in both chats, in either order."""
    here = ChatId(message.chat.id)
    if message.migrate_to_chat_id is not None:
        await turn.uow.chats.migrate(here, ChatId(message.migrate_to_chat_id))
    elif message.migrate_from_chat_id is not None:
        await turn.uow.chats.migrate(ChatId(message.migrate_from_chat_id), here)
