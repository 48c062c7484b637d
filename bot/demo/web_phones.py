"""What the phones ask for: who and what is there, messages, files, menus; and what their people do."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.demo.show import Show
from bot.demo.tale import ZONE
from bot.sandbox.control import ACTS, perform
from bot.sandbox.errors import ActError, Json
from bot.sandbox.menus import commands_for
from bot.sandbox.pictures import site_photo
from bot.sandbox.sounds import voice_note
from bot.sandbox.views import chat_view, window

# what a person with a phone can do; the rest of the sandbox's acts are for tests
ALLOWED = frozenset(ACTS) - {"inject", "repeat", "set_privacy", "add_user", "deactivate"}
# what may be shown in the page; everything else is only to be saved
INLINE = {"photo": "image/jpeg", "voice": "audio/ogg", "video": "video/mp4", "audio": "audio/mpeg"}
SAMPLES = 12


class Phones:
    """Routes below /api/."""

    def __init__(self, show: Show) -> None:
        self._show = show

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/api/state", self.state),
            web.get("/api/chats/{chat}", self.chat),
            web.get("/api/chats/{chat}/messages", self.messages),
            web.get("/api/commands", self.commands),
            web.get("/api/files/{file_id}", self.file),
            web.get("/api/samples/{number}.jpg", self.sample),
            web.get("/api/samples/voice.wav", self.voice),
            web.post("/api/acts/{act}", self.act),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        """Everything a page begins with; `after` is where its event stream should begin."""
        show, world = self._show, self._show.world
        return web.json_response(
            {
                "epoch": show.epoch,
                "after": f"{show.epoch}.{world.feed.last}",
                "zone": str(ZONE),
                "bot": world.bot_profile,
                "people": [user.profile for user in world.users.values()],
                "chats": [chat_view(world, chat) for chat in world.chats.values()],
                "roster": show.roster.as_json(),
                "phones": self._first_phones(),
                "tour": show.tour.words(),
                "board": show.board.values | {"clock": world.clock.as_json()},
                "samples": SAMPLES,
            }
        )

    def _first_phones(self) -> list[Json]:
        """Worker, clerk, assignee; and the group, in the hand of the unit's head."""
        cast = self._show.cast
        own = [{"user": phone.id, "chat": phone.id} for phone in (cast.worker, cast.clerk, cast.assignee)]
        return [*own, {"user": cast.head.id, "chat": cast.group.id}]

    async def chat(self, request: web.Request) -> web.Response:
        """One chat's head, members, topics, unread counts."""
        chat = self._show.world.chat(int(request.match_info["chat"]))
        return web.json_response(chat_view(self._show.world, chat))

    async def messages(self, request: web.Request) -> web.Response:
        """A window of a chat: `before`, `after`, `thread`, `limit`."""
        chat = self._show.world.chat(int(request.match_info["chat"]))
        where = {name: int(request.query[name]) for name in ("before", "after", "thread") if name in request.query}
        return web.json_response(window(chat, limit=int(request.query.get("limit", "50")), **where))

    async def commands(self, request: web.Request) -> web.Response:
        """The menu of commands `user` sees in `chat`."""
        world = self._show.world
        chat = world.chat(int(request.query["chat"]))
        return web.json_response(commands_for(world, chat, int(request.query["user"])))

    async def file(self, request: web.Request) -> web.Response:
        """A file's bytes: shown if it is a kind that can't run anything, saved otherwise."""
        stored = self._show.world.files.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        kind = INLINE.get(stored.kind, "application/octet-stream")
        if stored.data.startswith(b"RIFF") and kind.startswith("audio/"):
            kind = "audio/wav"
        elif stored.data.startswith(b"\x1a\x45\xdf\xa3"):
            kind = "video/webm" if stored.kind == "video" else "audio/webm"
        headers = {"Cache-Control": "private, max-age=3600"}
        if stored.kind not in INLINE:
            name = stored.info.get("file_name") or stored.path.rpartition("/")[2]
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(str(name), safe='')}"
        return web.Response(body=stored.data, content_type=kind, headers=headers)

    async def sample(self, request: web.Request) -> web.Response:
        """A picture of the camera's sample set."""
        picture = site_photo(int(request.match_info["number"]), place=(24.56, 118.02))
        return web.Response(body=picture, content_type="image/jpeg", headers={"Cache-Control": "max-age=3600"})

    async def voice(self, _request: web.Request) -> web.Response:
        """A voice note, for machines without a microphone."""
        return web.Response(body=voice_note(), content_type="audio/wav", headers={"Cache-Control": "max-age=3600"})

    async def act(self, request: web.Request) -> web.Response:
        """Do something as a person."""
        name = request.match_info["act"]
        if name not in ALLOWED:
            raise web.HTTPNotFound
        facts: Any = await request.json()
        if not isinstance(facts, dict):
            msg = "an object, please"
            raise ActError(msg)
        known = {key: value for key, value in facts.items() if value is not None}
        return web.json_response(await perform(self._show.world, name, known))
