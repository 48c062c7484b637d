"""Is the process alive, and can it do its work: for balancers and supervisors."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.ports import StoreUnavailable
from bot.pulse import Pulse

PATIENCE = 5.0  # seconds for the database to answer

Revision = Callable[[], Awaitable[str | None]]
"""The database's schema (`SqlStore.revision`). Raises StoreUnavailable."""


class Health:
    """`newest` is the schema this version needs."""

    def __init__(self, revision: Revision, newest: str, pulse: Pulse) -> None:
        self._revision = revision
        self._newest = newest
        self._pulse = pulse

    def routes(self) -> list[web.RouteDef]:
        """What answers where."""
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready)]

    async def alive(self, _request: web.Request) -> web.Response:
        """200 as long as the loop turns."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """200, or 503 with every trouble in a sentence. `notes`: what should be mended, though the work goes on."""
        troubles = [said for said in (await self._database(), self._deaf()) if said]
        answer: dict[str, Any] = {"ready": not troubles, "troubles": troubles}
        if self._pulse.policy:
            answer["notes"] = [f"the policy file is not in force: {self._pulse.policy}"]
        return web.json_response(answer, status=503 if troubles else 200)

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                present = await self._revision()
        except (StoreUnavailable, TimeoutError):
            return "the database can't be reached"
        return "" if present == self._newest else f"the schema is at {present}, this version needs {self._newest}"

    def _deaf(self) -> str:
        return self._pulse.hearing.deaf() if self._pulse.hearing is not None else ""
