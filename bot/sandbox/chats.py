"""People, chats, members, messages, topics: what a Telegram server remembers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import ActError, Json

ANONYMOUS_ADMIN: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
ADMIN_RIGHTS = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_welcome_messages",
]
PERMISSIONS = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
]
GENERAL = 1  # the id of a forum's General topic, whose messages carry no thread
IN_CHAT = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass
class User:
    """A person; `profile` is the API's User object."""

    profile: Json
    deactivated: bool = False
    toasts: list[Json] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Telegram's id."""
        return int(self.profile["id"])


@dataclass
class Member:
    """Someone's standing in a chat: an API ChatMember's status, and rights if administrator."""

    user: Json
    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)

    def may(self, right: str) -> bool:
        """Whether they hold an administrator's right."""
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))

    def as_json(self) -> Json:
        """An API ChatMember of the fitting class."""
        body: Json = {"status": self.status, "user": self.user}
        if self.status == "administrator":
            rights = {right: self.rights.get(right, False) for right in ADMIN_RIGHTS}
            body |= {"can_be_edited": False, "is_anonymous": False} | rights
        if self.status == "creator":
            body["is_anonymous"] = False
        if self.status in {"kicked", "restricted"}:
            body["until_date"] = 0
        if self.status == "restricted":
            body |= {"is_member": True} | dict.fromkeys(PERMISSIONS, False)
        return body


@dataclass
class Post:
    """A message as stored: `body` is the API's Message; `changed` is the feed's number of its last change."""

    body: Json
    by_bot: bool
    changed: int = 0
    deleted: bool = False
    keyboard: Json | None = None
    reactions: dict[int, str] = field(default_factory=dict)

    def react(self, who: int, emoji: str | None) -> list[Json]:
        """Set or take away one's emoji; gives the API's list of what it was."""
        old = self.reactions.pop(who, None)
        if emoji:
            self.reactions[who] = emoji
        return [{"type": "emoji", "emoji": old}] if old else []

    @property
    def id(self) -> int:
        """message_id."""
        return int(self.body["message_id"])

    @property
    def thread(self) -> int:
        """The forum topic it stands in."""
        return int(self.body.get("message_thread_id", GENERAL))

    def as_reply(self) -> Json:
        """The message as it stands in another's `reply_to_message`: without its own."""
        return {key: value for key, value in self.body.items() if key != "reply_to_message"}

    def buttons(self) -> Iterator[Json]:
        """Its inline buttons, in reading order."""
        for row in self.body.get("reply_markup", {}).get("inline_keyboard", []):
            yield from row

    def as_json(self) -> Json:
        """What the control surface shows."""
        flags = {"by_bot": self.by_bot, "edited": "edit_date" in self.body, "deleted": self.deleted}
        return flags | {"changed": self.changed, "keyboard": self.keyboard, "message": self.body}


@dataclass
class Topic:
    """A forum topic; its id is the message that created it."""

    id: int
    name: str
    icon_color: int = 0x6FB9F0
    closed: bool = False
    hidden: bool = False
    by: int = 0
    emoji: str = ""

    def as_created(self) -> Json:
        """What an API ForumTopicCreated says."""
        emoji = {"icon_custom_emoji_id": self.emoji} if self.emoji else {}
        return {"name": self.name, "icon_color": self.icon_color} | emoji


@dataclass
class Chat:
    """`head` is the API's Chat object; a private chat has the user's id and is `opened` once they wrote."""

    head: Json
    opened: bool = True
    blocked: bool = False
    migrated_to: int | None = None
    members: dict[int, Member] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    general: Topic = field(default_factory=lambda: Topic(GENERAL, "General"))
    pinned: list[int] = field(default_factory=list)
    read: dict[int, int] = field(default_factory=dict)
    links: dict[str, Json] = field(default_factory=dict)
    full: Json = field(default_factory=dict)
    next_id: int = 1

    @property
    def id(self) -> int:
        """Negative for groups and channels."""
        return int(self.head["id"])

    @property
    def kind(self) -> str:
        """private, group, supergroup or channel."""
        return str(self.head["type"])

    @property
    def private(self) -> bool:
        """One person and the bot."""
        return self.kind == "private"

    def member(self, user_id: int) -> Member | None:
        """Their standing, present or past."""
        return self.members.get(user_id)

    def present(self, user_id: int) -> bool:
        """Whether they are in it now."""
        member = self.members.get(user_id)
        return member is not None and member.status in IN_CHAT

    def post(self, message_id: Any) -> Post | None:
        """A message that is still there."""
        post = self.posts.get(message_id) if isinstance(message_id, int) else None
        return None if post is None or post.deleted else post

    def visible(self) -> list[Post]:
        """Messages not deleted, oldest first."""
        return [post for post in self.posts.values() if not post.deleted]

    def need_post(self, message_id: int) -> Post:
        """As `post`, but a person who points at nothing is told so (ActError)."""
        post = self.post(message_id)
        if post is None:
            msg = f"no message {message_id} in chat {self.id}"
            raise ActError(msg)
        return post
