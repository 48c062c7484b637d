"""One person's Telegram account: what it can do and what it reads."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.domain.ids import ChatId, MessageId
from bot.telegram.rendered import Toast
from tests.handlers.screens import Room, Shown

if TYPE_CHECKING:
    from tests.handlers.driver import World

BOT_ID = 4200
BOT_NAME = "project_home_bot"


class Phone:
    """One account. Everything it does goes into its private chat unless `room` names a group."""

    def __init__(self, world: "World", user_id: int, name: str, language: str) -> None:
        self.world = world
        self.user = {"id": user_id, "is_bot": False, "first_name": name, "language_code": language}
        self.room = world.room(user_id, "private", name)
        self.last_press: dict[str, Any] = {}
        self.toast: Toast | None = None

    # what it reads
    def screen(self) -> str:
        """All of the bot's messages in the private chat, as they read now."""
        return self.room.screen()

    def last(self) -> Shown:
        """The bot's lowest message."""
        return self.room.last()

    @property
    def heard(self) -> str:
        """What the bot sent or edited here in answer to the last thing that happened."""
        return "\n\n".join(self.room.heard)

    @property
    def buttons(self) -> list[str]:
        """Of the lowest message."""
        return self.last().buttons

    # what it does
    async def sends(self, text: str, **more: Any) -> MessageId:
        """A text. `room`, `reply_to` (a message id; `quoted`: what it holds, and its author), `forwarded=True`."""
        return await self._message({"text": text}, **more)

    async def opens(self, payload: str) -> MessageId:
        """A deep link: `/start c_…`."""
        return await self.sends(f"/start {payload}".strip())

    async def sends_photo(self, caption: str | None = None, group: str | None = None, **more: Any) -> MessageId:
        """A photo in two renditions. `group`: the album it belongs to."""
        sizes = [self._file(width=90, height=67, file_size=1500), self._file(width=1280, height=960, file_size=120_000)]
        return await self._message(_with(caption, photo=sizes, media_group_id=group), **more)

    async def sends_album(self, count: int, caption: str | None = None, group: str = "album-1") -> list[MessageId]:
        """Photos that belong together, one update each; the caption comes with the first."""
        return [await self.sends_photo(None if number else caption, group) for number in range(count)]

    async def sends_voice(self, **more: Any) -> MessageId:
        return await self._message({"voice": self._file(duration=3, mime_type="audio/ogg", file_size=9_000)}, **more)

    async def sends_video(self, caption: str | None = None, size: int = 900_000, **more: Any) -> MessageId:
        video = self._file(width=640, height=360, duration=5, mime_type="video/mp4", file_size=size)
        return await self._message(_with(caption, video=video), **more)

    async def sends_document(
        self, name: str, mime: str = "application/pdf", size: int = 50_000, caption: str | None = None, **more: Any
    ) -> MessageId:
        document = self._file(file_name=name, mime_type=mime, file_size=size)
        return await self._message(_with(caption, document=document), **more)

    async def sends_place(self, latitude: float = 24.48, longitude: float = 118.09, **more: Any) -> MessageId:
        return await self._message({"location": {"latitude": latitude, "longitude": longitude}}, **more)

    async def sends_raw(self, body: Mapping[str, Any], **more: Any) -> MessageId:
        """A message with any other content: a sticker, a contact, a service message."""
        return await self._message(body, **more)

    async def edits(self, message: int, text: str, room: Room | None = None) -> None:
        """Change the text of an own message."""
        edited = {**self._head(room or self.room, message), "text": text, "edit_date": self._date()}
        await self.world.hears(edited_message=edited)

    async def presses(self, word: str, room: Room | None = None) -> None:
        """The lowest button that carries the word; in a group's `room` anybody may press."""
        room = room or self.room
        shown, key = room.find(word)
        assert "callback_data" in key, f"{word!r} opens a link"
        await self.presses_data(key["callback_data"], shown.id, room)

    async def presses_data(self, data: str, message: int, room: Room | None = None) -> None:
        """A button that may be gone from the screen meanwhile."""
        room = room or self.room
        body = {**self._head(room, message), "from": _BOT, "text": "…"}
        self.last_press = {"from": self.user, "message": body, "chat_instance": "1", "data": data}
        await self.presses_again()

    async def presses_again(self) -> None:
        """The same button once more: a new query, as Telegram makes of a double touch."""
        query = f"q{next(self.world.numbers)}"
        await self.world.hears(callback_query={"id": query, **self.last_press})
        assert query in self.world.toasts, f"the press {self.last_press['data']!r} was never answered"
        self.toast = self.world.toasts[query]

    async def adds_bot(self, room: Room, status: str = "member", before: str = "left") -> None:
        """Bring the bot into a group, or (status 'kicked', 'left') out of it."""
        change = {"chat": room.raw(), "from": self.user, "date": self._date()}
        states = {"old_chat_member": _member(before), "new_chat_member": _member(status)}
        await self.world.hears(my_chat_member={**change, **states})

    # how it is said to the bot
    async def _message(
        self,
        body: Mapping[str, Any],
        room: Room | None = None,
        reply_to: int | None = None,
        *,
        forwarded: bool = False,
        topic: int | None = None,
        quoted: Mapping[str, Any] | None = None,
    ) -> MessageId:
        room = room or self.room
        number = next(room.ids)
        message = {**self._head(room, number), **body}
        if reply_to is not None:
            shown = room.shown.get(reply_to)
            said = {"from": _BOT, "text": shown.text} if shown else {"from": self.user, "text": "…"}
            message["reply_to_message"] = {**self._head(room, reply_to), **said, **(quoted or {})}
        if forwarded:
            message["forward_origin"] = {"type": "hidden_user", "sender_user_name": "x", "date": self._date()}
        if topic is not None:
            message.update(message_thread_id=topic, is_topic_message=True)
        await self.world.hears(message=message)
        return MessageId(number)

    def _head(self, room: Room, number: int) -> dict[str, Any]:
        return {"message_id": number, "date": self._date(), "chat": room.raw(), "from": self.user}

    def _date(self) -> int:
        return int(self.world.clock.now().timestamp())

    def _file(self, **more: Any) -> dict[str, Any]:
        number = next(self.world.numbers)
        return {"file_id": f"file-{number}", "file_unique_id": f"unique-{number}", **more}


_BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Project Home", "username": BOT_NAME}


def _with(caption: str | None, **content: Any) -> dict[str, Any]:
    """A message's content without what is None."""
    content["caption"] = caption
    return {name: value for name, value in content.items() if value is not None}


def _member(status: str) -> dict[str, Any]:
    member: dict[str, Any] = {"status": status, "user": _BOT}
    more: dict[str, dict[str, Any]] = {
        "kicked": {"until_date": 0},
        "administrator": dict.fromkeys(_RIGHTS, False),
    }
    return {**member, **more.get(status, {})}


_RIGHTS = (  # Bot API: the fields a ChatMemberAdministrator always has
    "can_be_edited",
    "is_anonymous",
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
    "can_send_welcome_messages",
)


def chat_id(phone: Phone) -> ChatId:
    """The private chat of an account."""
    return ChatId(phone.room.id)
