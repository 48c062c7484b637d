"""The hands of those who use a sandbox: people with phones, groups, the clock, the weather. Works over HTTP."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from bot.sandbox.errors import Json
from bot.sandbox.phone import Phone
from bot.sandbox.seen import Seen, Toast
from bot.sandbox.wire import Wire

__all__ = ["Chatroom", "People", "Phone", "Seen", "Toast"]


class Chatroom:
    """A group, supergroup, forum or channel."""

    def __init__(self, wire: Wire, head: Json) -> None:
        self._wire = wire
        self.head = head
        self.id = int(head["id"])

    async def adds_bot(self, by: Phone, *, admin: bool = False, rights: dict[str, bool] | None = None) -> None:
        """Put the bot in, or make it administrator."""
        status = "administrator" if admin else "member"
        await self._wire.act("add_bot", chat=self.id, by=by.id, status=status, rights=rights)

    async def removes_bot(self, by: Phone) -> None:
        """Kick the bot out."""
        await self._wire.act("remove_bot", chat=self.id, by=by.id)

    async def adds(self, who: Phone, by: Phone | None = None) -> None:
        """A person joins."""
        await self._wire.act("add_member", chat=self.id, user=who.id, by=by.id if by else None)

    async def removes(self, who: Phone, by: Phone | None = None) -> None:
        """A person goes."""
        await self._wire.act("remove_member", chat=self.id, user=who.id, by=by.id if by else None)

    async def promotes(self, who: Phone, by: Phone, rights: dict[str, bool] | None = None) -> None:
        """A person becomes administrator."""
        await self._wire.act("promote", chat=self.id, user=who.id, by=by.id, rights=rights)

    async def migrates(self, by: Phone) -> "Chatroom":
        """A basic group becomes a supergroup."""
        return Chatroom(self._wire, await self._wire.act("migrate", chat=self.id, by=by.id))

    async def opens_topic(self, name: str, by: Phone) -> int:
        """A forum topic; gives its message_thread_id."""
        return int((await self._wire.act("add_topic", chat=self.id, name=name, by=by.id))["message_thread_id"])

    async def says_anonymously(self, text: str, *, reply_to: int | None = None) -> Seen:
        """An administrator writes as the group."""
        facts = {"chat": self.id, "text": text, "as_group": True, "user": 0, "reply_to": reply_to}
        return Seen.from_json(await self._wire.act("send_text", **facts))

    async def posts(self, text: str) -> Seen:
        """A channel's post."""
        return Seen.from_json(await self._wire.act("send_text", chat=self.id, text=text, user=0))

    async def screen(self) -> list[Seen]:
        """The visible messages, oldest first."""
        chat = await self._wire.get(f"/sandbox/chats/{self.id}")
        return [Seen.from_json(body) for body in chat["messages"]]


class People(Wire):
    """Everything one can do to a sandbox at `url`: `async with People(url) as world: …`."""

    async def user(
        self,
        first_name: str,
        language_code: str | None = "zh-hans",
        *,
        id: int | None = None,
        last_name: str | None = None,
        username: str | None = None,
    ) -> Phone:
        """A person with a phone, who hasn't written to the bot yet."""
        facts = {"last_name": last_name, "username": username, "language_code": language_code, "user": id}
        return Phone(self, await self.act("add_user", first_name=first_name, **facts))

    async def group(
        self,
        title: str,
        members: Iterable[Phone] = (),
        *,
        kind: str = "supergroup",
        owner: Phone | None = None,
        admins: Iterable[Phone] = (),
        bot: str = "absent",
        username: str | None = None,
    ) -> Chatroom:
        """kind: group, supergroup, forum, channel; bot: absent, member, administrator."""
        facts: Json = {"title": title, "kind": kind, "bot": bot, "username": username}
        facts |= {"members": [p.id for p in members], "admins": [p.id for p in admins]}
        return Chatroom(self, await self.act("add_group", owner=owner.id if owner else None, **facts))

    async def calls(self, method: str | None = None, after: int = 0) -> list[Json]:
        """The bot's calls: n, method, params, files, status, response, lost, real, seconds, virtual."""
        return list(await self.get("/sandbox/calls", method=method, after=after))

    async def events(self, after: int = 0, timeout: float = 0) -> list[Json]:  # noqa: ASYNC109 - a long poll's
        """Events numbered above `after`, waiting up to `timeout` seconds for the first."""
        return list(await self.get("/sandbox/events", after=after, timeout=timeout))

    async def follow(self, after: int = 0) -> AsyncIterator[Json]:
        """Every event as it happens, for ever."""
        while True:
            for event in await self.events(after, timeout=25):
                after = event["n"]
                yield event

    async def pending(self) -> list[Json]:
        """Updates the bot hasn't confirmed."""
        return list(await self.get("/sandbox/updates"))

    async def injects(self, update: Json) -> int:
        """Put any JSON object among the updates; gives its update_id."""
        return int((await self.act("inject", update=update))["update_id"])

    async def repeats(self, update_id: int | None = None) -> int:
        """Deliver an update (the newest) again; gives its update_id."""
        return int((await self.act("repeat", update_id=update_id))["update_id"])

    async def sets_privacy(self, *, on: bool) -> None:
        """The bot's privacy mode in groups."""
        await self.act("set_privacy", on=on)

    async def now(self) -> datetime:
        """The virtual time, aware UTC."""
        return datetime.fromisoformat((await self.get("/clock"))["now"])

    async def sets_clock(
        self, now: datetime | None = None, *, advance: float | None = None, rate: float | None = None
    ) -> Json:
        """Jump to an aware instant, by seconds, or change how fast time flows."""
        wish = {"now": now.isoformat() if now else None, "advance": advance, "rate": rate}
        return dict(await self.post("/sandbox/clock", {k: v for k, v in wish.items() if v is not None}))

    async def breaks(self, kind: str, method: str | None = None, **facts: Any) -> None:
        """Order a fault: drop, refuse, error, flood, delay (bot.sandbox.faults.Fault has the facts)."""
        await self.post("/sandbox/faults", {"kind": kind, "method": method, **facts})

    async def clears_weather(self) -> None:
        """No more faults."""
        await self.request("DELETE", "/sandbox/faults")

    async def limits(self, **pace: Any) -> Json:
        """Change the pace (bot.sandbox.limits.Pace's fields; `enabled=False` for none; `query_lifetime`)."""
        return dict(await self.post("/sandbox/limits", pace))

    async def outage(self, seconds: float) -> None:
        """Nobody listens on the port for so many seconds."""
        await self.post("/sandbox/outage", {"seconds": seconds})
