"""Pushing updates to the bot's webhook: one after another, again until a 2xx answer comes."""

import asyncio

import aiohttp

from bot.sandbox.clock import VirtualClock
from bot.sandbox.updates import Pending, Updates, Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


class Pusher:
    """Runs as long as the sandbox; waits `first` to `longest` real seconds between attempts."""

    def __init__(self, updates: Updates, clock: VirtualClock, first: float = 0.1, longest: float = 2.0) -> None:
        self._updates = updates
        self._clock = clock
        self._first, self._longest = first, longest
        self._pause = first

    async def run(self) -> None:
        """Push for ever."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            while True:
                hook, pending = self._updates.webhook, self._updates.pending
                if not hook.url or not pending:
                    await self._updates.signal.wait(3600)
                else:
                    await self._push(session, hook, pending[0])

    async def _push(self, session: aiohttp.ClientSession, hook: Webhook, update: Pending) -> None:
        error = await self._post(session, hook, update)
        if not error:
            self._pause = self._first
            self._updates.pending = [p for p in self._updates.pending if p is not update]
            return
        hook.last_error, hook.last_error_date = error, self._clock.unix()
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, self._longest)

    async def _post(self, session: aiohttp.ClientSession, hook: Webhook, update: Pending) -> str:
        """Empty, or what went wrong."""
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with session.post(hook.url, json=update.body, headers=headers) as answer:
                await answer.read()
                wrong = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return "" if 200 <= answer.status < 300 else wrong
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"
