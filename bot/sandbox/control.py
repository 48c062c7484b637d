"""The HTTP surface by which tests, the demo and a page of phones look into the sandbox and act in it."""

import dataclasses
import inspect
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.sandbox import acts, acts_groups, acts_media
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ActError, ApiError, Json
from bot.sandbox.faults import Fault
from bot.sandbox.limits import Pace
from bot.sandbox.rich import flat
from bot.sandbox.world import World

ACTS: dict[str, Callable[..., Any]] = acts.ACTS | acts_media.ACTS | acts_groups.ACTS
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """Routes under /sandbox, and /clock. `outage` closes the port for so many seconds."""

    def __init__(self, world: World, outage: Callable[[float], None]) -> None:
        self._world = world
        self._outage = outage

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/clock", self.clock),
            web.post("/sandbox/clock", self.set_clock),
            web.post("/sandbox/acts/{act}", self.act),
            web.get("/sandbox/events", self.events),
            web.get("/sandbox/events/last", self.last),
            web.get("/sandbox/users", self.users),
            web.get("/sandbox/users/{user}/toasts", self.toasts),
            web.get("/sandbox/chats", self.chats),
            web.get("/sandbox/chats/{chat}", self.chat),
            web.get("/sandbox/calls", self.calls),
            web.get("/sandbox/files/{file_id}", self.file),
            web.get("/sandbox/updates", self.updates),
            web.get("/sandbox/profile", self.profile),
            web.get("/sandbox/faults", self.faults),
            web.post("/sandbox/faults", self.add_fault),
            web.delete("/sandbox/faults", self.clear_faults),
            web.post("/sandbox/limits", self.limits),
            web.post("/sandbox/outage", self.outage),
        ]

    async def clock(self, _request: web.Request) -> web.Response:
        """`{now, rate, version}`."""
        return answer(self._world.clock.as_json())

    async def set_clock(self, request: web.Request) -> web.Response:
        """Any of `now` (ISO 8601 with zone), `advance` (seconds), `rate`; naive times are refused."""
        wish, clock = await request.json(), self._world.clock
        if "rate" in wish:
            clock.set_rate(wish["rate"])
        try:
            if "now" in wish:
                clock.set(datetime.fromisoformat(wish["now"]))
        except ValueError as error:
            return answer({"error": str(error)}, 400)
        if "advance" in wish:
            clock.advance(wish["advance"])
        return answer(clock.as_json())

    async def act(self, request: web.Request) -> web.Response:
        """Do something as a person; 400 with `error` if it can't be done."""
        name = request.match_info["act"]
        if name not in ACTS:
            return answer({"error": "no such act"}, 404)
        try:
            return answer(await perform(self._world, name, await request.json()))
        except ActError as error:
            return answer({"error": f"{error}"}, 400)

    async def last(self, _request: web.Request) -> web.Response:
        """The newest event's number."""
        return answer({"n": self._world.feed.last})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Events after `after`, waiting up to `timeout` seconds; a stream of them if an event stream is accepted."""
        after = int(request.query.get("after", "0"))
        if "text/event-stream" in request.headers.get("Accept", ""):
            return await self._stream(request, after)
        return answer(await self._world.feed.next(after, float(request.query.get("timeout", "0"))))

    async def _stream(self, request: web.Request, after: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        after = max(after, int(request.headers.get("Last-Event-ID", "0")))
        while True:
            for event in await self._world.feed.next(after, 15):
                after = event["n"]
                text = json.dumps(event, ensure_ascii=False)
                await response.write(f"id: {after}\ndata: {text}\n\n".encode())
            await response.write(b": \n\n")

    async def users(self, _request: web.Request) -> web.Response:
        """Everybody."""
        return answer([user.profile for user in self._world.users.values()])

    async def toasts(self, request: web.Request) -> web.Response:
        """What one person was shown over their presses."""
        user = self._world.users.get(int(request.match_info["user"]))
        return answer(user.toasts if user else [])

    async def chats(self, _request: web.Request) -> web.Response:
        """Every chat, without messages."""
        return answer([summary(chat) for chat in self._world.chats.values()])

    async def chat(self, request: web.Request) -> web.Response:
        """One chat with its messages, `unread` for `user`."""
        chat = self._world.chats.get(int(request.match_info["chat"]))
        if chat is None:
            return answer({"error": "no such chat"}, 404)
        user = int(request.query.get("user", chat.id))
        transcript = {"messages": [post.as_json() | words(post.body) for post in chat.visible()]}
        return answer(summary(chat) | {"unread": unread(chat, user)} | transcript)

    async def calls(self, request: web.Request) -> web.Response:
        """The bot's calls after `after`, of `method` or all."""
        select = self._world.recorder.select
        return answer(select(request.query.get("method"), int(request.query.get("after", "0"))))

    async def file(self, request: web.Request) -> web.Response:
        """A file's bytes by file_id, for showing."""
        stored = self._world.files.get(request.match_info["file_id"])
        return web.Response(body=stored.data) if stored else answer({"error": "no such file"}, 404)

    async def updates(self, _request: web.Request) -> web.Response:
        """The updates not yet confirmed."""
        return answer([pending.body for pending in self._world.updates.pending])

    async def profile(self, _request: web.Request) -> web.Response:
        """The bot, its commands, names and menus."""
        profile = self._world.profile
        commands = [{"scope": key, "commands": value} for key, value in profile.commands.items()]
        names = [{"field": key[0], "language_code": key[1], "text": text} for key, text in profile.names.items()]
        return answer({"bot": self._world.bot_profile, "commands": commands, "names": names, "menus": profile.menus})

    async def faults(self, _request: web.Request) -> web.Response:
        """The weather."""
        return answer(self._world.weather.as_json())

    async def add_fault(self, request: web.Request) -> web.Response:
        """A `Fault`'s fields; `seed` starts the die again."""
        wish = await request.json()
        if "seed" in wish:
            self._world.weather.reseed(wish.pop("seed"))
        if wish:
            self._world.weather.faults.append(Fault(**wish))
        return answer(self._world.weather.as_json())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Fine weather."""
        self._world.weather.faults.clear()
        return answer([])

    async def limits(self, request: web.Request) -> web.Response:
        """Fields of `Pace` to change; `query_lifetime` (seconds) too."""
        wish = await request.json()
        self._world.query_lifetime = wish.pop("query_lifetime", self._world.query_lifetime)
        self._world.limits.change(dataclasses.replace(self._world.limits.pace, **wish))
        pace: Pace = self._world.limits.pace
        return answer(dataclasses.asdict(pace) | {"refusals": self._world.limits.refusals})

    async def outage(self, request: web.Request) -> web.Response:
        """Nobody listens for `seconds`, from just after this answer."""
        self._outage(float((await request.json())["seconds"]))
        return answer({})


async def perform(world: World, name: str, facts: Json) -> Any:
    """One act of ACTS by its name; every reason why it can't be done is an ActError."""
    try:
        result = ACTS[name](world, **facts)
        return await result if inspect.isawaitable(result) else result
    except (TypeError, KeyError, ValueError) as error:
        msg = f"{error}"
        raise ActError(msg) from error
    except ApiError as error:
        raise ActError(error.description) from error


def answer(body: Any, status: int = 200) -> web.Response:
    """JSON."""
    return web.json_response(body, status=status)


def summary(chat: Chat) -> Json:
    """A chat's head and standings."""
    members = [member.as_json() for member in chat.members.values()]
    topics = [vars(topic) for topic in ([chat.general, *chat.topics.values()] if chat.head.get("is_forum") else [])]
    standing = {"opened": chat.opened, "blocked": chat.blocked, "migrated_to": chat.migrated_to}
    return {"chat": chat.head, "members": members, "topics": topics, "pinned": chat.pinned} | standing


def unread(chat: Chat, user: int) -> int:
    """Messages by others since they last acted or read."""
    mark = chat.read.get(user, 0)
    return sum(post.id > mark and post.body.get("from", {}).get("id") != user for post in chat.visible())


def words(body: Json) -> Json:
    """The text as it is read, whatever field it stands in, and the buttons' words row by row."""
    text = body.get("text") or body.get("caption") or flat(body.get("rich_message", {}).get("blocks", []))
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return {"text": text, "buttons": [[button["text"] for button in row] for row in rows]}
