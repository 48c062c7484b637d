"""What every loop over the store does when the store is away: wait a little, and try again. The store itself says so
(bot/outage.py)."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from typing import Any, TypeVar, cast

import structlog

from bot.ports import LeaseLost, StoreUnavailable

log = structlog.get_logger(__name__)

BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
T = TypeVar("T")


async def patiently(step: Callable[[], Awaitable[T]]) -> T:
    """The step's result, however often the store has to be asked. Other exceptions are raised on."""
    pauses = chain(BACKOFF_SECONDS, repeat(BACKOFF_SECONDS[-1]))
    while True:
        try:
            return await step()
        except StoreUnavailable:
            await asyncio.sleep(next(pauses))


@contextmanager
def carrying_on(event: str) -> Iterator[None]:
    """What fails inside is logged with its traceback, and goes no further: the loop goes on. Of a store that is away all has been
    said; and who lost the lease is about to be ended."""
    try:
        yield
    except (StoreUnavailable, LeaseLost):
        pass
    except Exception:
        log.exception(event)


def apart(work: Callable[..., T], *args: Any) -> asyncio.Future[T]:
    """Blocking work in a daemon thread. Unlike with asyncio.to_thread, who gives up on it need not wait for it to end the
    process: a server that never answers holds nobody."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(cast("T", result))
        else:
            done.set_exception(error)

    def run() -> None:
        outcome: tuple[T | None, BaseException | None]
        try:
            outcome = work(*args), None
        except Exception as error:
            outcome = None, error
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, daemon=True).start()
    return done


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, but no longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
