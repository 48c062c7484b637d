"""Groups: the bot is added or removed; /subscribe, /topic and /desk, and their ends."""

from aiogram import Bot, F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.filters import CommandObject
from aiogram.types import ChatMemberRestricted, ChatMemberUpdated, Message

from bot.domain.errors import TopicNeeded
from bot.domain.ids import ChatId
from bot.domain.organisation import Person
from bot.services.desk import desk_cases, desk_group
from bot.services.groups import groups
from bot.services.turn import Turn
from handlers.commands import Command

_GROUPS = F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP})
_OUT = {ChatMemberStatus.LEFT, ChatMemberStatus.KICKED}


def build() -> Router:
    """Private chats and channels are not this room's."""
    router = Router(name="groups")
    router.my_chat_member(_GROUPS)(membership)
    router.message(Command("subscribe"), _GROUPS)(subscribe)
    router.message(Command("unsubscribe"), _GROUPS)(unsubscribe)
    router.message(Command("topic"), _GROUPS)(topic)
    router.message(Command("desk"), _GROUPS)(desk)
    router.message(Command("undesk"), _GROUPS)(undesk)
    return router


async def membership(event: ChatMemberUpdated, turn: Turn, bot: Bot) -> None:
    """Added: say what is seen here. Removed: forget the group's digest. Other rights: the desk tries again what it could not."""
    chat, before, after = ChatId(event.chat.id), event.old_chat_member, event.new_chat_member
    if after.status in _OUT:
        await groups.left(turn, chat)
    elif before.status in _OUT:
        sees_all = after.status == ChatMemberStatus.ADMINISTRATOR or await _hears_all(bot)
        mute = isinstance(after, ChatMemberRestricted) and not after.can_send_messages
        title = event.chat.title or ""
        await groups.joined(turn, chat, event.chat.type, title, sees_all=sees_all, may_write=not mute)
    else:
        await desk_cases.retry(turn, chat)


async def _hears_all(bot: Bot) -> bool:
    """Privacy mode is off (getMe: can_read_all_group_messages)."""
    return bool((await bot.me()).can_read_all_group_messages)


async def subscribe(message: Message, command: CommandObject, turn: Turn, person: Person) -> None:
    """Into the topic where it is posted."""
    await groups.subscribe(turn, person, ChatId(message.chat.id), topic_of(message), command.args or "")


async def unsubscribe(message: Message, turn: Turn, person: Person) -> None:
    """The whole group."""
    await groups.unsubscribe(turn, person, ChatId(message.chat.id), topic_of(message))


async def topic(message: Message, turn: Turn, person: Person) -> None:
    """A forum's General topic has no number; a group without topics has none to post into."""
    here = topic_of(message)
    if here is None and not message.chat.is_forum:
        raise TopicNeeded(command="/topic")
    await groups.use_topic(turn, person, ChatId(message.chat.id), here)


async def desk(message: Message, turn: Turn, person: Person) -> None:
    """This group becomes the desk."""
    forum = bool(message.chat.is_forum)
    await desk_group.begin(turn, person, ChatId(message.chat.id), topic_of(message), forum=forum)


async def undesk(message: Message, turn: Turn, person: Person) -> None:
    """And is it no more."""
    await desk_group.end(turn, person, ChatId(message.chat.id), topic_of(message))


def topic_of(message: Message) -> int | None:
    """The forum topic a message stands in; replies in plain groups have a thread id too, which is none."""
    return message.message_thread_id if message.is_topic_message else None
