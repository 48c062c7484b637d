"""What is due together is said together; one thing that can't be said must not keep the rest from being said."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.ports import LeaseLost, StoreUnavailable
from bot.services.turn import Turn

log = structlog.get_logger(__name__)

PUT_OFF = timedelta(
    hours=1
)  # what failed is tried again then: a mended program, or a mended sheet, may have come meanwhile
T = TypeVar("T")


async def say(
    turn: Turn,
    items: Sequence[T],
    together: Callable[[Sequence[T]], Awaitable[None]],
    put_off: Callable[[T], Awaitable[None]],
) -> None:
    """All in one go. If that fails, what was written is undone and each half said for itself, until what fails stands
    alone: it is logged and put off. Raises what the store raises."""
    try:
        async with turn.uow.savepoint():
            return await together(items)
    except (StoreUnavailable, LeaseLost):
        raise
    except Exception:
        if len(items) == 1:
            log.exception("timed.failed", what=repr(items[0])[:300])
    if len(items) == 1:
        return await put_off(items[0])
    middle = len(items) // 2
    for half in (items[:middle], items[middle:]):
        await say(turn, half, together, put_off)
    return None
