"""Tells Telegram where to send updates, and sees that it stays so."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from bot.pulse import Hearing
from bot.telegram.calls import CallFailed, Me, Rejected
from bot.telegram.intake import TokenRejected
from bot.telegram.patience import woken

log = structlog.get_logger(__name__)

LOOK_SECONDS = 20.0
RETRY_SECONDS = 5.0
CONNECTIONS = 40  # at once, from Telegram to all of us together: its own default
ELSEWHERE = "the webhook was deleted or set to another address"


class Registrar(Protocol):
    """Sets and reads the webhook; the gateway does."""

    async def set_webhook(self, url: str, secret: str, kinds: Sequence[str], connections: int) -> None: ...
    async def webhook(self) -> tuple[str, int]: ...
    async def me(self) -> Me: ...


class WebhookRefused(Exception):  # noqa: N818 - the sentence is the name
    """Telegram does not take the address."""


class Hook:
    """A part of the process: sets the webhook at the start, then looks at it now and then. It is not set again: two
    installations with one token would take it from each other for ever."""

    def __init__(self, registrar: Registrar, url: str, secret: str, kinds: Sequence[str], hearing: Hearing) -> None:
        self._registrar = registrar
        self._url, self._secret, self._kinds = url, secret, kinds
        self._hearing = hearing
        self._stopping = asyncio.Event()
        hearing.troubled("the webhook is not set yet")

    def stop(self) -> None:
        """Look no longer. The webhook stays: the next process takes over."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped. Raises WebhookRefused, TokenRejected."""
        while not self._stopping.is_set() and not await self._set():
            await woken(self._stopping, RETRY_SECONDS)
        while not self._stopping.is_set():
            await woken(self._stopping, LOOK_SECONDS)
            await self.look()

    async def _set(self) -> bool:
        known = False
        try:
            await self._registrar.me()
            known = True
            await self._registrar.set_webhook(self._url, self._secret, self._kinds, CONNECTIONS)
        except CallFailed as failed:
            if isinstance(failed.outcome, Rejected):
                raise _final(failed, known=known) from None
            log.warning("webhook.not_set", error=str(failed), retry_in=RETRY_SECONDS)
            return False
        self._hearing.answered()
        log.info("webhook.set")
        return True

    async def look(self) -> None:
        """Is it still ours? If Telegram can't be asked, nothing is known to have changed."""
        try:
            url, waiting = await self._registrar.webhook()
        except CallFailed as failed:
            log.warning("webhook.unknown", error=str(failed))
            return
        if url == self._url:
            self._hearing.answered()
            log.debug("webhook.ours", waiting=waiting)
        else:
            log.error("webhook.elsewhere", advice="restart serve to take it back; end what else uses this token")
            self._hearing.troubled(ELSEWHERE)


def _final(failed: CallFailed, *, known: bool) -> Exception:
    """What trying again would not mend."""
    if not known:
        return TokenRejected(str(failed))
    return WebhookRefused(f"Telegram does not take PROJECT_HOME_WEBHOOK_URL: {failed}")
