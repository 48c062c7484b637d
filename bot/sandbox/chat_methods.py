"""The methods about chats: looking at them, their members, topics and pins, leaving, and fetching files."""

from bot.sandbox.calls import BotCall, need_right
from bot.sandbox.chats import IN_CHAT, Chat, Topic
from bot.sandbox.errors import Json, bad_request


def get_chat(call: BotCall) -> Json:
    """An API ChatFullInfo."""
    chat = call.chat()
    pinned = chat.post(chat.pinned[-1]) if chat.pinned else None
    gifts = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
    return chat.head | full | ({"pinned_message": pinned.as_reply()} if pinned else {})


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
    return True


def unpin_all(call: BotCall) -> bool:
    """Unpin everything."""
    chat = call.chat()
    need_right(call, chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    chat.pinned.clear()
    return True


def forum(call: BotCall, refusal: str) -> Chat:
    """A supergroup with topics where the bot may manage them."""
    chat = call.chat()
    if not chat.head.get("is_forum"):
        raise bad_request("the chat is not a forum")
    need_right(call, chat, "can_manage_topics", refusal)
    return chat


def create_topic(call: BotCall) -> Json:
    """An API ForumTopic; its id is that of the service message."""
    chat = forum(call, "not enough rights to create a topic")
    name = call.get("name")
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    color = call.get("icon_color", 0x6FB9F0)
    created = {"forum_topic_created": {"name": name, "icon_color": color}, "is_topic_message": True}
    thread = {"message_thread_id": chat.next_id}
    post = call.world.post(chat, call.world.bot_profile, created | thread, by_bot=True)
    chat.topics[post.id] = Topic(post.id, name, color)
    return thread | {"name": name, "icon_color": color}


def topic_of(call: BotCall, chat: Chat) -> Topic:
    """The topic named by message_thread_id."""
    topic = chat.topics.get(call.get("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def set_closed(call: BotCall, *, closed: bool) -> bool:
    """Close or reopen a topic; ApiError 400 if it is so already."""
    chat = forum(call, "not enough rights to close or reopen the topic")
    topic = topic_of(call, chat)
    if topic.closed is closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    service: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
    place = {"message_thread_id": topic.id, "is_topic_message": True}
    call.world.post(chat, call.world.bot_profile, service | place, by_bot=True)
    return True


def close_topic(call: BotCall) -> bool:
    """No more messages by members."""
    return set_closed(call, closed=True)


def reopen_topic(call: BotCall) -> bool:
    """Open again."""
    return set_closed(call, closed=False)


def edit_topic(call: BotCall) -> bool:
    """Another name."""
    chat = forum(call, "not enough rights to edit the topic")
    topic = topic_of(call, chat)
    if call.get("name", topic.name) == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = call.get("name")
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
    "createForumTopic": create_topic,
    "closeForumTopic": close_topic,
    "reopenForumTopic": reopen_topic,
    "editForumTopic": edit_topic,
    "leaveChat": leave,
    "getFile": get_file,
}
