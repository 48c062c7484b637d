"""Which list of commands a person sees in a chat: the narrowest scope that has one, their language before everybody's.

Source: core.telegram.org/bots/api#determining-list-of-commands.
"""

from collections.abc import Iterator

from bot.sandbox.chats import Chat
from bot.sandbox.errors import Json
from bot.sandbox.world import World

Scope = tuple[str, int, int]


def commands_for(world: World, chat: Chat, user_id: int) -> list[Json]:
    """API BotCommands; empty where the bot has set none."""
    language = str(world.user(user_id).profile.get("language_code", "")).partition("-")[0]
    for scope in _scopes(chat, user_id):
        for spoken in (language, ""):
            found = world.profile.commands.get((*scope, spoken))
            if found:
                return found
    return []


def _scopes(chat: Chat, user_id: int) -> Iterator[Scope]:
    if chat.private:
        yield from (("chat", chat.id, 0), ("all_private_chats", 0, 0), ("default", 0, 0))
        return
    member = chat.member(user_id)
    yield "chat_member", chat.id, user_id
    if member and member.status in {"creator", "administrator"}:
        yield "chat_administrators", chat.id, 0
        yield "chat", chat.id, 0
        yield "all_chat_administrators", 0, 0
    else:
        yield "chat", chat.id, 0
    yield from (("all_group_chats", 0, 0), ("default", 0, 0))
