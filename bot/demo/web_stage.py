"""Behind the phones: clock, weather, the bot itself, the tour, people and cards, and the ledger behind glass."""

import io

import segno
from aiohttp import web

from bot.demo.glass import SHOWN
from bot.demo.show import Show
from bot.sandbox.errors import Json

FASTEST = 36_000  # virtual seconds per real one: ten hours


class Backstage:
    """Routes below /api/."""

    def __init__(self, show: Show) -> None:
        self._show = show

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post("/api/clock", self.clock),
            web.post("/api/weather", self.weather),
            web.post("/api/bot", self.bot),
            web.post("/api/tour", self.tour),
            web.post("/api/restart", self.restart),
            web.post("/api/people", self.people),
            web.get("/api/cards", self.cards),
            web.get("/api/qr", self.qr),
            web.get("/api/inside/{table}", self.inside),
            web.get("/api/ledger.xlsx", self.ledger),
            web.get("/api/digest.txt", self.digest),
            web.get("/api/digest.pdf", self.paper),
        ]

    async def clock(self, request: web.Request) -> web.Response:
        """`jump` to a named place, or `rate`: virtual seconds per real one."""
        wish, show = await request.json(), self._show
        async with show.changing:
            if "rate" in wish:
                show.world.clock.set_rate(min(max(float(wish["rate"]), 0), FASTEST))
                show.look()
            if "jump" in wish:
                show.jump(wish["jump"])
        return web.json_response(show.world.clock.as_json())

    async def weather(self, request: web.Request) -> web.Response:
        """Turn a switch: `{switch, on}`."""
        wish = await request.json()
        self._show.skies.set(wish["switch"], on=bool(wish["on"]))
        self._show.look()
        return web.json_response(self._show.skies.as_json())

    async def bot(self, request: web.Request) -> web.Response:
        """`do`: kill it, or start it again."""
        keeper = self._show.keeper
        await {"kill": keeper.kill, "start": keeper.start}[(await request.json())["do"]]()
        self._show.look()
        return web.json_response({"alive": keeper.alive})

    async def tour(self, request: web.Request) -> web.Response:
        """Play `step`, if it is the next one; answers once it is played."""
        await self._show.tour.play(int((await request.json())["step"]))
        return web.json_response(self._show.board.values["tour"])

    async def restart(self, _request: web.Request) -> web.Response:
        """From the beginning."""
        await self._show.restart()
        return web.json_response({"epoch": self._show.epoch})

    async def people(self, request: web.Request) -> web.Response:
        """A phone for somebody of the city (`code`), or for a stranger (`code` null); gives their user id."""
        code = (await request.json()).get("code")
        roster = self._show.roster
        user = await roster.stranger() if code is None else await roster.give_phone(str(code))
        profile = self._show.world.user(user).profile
        return web.json_response({"user": user, "profile": profile, "roster": roster.as_json()})

    async def cards(self, _request: web.Request) -> web.Response:
        """The service cards: project, district, link."""
        show = self._show
        cards: list[Json] = [
            {"code": code, "name": show.roster.projects[code]["name"], "link": link}
            | {"district": show.roster.projects[code]["district"]}
            for code, link in show.cards.items()
            if code in show.roster.projects
        ]
        return web.json_response(cards)

    async def qr(self, request: web.Request) -> web.Response:
        """A QR code of `link`, as a picture."""
        out = io.BytesIO()
        segno.make(request.query["link"], error="m").save(out, kind="png", scale=5, border=2)
        return web.Response(body=out.getvalue(), content_type="image/png", headers={"Cache-Control": "max-age=3600"})

    async def inside(self, request: web.Request) -> web.Response:
        """Rows of a table of the ledger, or of what is due."""
        table = request.match_info["table"]
        if table not in SHOWN and table != "due":
            raise web.HTTPNotFound
        return web.json_response(self._show.glass.rows(table))

    async def ledger(self, _request: web.Request) -> web.StreamResponse:
        """The ledger as XLSX, made now."""
        out = self._show.stage.folder / "ledger.xlsx"
        await self._show.stage.command("export", "--format", "xlsx", "--out", str(out))
        return web.FileResponse(out, headers={"Content-Disposition": 'attachment; filename="ledger.xlsx"'})

    async def digest(self, request: web.Request) -> web.Response:
        """The week's digest in words, as it stands now."""
        return web.Response(text=await self._show.stage.command("digest", "--language", _language(request)))

    async def paper(self, request: web.Request) -> web.StreamResponse:
        """The week's digest as PDF, made now."""
        language = _language(request)
        out = self._show.stage.folder / f"digest-{language}.pdf"
        await self._show.stage.command("digest", "--format", "pdf", "--language", language, "--out", str(out))
        return web.FileResponse(out, headers={"Content-Disposition": 'attachment; filename="digest.pdf"'})


def _language(request: web.Request) -> str:
    return "en" if request.query.get("language") == "en" else "zh"
