"""The state of one sandbox, and the few ways it changes."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.chats import Chat, Member, Post, User
from bot.sandbox.clock import VirtualClock
from bot.sandbox.errors import ActError, Json
from bot.sandbox.faults import Weather
from bot.sandbox.feed import Feed
from bot.sandbox.files import Files
from bot.sandbox.limits import Limits
from bot.sandbox.recorder import Recorder
from bot.sandbox.updates import Updates


@dataclass
class Query:
    """A press waiting for its answer; `born` in real monotonic seconds."""

    id: str
    user_id: int
    chat_id: int
    message_id: int
    born: float
    answered: bool = False


@dataclass
class Profile:
    """What the bot has set about itself; keys of commands are (scope, chat, user, language)."""

    commands: dict[tuple[str, int, int, str], list[Json]] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    menus: dict[int, Json] = field(default_factory=dict)
    rights: dict[bool, Json] = field(default_factory=dict)


class World:
    """Users, chats, files, the queue of updates, the weather."""

    def __init__(self, token: str, clock: VirtualClock, username: str, *, privacy: bool = True) -> None:
        self.token = token
        self.clock = clock
        self.privacy = privacy
        self.query_lifetime = 30.0
        self.bot_profile: Json = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": "项目之家",
            "username": username,
        }
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.files = Files()
        self.feed = Feed(clock)
        self.updates = Updates()
        self.limits = Limits()
        self.weather = Weather()
        self.recorder = Recorder()
        self.profile = Profile()
        self._numbers = 0

    @property
    def bot_id(self) -> int:
        """The bot's own user id."""
        return int(self.bot_profile["id"])

    def number(self) -> int:
        """A fresh number, for ids."""
        self._numbers += 1
        return self._numbers

    def user(self, user_id: int) -> User:
        """A person of this world; ActError if unknown."""
        if user_id not in self.users:
            msg = f"no user {user_id}"
            raise ActError(msg)
        return self.users[user_id]

    def chat(self, chat_id: int) -> Chat:
        """A chat a person may act in; ActError if unknown."""
        if chat_id not in self.chats:
            msg = f"no chat {chat_id}"
            raise ActError(msg)
        return self.chats[chat_id]

    def find_chat(self, reference: int | str) -> Chat | None:
        """By id or @username."""
        if isinstance(reference, int):
            return self.chats.get(reference)
        name = reference.removeprefix("@").lower()
        return next((c for c in self.chats.values() if str(c.head.get("username", "")).lower() == name), None)

    def add_user(self, profile: Json) -> User:
        """A person, and the private chat with the bot, not opened yet."""
        user = User(profile)
        self.users[user.id] = user
        names = {key: profile[key] for key in ("first_name", "last_name", "username") if key in profile}
        self.chats[user.id] = Chat({"id": user.id, "type": "private"} | names, opened=False)
        self.feed.tell("chat", user.id)
        return user

    def bot_member(self, chat: Chat) -> Member | None:
        """The bot's standing in a group."""
        return chat.member(self.bot_id)

    def post(self, chat: Chat, sender: Json | None, content: Json, *, by_bot: bool = False) -> Post:
        """Put a message into a chat and tell the feed."""
        body: Json = {"message_id": chat.next_id}
        if sender is not None:
            body["from"] = sender
        body |= {"chat": chat.head, "date": self.clock.unix()} | content
        chat.next_id += 1
        post = Post(body, by_bot)
        chat.posts[post.id] = post
        post.changed = self._tell("sent", chat, post)
        return post

    def change(self, chat: Chat, post: Post, *, edited: bool = True) -> None:
        """Mark a message as changed just now; `edited` False for its keyboard alone."""
        if edited:
            post.body["edit_date"] = self.clock.unix()
        post.changed = self._tell("edited", chat, post)

    def delete(self, chat: Chat, post: Post) -> None:
        """Take a message away for everybody."""
        post.deleted = True
        post.changed = self._tell("deleted", chat, post)

    def _tell(self, kind: str, chat: Chat, post: Post) -> int:
        facts: dict[str, Any] = {"message_id": post.id, "by_bot": post.by_bot, "message": dict(post.body)}
        return self.feed.tell(kind, chat.id, **facts)
