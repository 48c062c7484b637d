"""Making people and groups; members and administrators; the bot's comings and goings; raw updates."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.chats import ADMIN_RIGHTS, Chat, Member, Post, Topic
from bot.sandbox.delivery import tell_bot
from bot.sandbox.errors import ActError, Json
from bot.sandbox.world import World


def add_user(world: World, *, first_name: str, user: int | None = None, **profile: Any) -> Json:
    """A person: `last_name`, `username`, `language_code`; ids from 500,000,001."""
    known = {k: v for k, v in profile.items() if v is not None}
    head = {"id": user or 500_000_000 + world.number(), "is_bot": False, "first_name": first_name}
    return world.add_user(head | known).profile


def add_group(
    world: World,
    *,
    title: str,
    kind: str = "supergroup",
    owner: int | None = None,
    members: list[int] | None = None,
    admins: list[int] | None = None,
    bot: str = "absent",
    chat: int | None = None,
    username: str | None = None,
) -> Json:
    """A group, supergroup, forum or channel; `bot`: absent, member or administrator (it is told)."""
    base = -4_000_000_000 if kind == "group" else -1_002_000_000_000
    head: Json = {"id": chat or base - world.number(), "type": "supergroup" if kind == "forum" else kind}
    head |= {"title": title} | ({"is_forum": True} if kind == "forum" else {})
    room = Chat(head | ({"username": username} if username else {}))
    world.chats[room.id] = room
    standings = dict.fromkeys(members or [], "member") | dict.fromkeys(admins or [], "administrator")
    for user, status in (standings | ({owner: "creator"} if owner else {})).items():
        room.members[user] = Member(world.user(user).profile, status, all_rights(status))
    world.feed.tell("chat", room.id)
    if bot != "absent":
        by = owner or next(iter(room.members), None)
        if by is None:
            msg = "nobody is there to add the bot"
            raise ActError(msg)
        add_bot(world, chat=room.id, by=by, status=bot)
    return room.head


def all_rights(status: str) -> dict[str, bool]:
    """An administrator's rights, none for others."""
    return dict.fromkeys(ADMIN_RIGHTS, True) if status == "administrator" else {}


def set_standing(world: World, chat: Chat, member: Member, by: int, status: str, rights: dict[str, bool]) -> None:
    """Change someone's status and tell the bot: my_chat_member about itself, chat_member about others."""
    old = member.as_json()
    member.status, member.rights = status, rights
    chat.members[int(member.user["id"])] = member
    body = {"chat": chat.head, "from": world.user(by).profile, "date": world.clock.unix()}
    body |= {"old_chat_member": old, "new_chat_member": member.as_json()}
    about_bot = member.user["id"] == world.bot_id
    world.updates.push("my_chat_member" if about_bot else "chat_member", body)
    world.feed.tell("member", chat.id, user=member.user, status=status)


def service(world: World, chat: Chat, by: int, content: Json) -> Post:
    """A service message, which the bot sees whatever its mode."""
    post = world.post(chat, world.user(by).profile, content)
    tell_bot(world, chat, post)
    return post


def add_bot(world: World, *, chat: int, by: int, status: str = "member", rights: Json | None = None) -> Json:
    """Put the bot into a group, or make it administrator; `rights` override all rights."""
    room = world.chat(chat)
    member = world.bot_member(room) or Member(world.bot_profile, "left")
    joins = not room.present(world.bot_id)
    given = all_rights(status) | (rights or {})
    set_standing(world, room, member, by, status, given)
    if joins and room.kind != "channel":
        bot = {"new_chat_members": [world.bot_profile], "new_chat_member": world.bot_profile}
        service(world, room, by, bot | {"new_chat_participant": world.bot_profile})
    return member.as_json()


def remove_bot(world: World, *, chat: int, by: int) -> Json:
    """Kick the bot out."""
    room = world.chat(chat)
    member = world.bot_member(room)
    if member is None:
        msg = f"the bot isn't in chat {chat}"
        raise ActError(msg)
    set_standing(world, room, member, by, "kicked", {})
    return member.as_json()


def add_member(world: World, *, chat: int, user: int, by: int | None = None) -> Json:
    """A person joins or is added."""
    room, person = world.chat(chat), world.user(user)
    member = room.member(user) or Member(person.profile, "left")
    set_standing(world, room, member, by or user, "member", {})
    service(world, room, by or user, {"new_chat_members": [person.profile]})
    return member.as_json()


def remove_member(world: World, *, chat: int, user: int, by: int | None = None) -> Json:
    """A person leaves or is put out."""
    room, person = world.chat(chat), world.user(user)
    member = room.member(user) or Member(person.profile, "left")
    set_standing(world, room, member, by or user, "left", {})
    service(world, room, by or user, {"left_chat_member": person.profile})
    return member.as_json()


def promote(world: World, *, chat: int, user: int, by: int, rights: Json | None = None) -> Json:
    """Make a person administrator."""
    room = world.chat(chat)
    member = room.member(user) or Member(world.user(user).profile, "left")
    set_standing(world, room, member, by, "administrator", all_rights("administrator") | (rights or {}))
    return member.as_json()


def migrate(world: World, *, chat: int, by: int) -> Json:
    """A group becomes a supergroup: a new id, and a service message on either side."""
    old = world.chat(chat)
    if old.kind != "group":
        msg = f"chat {chat} isn't a basic group"
        raise ActError(msg)
    head: Json = {"id": -1_002_000_000_000 - world.number(), "type": "supergroup", "title": old.head["title"]}
    new = Chat(head, members=old.members)
    world.chats[new.id] = new
    service(world, old, by, {"migrate_to_chat_id": new.id})
    service(world, new, by, {"migrate_from_chat_id": old.id})
    old.migrated_to = new.id
    world.feed.tell("chat", new.id)
    return head


def add_topic(world: World, *, chat: int, name: str, by: int) -> Json:
    """A person opens a forum topic."""
    room = world.chat(chat)
    topic = room.topics[room.next_id] = Topic(room.next_id, name, by=by)
    where = {"message_thread_id": topic.id, "is_topic_message": True}
    service(world, room, by, where | {"forum_topic_created": topic.as_created()})
    return {"message_thread_id": topic.id, "name": name}


def inject(world: World, *, update: Json) -> Json:
    """Any JSON object as an update, malformed ones too; an update_id is added unless it has one."""
    return {"update_id": world.updates.push_raw(update)}


def repeat(world: World, *, update_id: int | None = None) -> Json:
    """Deliver an update (by default the newest) once more."""
    number = update_id or max(world.updates.history, default=0)
    if number not in world.updates.history:
        msg = f"no update {number}"
        raise ActError(msg)
    world.updates.repeat(number)
    return {"update_id": number}


def set_privacy(world: World, *, on: bool) -> Json:
    """Privacy mode, as set with BotFather."""
    world.privacy = on
    return {"privacy": on}


ACTS: dict[str, Callable[..., Any]] = {
    "add_user": add_user,
    "add_group": add_group,
    "add_bot": add_bot,
    "remove_bot": remove_bot,
    "add_member": add_member,
    "remove_member": remove_member,
    "promote": promote,
    "migrate": migrate,
    "add_topic": add_topic,
    "inject": inject,
    "repeat": repeat,
    "set_privacy": set_privacy,
}
