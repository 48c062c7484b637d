"""Telegram → inbox by webhook: 200 only once the update is committed (design.md: Inbox). Keeps nothing between requests:
any number of processes can stand behind any balancer."""

import asyncio
import hmac
import json
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import web

from bot.ports import StoreUnavailable
from bot.pulse import Hearing
from bot.services.turns import Turns

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
PATIENCE = 10.0  # seconds for one update to arrive and be stored; after that Telegram had better send it again
LARGEST_ID = 2**63


class WebhookIntake:
    """Takes updates of one bot. `told` is called after each commit."""

    def __init__(
        self, turns: Turns, bot: int, secret: str, hearing: Hearing, told: Callable[[], None] = lambda: None
    ) -> None:
        self._turns = turns
        self._bot = bot
        self._secret = secret.encode()
        self._hearing = hearing
        self._told = told

    async def receive(self, request: web.Request) -> web.Response:
        """200 stored (or known already), 400 no update, 403 not Telegram, 413 too large, 503 to be sent again."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            log.warning("webhook.forbidden")
            return web.Response(status=403)
        try:
            async with asyncio.timeout(PATIENCE):
                update = read_update(await request.read())
                return web.Response(status=400) if update is None else await self._keep(update)
        except StoreUnavailable:  # as the store itself says
            return web.Response(status=503)
        except TimeoutError:
            log.warning("webhook.not_stored", error="not within the time", seconds=PATIENCE)
            return web.Response(status=503)

    async def _keep(self, update: dict[str, Any]) -> web.Response:
        async with self._turns.begin() as turn:
            await turn.uow.inbox.add(self._bot, [update], turn.now)
        self._hearing.took(1)
        self._told()
        return web.Response()


def read_update(body: bytes) -> dict[str, Any] | None:
    """The update, None if it is no JSON object with a number of its own."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    number = update.get("update_id") if isinstance(update, dict) else None
    return update if type(number) is int and 0 <= number < LARGEST_ID else None
