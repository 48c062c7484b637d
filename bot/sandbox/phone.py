"""One person's phone, open at one chat: what they do there, and what they see."""

import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from bot.sandbox.errors import ActError, Json
from bot.sandbox.seen import Seen, Toast
from bot.sandbox.wire import Wire

PATIENCE = 30.0
T = TypeVar("T")


def packed(data: bytes, kind: str = "photo", **facts: Any) -> Json:
    """A file as the control surface takes it; None values are left out."""
    known = {key: value for key, value in facts.items() if value is not None}
    return {"kind": kind, "data": base64.b64encode(data).decode(), **known}


class Phone:
    """`sees` looks at what came or changed since this phone's last act; ActError when it waits in vain."""

    def __init__(self, wire: Wire, profile: Json, chat_id: int | None = None, *, thread: int | None = None) -> None:
        self._wire = wire
        self.profile = profile
        self.id = int(profile["id"])
        self.chat_id = chat_id or self.id
        self.thread = thread
        self._mark = 0

    def at(self, chat_id: int, *, thread: int | None = None) -> "Phone":
        """The same person in a group (or one of its topics)."""
        return Phone(self._wire, self.profile, chat_id, thread=thread)

    async def _do(self, act: str, **facts: Any) -> Any:
        mark = await self._last_event()
        result = await self._wire.act(act, user=self.id, **facts)
        self._mark = mark
        return result

    async def _last_event(self) -> int:
        return int((await self._wire.get("/sandbox/events/last"))["n"])

    async def _say(self, act: str, reply_to: int | None = None, **facts: Any) -> Seen:
        body = await self._do(act, chat=self.chat_id, thread=self.thread, reply_to=reply_to, **facts)
        return Seen.from_json(body)

    # -- what they do ----------------------------------------------------------------------------------------

    async def opens(self, link: str) -> Seen:
        """Follow a `https://t.me/<bot>?start=…` link and press START."""
        return Seen.from_json(await self._do("open_link", link=link))

    async def sends_text(self, text: str, *, reply_to: int | None = None) -> Seen:
        """Write."""
        return await self._say("send_text", reply_to, text=text)

    async def sends_photo(self, photo: bytes, caption: str | None = None, *, reply_to: int | None = None) -> Seen:
        """One photo."""
        return await self.sends_file(photo, "photo", caption=caption, reply_to=reply_to)

    async def sends_document(
        self,
        data: bytes,
        name: str,
        mime: str | None = None,
        *,
        caption: str | None = None,
        size: int | None = None,
        reply_to: int | None = None,
    ) -> Seen:
        """A file as it is; `size` (bytes) may be declared bigger than it is."""
        facts = {"name": name, "mime": mime, "size": size, "caption": caption}
        return await self.sends_file(data, "document", reply_to=reply_to, **facts)

    async def sends_file(self, data: bytes, kind: str, *, reply_to: int | None = None, **facts: Any) -> Seen:
        """video, voice, video_note, audio, animation, sticker, …; facts: name, mime, size, caption, info."""
        return await self._say("send_file", reply_to, item=packed(data, kind, **facts))

    async def sends_voice(self, data: bytes = b"OggS", seconds: int = 3, *, reply_to: int | None = None) -> Seen:
        """A voice note."""
        return await self.sends_file(data, "voice", reply_to=reply_to, info={"duration": seconds})

    async def sends_album(
        self,
        photos: Sequence[bytes],
        caption: str | None = None,
        *,
        caption_on: int = 0,
        order: list[int] | None = None,
        delays: list[float] | None = None,
        kind: str = "photo",
    ) -> list[Seen]:
        """Several photos at once; `order` and `delays` (seconds before each) shape how the bot gets them."""
        items = [packed(p, kind, caption=caption if n == caption_on else None) for n, p in enumerate(photos)]
        facts = {"items": items, "order": order, "delays": delays, "thread": self.thread}
        return [Seen.from_json(body) for body in await self._do("send_album", chat=self.chat_id, **facts)]

    async def sends_place(self, latitude: float, longitude: float) -> Seen:
        """Where they stand, in degrees."""
        place = {"latitude": latitude, "longitude": longitude}
        return await self.sends_content({"location": place})

    async def sends_venue(self, latitude: float, longitude: float, title: str, address: str) -> Seen:
        """A named place."""
        place = {"latitude": latitude, "longitude": longitude}
        return await self.sends_content(
            {"location": place, "venue": {"location": place, "title": title} | {"address": address}}
        )

    async def sends_contact(self, phone_number: str, first_name: str) -> Seen:
        """Somebody's number."""
        return await self.sends_content({"contact": {"phone_number": phone_number, "first_name": first_name}})

    async def sends_content(self, content: Json, *, reply_to: int | None = None) -> Seen:
        """Any ready fields of a Message."""
        return await self._say("send_content", reply_to, content=content)

    async def edits(self, message: Seen, text: str) -> Seen:
        """Change their own message's text or caption."""
        return Seen.from_json(await self._do("edit", chat=message.chat_id, message_id=message.message_id, text=text))

    async def deletes(self, message: Seen) -> None:
        """Take a message away."""
        await self._do("delete", chat=message.chat_id, message_id=message.message_id)

    async def forwards(self, message: Seen) -> Seen:
        """Pass a message on into this chat."""
        return await self._say("forward", from_chat=message.chat_id, message_id=message.message_id)

    async def presses(self, label: str, on: Seen | None = None, *, timeout: float = PATIENCE) -> Json:  # noqa: ASYNC109
        """Press the newest button with this word (emoji or numbers beside it don't matter), once it is there."""
        facts = {"label": label, "message_id": on.message_id if on else None, "chat": self.chat_id}
        deadline, after = time.monotonic() + timeout, await self._last_event()
        while True:
            try:
                return dict(await self._do("press", **facts))
            except ActError:
                if time.monotonic() >= deadline:
                    raise
            after = await self._wait(after, deadline)

    async def presses_data(self, data: str, on: Seen | None = None) -> Json:
        """Send callback data, of an old button say."""
        where = {"chat": self.chat_id, "message_id": on.message_id if on else None}
        return dict(await self._do("press", data=data, **where))

    async def blocks(self) -> None:
        """Stop the bot."""
        await self._do("block")

    async def unblocks(self) -> None:
        """Let it write again."""
        await self._do("unblock")

    async def reads(self) -> None:
        """Look at everything in the chat: nothing is unread, and what is there is no longer fresh."""
        await self._do("read", chat=self.chat_id)

    # -- what they see ---------------------------------------------------------------------------------------

    async def screen(self) -> list[Seen]:
        """The visible messages, oldest first."""
        chat = await self._wire.get(f"/sandbox/chats/{self.chat_id}", user=self.id)
        return [Seen.from_json(body) for body in chat["messages"]]

    async def unread(self) -> int:
        """Messages by others since their last act here."""
        return int((await self._wire.get(f"/sandbox/chats/{self.chat_id}", user=self.id))["unread"])

    async def sees(self, text: str = "", *, timeout: float = PATIENCE, fresh: bool = True) -> Seen:  # noqa: ASYNC109
        """The newest message by others with this text; new or edited since the last act, unless `fresh` is False."""

        async def look() -> Seen | None:
            mark = self._mark if fresh else -1
            found = [m for m in await self.screen() if text in m.text and m.changed > mark]
            return next((m for m in reversed(found) if m.by_bot or m.message.get("from") != self.profile), None)

        return await self._until(look, f"{text!r}", timeout)

    async def sees_nothing(self, text: str, *, within: float = 0.5) -> None:
        """No such message (new or edited) comes within so many seconds; ActError if one does."""
        try:
            seen = await self.sees(text, timeout=within)
        except ActError:
            return
        msg = f"{self.profile['first_name']} sees {seen.text!r}"
        raise ActError(msg)

    async def toasts(self) -> list[Toast]:
        """Everything that popped up over their presses."""
        return [Toast.from_json(body) for body in await self._wire.get(f"/sandbox/users/{self.id}/toasts")]

    async def sees_toast(self, text: str = "", *, timeout: float = PATIENCE) -> Toast:  # noqa: ASYNC109
        """The newest toast with this text since the last act."""

        async def look() -> Toast | None:
            fresh = [t for t in await self.toasts() if text in t.text and t.n > self._mark]
            return fresh[-1] if fresh else None

        return await self._until(look, f"a toast {text!r}", timeout)

    async def _until(self, look: Callable[[], Awaitable[T | None]], what: str, seconds: float) -> T:
        deadline, after = time.monotonic() + seconds, await self._last_event()
        while (found := await look()) is None:
            if time.monotonic() >= deadline:
                shown = "\n---\n".join(m.text for m in (await self.screen())[-4:])
                msg = f"{self.profile['first_name']} doesn't see {what} in {seconds} s; the screen ends:\n{shown}"
                raise ActError(msg)
            after = await self._wait(after, deadline)
        return found

    async def _wait(self, after: int, deadline: float) -> int:
        """Until something happens; gives the newest event's number."""
        left = min(max(deadline - time.monotonic(), 0.01), 20)
        events = await self._wire.get("/sandbox/events", after=after, timeout=left)
        return int(events[-1]["n"]) if events else after
