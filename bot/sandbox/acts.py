"""What people do in a chat: write, edit, reply, forward, press, open a link. Every act gives JSON."""

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.calls import origin
from bot.sandbox.chats import Chat, Post
from bot.sandbox.delivery import mark_read, say, tell_bot
from bot.sandbox.errors import ActError, Json
from bot.sandbox.text import detect, trim, units
from bot.sandbox.world import Query, World

START_VALUE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def send_text(world: World, *, user: int | None, chat: int, text: str, **where: Any) -> Json:
    """Text; links and commands in it are recognised. `where`: reply_to, thread, as_group."""
    text, _ = trim(text, [])
    if not text:
        msg = "an empty message can't be sent"
        raise ActError(msg)
    if units(text) > 4096:
        msg = "a message has at most 4096 characters; a phone would send several"
        raise ActError(msg)
    entities = detect(text)
    content: Json = {"text": text} | ({"entities": entities} if entities else {})
    return say(world, chat, user, content, **where).as_json()


def send_content(world: World, *, user: int | None, chat: int, content: Json, **where: Any) -> Json:
    """Any ready content of a Message: location, venue, contact, poll, dice, a service field…"""
    return say(world, chat, user, content, **where).as_json()


def edit(world: World, *, user: int, chat: int, message_id: int, text: str) -> Json:
    """Change one's own text or caption."""
    room = world.chat(chat)
    post = room.need_post(message_id)
    if post.body.get("from", {}).get("id") != user:
        msg = f"message {message_id} isn't user {user}'s"
        raise ActError(msg)
    field, marks = ("text", "entities") if "text" in post.body else ("caption", "caption_entities")
    kept = {k: v for k, v in post.body.items() if k not in {field, marks}}
    entities = detect(text)
    post.body = kept | {field: text} | ({marks: entities} if entities else {})
    world.change(room, post)
    tell_bot(world, room, post, edited=True)
    return post.as_json()


def delete(world: World, *, user: int, chat: int, message_id: int) -> Json:
    """Take a message away; the bot isn't told, as in Telegram."""
    room = world.chat(chat)
    post = room.need_post(message_id)
    world.user(user)
    world.delete(room, post)
    return post.as_json()


def forward(world: World, *, user: int, chat: int, from_chat: int, message_id: int, **where: Any) -> Json:
    """Pass a message on."""
    source = world.chat(from_chat).need_post(message_id)
    dropped = {"message_id", "from", "chat", "date", "sender_chat", "reply_markup", "reply_to_message", "edit_date"}
    dropped |= {"message_thread_id", "is_topic_message", "media_group_id"}
    content = {k: v for k, v in source.body.items() if k not in dropped}
    return say(world, chat, user, content | {"forward_origin": origin(source)}, **where).as_json()


def same_word(label: str, shown: str) -> bool:
    """Whether a button's text is the label, apart from emoji, numbers and signs beside it."""
    if label == shown:
        return True
    if label not in shown:
        return False
    return not any(character.isalpha() for character in shown.replace(label, "", 1))


def find_button(chat: Chat, label: str, message_id: int | None = None) -> tuple[Post, Json] | None:
    """The newest message having the button, and the button; of the ready keyboard too."""
    ready = ready_keyboard(chat)
    for post in reversed(chat.visible()):
        if message_id is not None and post.id != message_id:
            continue
        rows = (post.keyboard or {}).get("keyboard", []) if post is ready else []
        for button in [*post.buttons(), *({"text": key["text"]} for row in rows for key in row)]:
            if same_word(label, button["text"]):
                return post, button
    return None


def ready_keyboard(chat: Chat) -> Post | None:
    """The message whose keyboard stands below the chat, or that took it away."""
    kinds = {"keyboard", "remove_keyboard"}
    return next((post for post in reversed(chat.visible()) if kinds & set(post.keyboard or {})), None)


def press(
    world: World,
    *,
    user: int,
    chat: int,
    label: str | None = None,
    message_id: int | None = None,
    data: str | None = None,
) -> Json:
    """Press a button by its word, or send callback data a button once had; gives the query's id or the url."""
    room = world.chat(chat)
    if data is not None:
        post = room.need_post(message_id) if message_id else room.visible()[-1]
        return query(world, room, user, post, data)
    found = find_button(room, label or "", message_id)
    if found is None:
        msg = f"no button {label!r} in chat {chat}"
        raise ActError(msg)
    post, button = found
    if "callback_data" in button:
        return query(world, room, user, post, button["callback_data"])
    if "url" in button:
        return {"url": button["url"]}
    return send_text(world, user=user, chat=chat, text=button["text"])


def query(world: World, chat: Chat, user: int, post: Post, data: str) -> Json:
    """A callback query on its way to the bot."""
    person = world.user(user)
    if chat.private and chat.id != user:
        msg = f"user {user} can't press in chat {chat.id}"
        raise ActError(msg)
    number = str(4_000_000_000_000 + world.number())
    world.queries[number] = Query(number, user, chat.id, post.id, time.monotonic())
    mark_read(chat, user)
    body = {"id": number, "from": person.profile, "message": dict(post.body), "data": data}
    world.updates.push("callback_query", body | {"chat_instance": str(abs(chat.id) * 7919)})
    return {"query_id": number, "message_id": post.id}


def open_link(world: World, *, user: int, link: str) -> Json:
    """Follow `https://t.me/<bot>?start=…` and press START; a blocked bot is let in again."""
    parts = urlsplit(link)
    name = parts.path.strip("/") or parse_qs(parts.query).get("domain", [""])[0]
    if name.lower() != str(world.bot_profile["username"]).lower():
        msg = f"not a link to this bot: {link}"
        raise ActError(msg)
    value = parse_qs(parts.query, keep_blank_values=True).get("start", [""])[0]
    if value and not START_VALUE.fullmatch(value):
        msg = f"Telegram drops this start value: {value!r}"
        raise ActError(msg)
    if world.chat(user).blocked:
        unblock(world, user=user)
    return send_text(world, user=user, chat=user, text=f"/start {value}".strip())


def _standing(world: World, user: int, before: str, after: str) -> None:
    """my_chat_member of a private chat."""
    chat = world.chat(user)
    member = {"user": world.bot_profile}
    kicked = {"until_date": 0}
    old = member | {"status": before} | (kicked if before == "kicked" else {})
    new = member | {"status": after} | (kicked if after == "kicked" else {})
    body = {"chat": chat.head, "from": world.user(user).profile, "date": world.clock.unix()}
    world.feed.tell("chat", chat.id)
    world.updates.push("my_chat_member", body | {"old_chat_member": old, "new_chat_member": new})


def block(world: World, *, user: int) -> Json:
    """Stop the bot."""
    world.chat(user).blocked = True
    _standing(world, user, "member", "kicked")
    return {}


def unblock(world: World, *, user: int) -> Json:
    """Let it write again."""
    world.chat(user).blocked = False
    _standing(world, user, "kicked", "member")
    return {}


def deactivate(world: World, *, user: int) -> Json:
    """The account is gone."""
    world.user(user).deactivated = True
    return {}


def read(world: World, *, user: int, chat: int) -> Json:
    """Look at everything there."""
    mark_read(world.chat(chat), user)
    return {}


def set_language(world: World, *, user: int, language_code: str) -> Json:
    """The language of their phone; the bot learns of it with their next message."""
    world.user(user).profile["language_code"] = language_code
    return world.user(user).profile


def react(world: World, *, user: int, chat: int, message_id: int, emoji: str | None = None) -> Json:
    """Put an emoji under a message, or take one's own away; the bot is told where it is administrator and asked for it."""
    room, person = world.chat(chat), world.user(user)
    post = room.need_post(message_id)
    old = post.react(user, emoji)
    world.change(room, post, edited=False)
    body = {"chat": room.head, "message_id": post.id, "user": person.profile, "date": world.clock.unix()}
    new = [{"type": "emoji", "emoji": emoji}] if emoji else []
    member = world.bot_member(room)
    if room.private or (member and member.status == "administrator"):
        world.updates.push("message_reaction", body | {"old_reaction": old, "new_reaction": new})
    return post.as_json()


ACTS: dict[str, Callable[..., Any]] = {
    "set_language": set_language,
    "react": react,
    "send_text": send_text,
    "send_content": send_content,
    "edit": edit,
    "delete": delete,
    "forward": forward,
    "press": press,
    "open_link": open_link,
    "block": block,
    "unblock": unblock,
    "deactivate": deactivate,
    "read": read,
}
