"""A person's message on its way: into the chat, and to the bot if the bot may see it."""

from bot.sandbox.chats import ANONYMOUS_ADMIN, Chat, Post
from bot.sandbox.errors import ActError, Json
from bot.sandbox.text import part
from bot.sandbox.world import World

SERVICE = frozenset(
    [
        "new_chat_members",
        "left_chat_member",
        "group_chat_created",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "forum_topic_created",
        "forum_topic_closed",
        "forum_topic_reopened",
        "forum_topic_edited",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "new_chat_title",
    ]
)


def sees(world: World, chat: Chat, body: Json) -> bool:
    """Privacy mode: in groups a bot gets commands, replies to it and service messages only.

    Source: core.telegram.org/bots/features#privacy-mode. Administrators see everything.
    """
    member = world.bot_member(chat)
    if chat.private:
        return not chat.blocked
    if member is None or not chat.present(world.bot_id):
        return False
    if chat.kind == "channel" or not world.privacy or member.status in {"administrator", "creator"}:
        return True
    replied = body.get("reply_to_message", {}).get("from", {}).get("id")
    return replied == world.bot_id or bool(SERVICE & set(body)) or commanded(world, body)


def commanded(world: World, body: Json) -> bool:
    """Whether a text begins with a command for this bot, or for any."""
    text = body.get("text", "")
    first = next((e for e in body.get("entities", []) if e["type"] == "bot_command" and e["offset"] == 0), None)
    if first is None:
        return False
    addressee = part(text, 0, first["length"]).partition("@")[2].lower()
    return addressee in {"", str(world.bot_profile["username"]).lower()}


def speaker(world: World, chat: Chat, user: int | None, *, as_group: bool = False) -> Json:
    """`from` (and `sender_chat`) of a person's message; ActError if they can't write there."""
    if chat.kind == "channel":
        return {"sender_chat": chat.head}
    if as_group:
        return {"from": ANONYMOUS_ADMIN, "sender_chat": chat.head}
    person = world.user(user or 0)
    if chat.private:
        if chat.id != person.id or chat.blocked:
            msg = f"user {person.id} can't write in private chat {chat.id}"
            raise ActError(msg)
        chat.opened = True
    elif not chat.present(person.id) or chat.migrated_to:
        msg = f"user {person.id} isn't in chat {chat.id}"
        raise ActError(msg)
    return {"from": person.profile}


def check_topic(chat: Chat, user: int | None, thread: int | None) -> None:
    """ActError in a topic that isn't there, or is closed to all but administrators."""
    topic = chat.topics.get(thread) if thread else chat.general
    member = chat.member(user or 0)
    if topic is None:
        msg = f"no topic {thread} in chat {chat.id}"
        raise ActError(msg)
    if topic.closed and not (member and member.may("can_manage_topics")):
        msg = f"topic {topic.name} is closed"
        raise ActError(msg)


def say(
    world: World,
    chat_id: int,
    user: int | None,
    content: Json,
    *,
    reply_to: int | None = None,
    thread: int | None = None,
    as_group: bool = False,
    quiet: bool = False,
) -> Post:
    """Write a message as a person; `quiet` keeps the update back."""
    chat = world.chat(chat_id)
    check_topic(chat, user, thread)
    who = speaker(world, chat, user, as_group=as_group)
    where: Json = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
    if reply_to:
        where["reply_to_message"] = chat.need_post(reply_to).as_reply()
    extra = {"sender_chat": who["sender_chat"]} if "sender_chat" in who else {}
    post = world.post(chat, who.get("from"), extra | where | content)
    if user:
        mark_read(chat, user)
    if not quiet:
        tell_bot(world, chat, post)
    return post


def mark_read(chat: Chat, user: int) -> None:
    """They have read everything up to now."""
    chat.read[user] = chat.next_id - 1


def tell_bot(world: World, chat: Chat, post: Post, *, edited: bool = False) -> None:
    """Queue the update, if the bot may see the message."""
    if sees(world, chat, post.body):
        kind = "channel_post" if chat.kind == "channel" else "message"
        world.updates.push(f"edited_{kind}" if edited else kind, dict(post.body))
