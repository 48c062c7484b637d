"""Telegram → inbox: raw updates by long polling, committed before they are confirmed (design.md: Inbox)."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod

from bot.masking import mask
from bot.outage import Outage
from bot.pulse import Hearing
from bot.services.turns import Turns
from bot.telegram.dispatching import ASKED_FOR
from bot.telegram.patience import patiently, woken

log = structlog.get_logger(__name__)

POLL_SECONDS = 30
SLACK_SECONDS = 15  # for the answer to a long poll to arrive
BATCH = 100  # Telegram's most
TOGETHER_SECONDS = 0.02  # between two answers, at least: what a crowd sends meanwhile shares a request and a commit
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)  # after the first failure in a row, the second…
CONFLICT_PAUSE = 5.0
CONFLICT = "another process polls with this token, or a webhook is set"


class TokenRejected(Exception):  # noqa: N818 - the sentence is the name
    """Telegram does not know the bot's token: nothing to try again until somebody mends the settings."""


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates as it comes: what aiogram can't parse must not stop the rest."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = BATCH
    timeout: int = POLL_SECONDS
    allowed_updates: list[str]


class Intake:
    """One per bot. `told` is called after each commit, to wake the processor. `api_url` as in `https://api.telegram.org`."""

    def __init__(
        self,
        turns: Turns,
        token: str,
        api_url: str,
        told: Callable[[], None] = lambda: None,
        *,
        proxy: str | None = None,
        poll_seconds: int = POLL_SECONDS,
        hearing: Hearing | None = None,
    ) -> None:
        self._turns = turns
        self._token = token
        self._told = told
        self._poll_seconds = poll_seconds
        self._hearing = hearing or Hearing()
        session = AiohttpSession(proxy=proxy, api=TelegramAPIServer.from_base(api_url))
        self._bot = Bot(token, session=session)
        self._offset: int | None = None
        self._failures = 0
        self._outage = Outage("telegram")
        self._polling: asyncio.Task[list[dict[str, Any]]] | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Hang up; what was not committed is delivered again to whoever asks next."""
        self._stopping.set()
        if self._polling is not None:
            self._polling.cancel()

    async def run(self) -> None:
        """Until stopped. Raises TokenRejected; anything else is waited out."""
        try:
            while not self._stopping.is_set():
                if pause := await self._round():
                    await woken(self._stopping, pause)
        finally:
            await self._bot.session.close()

    async def _round(self) -> float:
        """Ask once and keep what came; seconds to wait before the next time."""
        try:
            updates = await self._ask()
        except asyncio.CancelledError:
            if self._stopping.is_set():
                return 0.0
            raise
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise TokenRejected("Telegram does not know this bot token; get a new one from BotFather") from error
        except Exception as error:
            return self._pause_after(error)
        self._failures = 0
        self._outage.answered()
        self._hearing.answered()
        came = time.monotonic()
        await self.keep(updates)
        return max(0.0, came + TOGETHER_SECONDS - time.monotonic()) if 0 < len(updates) < BATCH else 0.0

    async def _ask(self) -> list[dict[str, Any]]:
        """After a failure Telegram is not asked to wait for something new: that it answers again is known at once."""
        wait = 0 if self._failures else self._poll_seconds
        method = GetRawUpdates(offset=self._offset, timeout=wait, allowed_updates=list(ASKED_FOR))
        patience = wait + SLACK_SECONDS
        self._polling = asyncio.create_task(self._bot(method, request_timeout=patience), name="getUpdates")
        return await self._polling

    async def keep(self, updates: Sequence[dict[str, Any]]) -> None:
        """Commit them, then move the offset: the next request confirms them to Telegram."""
        if updates:
            await patiently(lambda: self._store(updates))
            self._offset = max(update["update_id"] for update in updates) + 1
            self._told()

    async def _store(self, updates: Sequence[dict[str, Any]]) -> None:
        async with self._turns.begin() as turn:
            new = await turn.uow.inbox.add(self._bot.id, updates, turn.now)
        self._hearing.took(len(updates))
        log.debug("intake.stored", updates=len(updates), new=new)

    def _pause_after(self, error: Exception) -> float:
        """Log it and say how long to wait."""
        if isinstance(error, TelegramRetryAfter):
            return float(error.retry_after)
        if isinstance(error, TelegramConflictError):
            log.error("intake.conflict", advice=f"{CONFLICT}; end it")
            self._hearing.troubled(CONFLICT)
            return CONFLICT_PAUSE
        pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
        self._failures += 1
        self._outage.failed(type(error).__name__, mask(str(error), [self._token]))
        return pause
