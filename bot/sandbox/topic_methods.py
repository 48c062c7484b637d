"""The methods about forum topics: opening, renaming, closing, deleting them, and the General one."""

from collections.abc import Callable

from bot.sandbox.calls import BotCall, need_right
from bot.sandbox.chats import GENERAL, Chat, Topic
from bot.sandbox.errors import Json, bad_request

COLOURS = frozenset({0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F})
BLUE = 0x6FB9F0
MANAGE = "can_manage_topics"
UNTOUCHED = "TOPIC_NOT_MODIFIED"


def forum(call: BotCall) -> Chat:
    """A supergroup with topics."""
    chat = call.chat()
    if not chat.head.get("is_forum"):
        raise bad_request("the chat is not a forum")
    return chat


def named(call: BotCall, *, required: bool) -> str:
    """The name given, 1-128 characters; empty if it may be left out."""
    name: str = call.get("name") or ""
    if required and not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    if len(name) > 128:
        raise bad_request("topic name is too long")
    return name


def create(call: BotCall) -> Json:
    """An API ForumTopic; its id is that of the service message."""
    chat = forum(call)
    need_right(call, chat, MANAGE, "not enough rights to create a topic")
    name, colour = named(call, required=True), call.get("icon_color", BLUE)
    if colour not in COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    topic = Topic(chat.next_id, name, colour, by=call.world.bot_id, emoji=call.get("icon_custom_emoji_id") or "")
    chat.topics[topic.id] = topic
    _service(call, chat, topic, {"forum_topic_created": topic.as_created()})
    return {"message_thread_id": topic.id} | topic.as_created()


def topic_of(call: BotCall, chat: Chat) -> Topic:
    """The topic named by message_thread_id."""
    topic = chat.topics.get(call.get("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def edit(call: BotCall) -> bool:
    """Another name or icon; what is left out stays."""
    chat = forum(call)
    topic = topic_of(call, chat)
    _need_management(call, chat, topic, "not enough rights to edit the topic")
    name, emoji = named(call, required=False) or topic.name, call.get("icon_custom_emoji_id", topic.emoji)
    changed: Json = {"name": name} if name != topic.name else {}
    changed |= {"icon_custom_emoji_id": emoji} if emoji != topic.emoji else {}
    if not changed:
        raise bad_request(UNTOUCHED)
    topic.name, topic.emoji = name, emoji
    _service(call, chat, topic, {"forum_topic_edited": changed})
    return True


def edit_general(call: BotCall) -> bool:
    """Another name for the General topic."""
    chat, name = _general(call), named(call, required=True)
    if name == chat.general.name:
        raise bad_request(UNTOUCHED)
    chat.general.name = name
    _service(call, chat, chat.general, {"forum_topic_edited": {"name": name}})
    return True


def close(call: BotCall) -> bool:
    """No more messages by members."""
    return _set_closed(call, closed=True)


def reopen(call: BotCall) -> bool:
    """Open again."""
    return _set_closed(call, closed=False)


def delete(call: BotCall) -> bool:
    """A topic goes, with all its messages."""
    chat = forum(call)
    topic = topic_of(call, chat)
    need_right(call, chat, "can_delete_messages", "not enough rights to delete the topic")
    for post in chat.visible():
        if post.thread == topic.id:
            call.world.delete(chat, post)
    del chat.topics[topic.id]
    call.world.feed.tell("topic", chat.id, topic=topic.id)
    return True


def unpin_all(call: BotCall) -> bool:
    """Nothing is pinned in this topic any more."""
    chat = forum(call)
    return _unpin(call, chat, topic_of(call, chat).id)


def unpin_all_general(call: BotCall) -> bool:
    """Nothing is pinned in the General topic any more."""
    return _unpin(call, forum(call), GENERAL)


def general_switch(*, field: str, value: bool, service: str) -> Callable[[BotCall], bool]:
    """Close, reopen, hide or unhide the General topic; hiding closes it, showing it doesn't open it."""

    def switch(call: BotCall) -> bool:
        chat = _general(call)
        if getattr(chat.general, field) is value:
            raise bad_request(UNTOUCHED)
        setattr(chat.general, field, value)
        chat.general.closed = chat.general.closed or chat.general.hidden
        _service(call, chat, chat.general, {service: {}})
        return True

    return switch


def icons(_call: BotCall) -> list[Json]:
    """The stickers allowed as icons; the sandbox has none, and topics do with their colour."""
    return []


def _general(call: BotCall) -> Chat:
    chat = forum(call)
    need_right(call, chat, MANAGE, "not enough rights to manage the topic")
    return chat


def _need_management(call: BotCall, chat: Chat, topic: Topic, refusal: str) -> None:
    """The right, unless the bot opened the topic itself."""
    if topic.by != call.world.bot_id:
        need_right(call, chat, MANAGE, refusal)


def _set_closed(call: BotCall, *, closed: bool) -> bool:
    chat = forum(call)
    topic = topic_of(call, chat)
    _need_management(call, chat, topic, "not enough rights to close or reopen the topic")
    if topic.closed is closed:
        raise bad_request(UNTOUCHED)
    topic.closed = closed
    _service(call, chat, topic, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
    return True


def _unpin(call: BotCall, chat: Chat, thread: int) -> bool:
    need_right(call, chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    chat.pinned = [number for number in chat.pinned if chat.posts[number].thread != thread]
    call.world.feed.tell("pinned", chat.id)
    return True


def _service(call: BotCall, chat: Chat, topic: Topic, content: Json) -> None:
    """A service message in the topic; General's messages carry no thread."""
    place: Json = {} if topic.id == GENERAL else {"message_thread_id": topic.id, "is_topic_message": True}
    call.world.post(chat, call.world.bot_profile, content | place, by_bot=True)


METHODS = {
    "createForumTopic": create,
    "editForumTopic": edit,
    "closeForumTopic": close,
    "reopenForumTopic": reopen,
    "deleteForumTopic": delete,
    "unpinAllForumTopicMessages": unpin_all,
    "editGeneralForumTopic": edit_general,
    "closeGeneralForumTopic": general_switch(field="closed", value=True, service="forum_topic_closed"),
    "reopenGeneralForumTopic": general_switch(field="closed", value=False, service="forum_topic_reopened"),
    "hideGeneralForumTopic": general_switch(field="hidden", value=True, service="general_forum_topic_hidden"),
    "unhideGeneralForumTopic": general_switch(field="hidden", value=False, service="general_forum_topic_unhidden"),
    "unpinAllGeneralForumTopicMessages": unpin_all_general,
    "getForumTopicIconStickers": icons,
}
