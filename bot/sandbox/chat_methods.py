"""The methods about chats: looking at them, their members and pins, leaving, and fetching files."""

from bot.sandbox.calls import BotCall, need_right
from bot.sandbox.chats import IN_CHAT
from bot.sandbox.errors import Json, bad_request


def get_chat(call: BotCall) -> Json:
    """An API ChatFullInfo."""
    chat = call.chat()
    pinned = chat.post(chat.pinned[-1]) if chat.pinned else None
    gifts = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
    return chat.head | full | chat.full | ({"pinned_message": pinned.as_reply()} if pinned else {})


def get_member(call: BotCall) -> Json:
    """An API ChatMember, 'left' for a person who never was in it; ApiError 400 for nobody."""
    chat, user_id = call.chat(), call.get("user_id")
    if chat.private and user_id in {chat.id, call.world.bot_id}:
        person = call.world.bot_profile if user_id == call.world.bot_id else call.world.users[user_id].profile
        return {"status": "member", "user": person}
    member = chat.member(user_id)
    if member:
        return member.as_json()
    if user_id in call.world.users:
        return {"status": "left", "user": call.world.users[user_id].profile}
    raise bad_request("PARTICIPANT_ID_INVALID")


def get_administrators(call: BotCall) -> list[Json]:
    """Owner and administrators, other bots apart."""
    chat = call.chat()
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    return [m.as_json() for m in chat.members.values() if m.status in {"creator", "administrator"}]


def get_count(call: BotCall) -> int:
    """How many are in it, bots included."""
    chat = call.chat()
    return 2 if chat.private else sum(m.status in IN_CHAT for m in chat.members.values())


def pin(call: BotCall) -> bool:
    """Pin a message; a service message says so."""
    chat = call.chat()
    need_right(call, chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    post = call.post(chat, "message to pin not found")
    if post.id not in chat.pinned:
        chat.pinned.append(post.id)
        service = call.world.post(chat, call.world.bot_profile, {"pinned_message": post.as_reply()}, by_bot=True)
        call.world.updates.push("message", service.body)
        call.world.feed.tell("pinned", chat.id, message_id=post.id)
    return True


def unpin(call: BotCall) -> bool:
    """Unpin one message, or the newest pinned."""
    chat = call.chat()
    need_right(call, chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    message_id = call.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    call.world.feed.tell("pinned", chat.id)
    return True


def unpin_all(call: BotCall) -> bool:
    """Unpin everything."""
    chat = call.chat()
    need_right(call, chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    chat.pinned.clear()
    call.world.feed.tell("pinned", chat.id)
    return True


def leave(call: BotCall) -> bool:
    """The bot goes."""
    chat = call.chat()
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[call.world.bot_id].status = "left"
    call.world.feed.tell("member", chat.id, user=call.world.bot_profile, status="left")
    return True


def get_file(call: BotCall) -> Json:
    """An API File with a path to download from."""
    stored = call.world.files.get(call.get("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return call.world.files.share(stored)


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": get_count,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "unpinAllChatMessages": unpin_all,
    "leaveChat": leave,
    "getFile": get_file,
}
