"""What every loop over the store does when the store is away: wait a little, say so, try again."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import TypeVar

import structlog

from bot.ports import StoreUnavailable

log = structlog.get_logger(__name__)

BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
T = TypeVar("T")


async def patiently(step: Callable[[], Awaitable[T]]) -> T:
    """The step's result, however often the store has to be asked. Other exceptions are raised on."""
    pauses = chain(BACKOFF_SECONDS, repeat(BACKOFF_SECONDS[-1]))
    while True:
        try:
            return await step()
        except StoreUnavailable as error:
            pause = next(pauses)
            log.warning("store.unavailable", error=str(error), retry_in=pause)
            await asyncio.sleep(pause)


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, but no longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
