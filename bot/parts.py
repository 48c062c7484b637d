"""The loops a process is made of, and how they end: one after the other, each with what it has in hand."""

import asyncio
import math
import time
from collections.abc import Sequence
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


class Part(Protocol):
    """A loop of the process. `stop` asks it to finish what it has in hand; `run` then returns."""

    def stop(self) -> None: ...
    async def run(self) -> None: ...


async def run_parts(parts: Sequence[Part], until: asyncio.Event, patience: float | None = None) -> None:
    """Run them until the event is set or one of them ends, then stop them in their order, within so many seconds in all:
    what is not done by then is cut, and begun anew by whoever comes next. One that takes half of what is left of them does not
    keep those after it from being asked. Raises what a part could not go on after."""
    tasks = [asyncio.create_task(part.run(), name=type(part).__name__) for part in parts]
    asked = asyncio.create_task(until.wait(), name="until")
    try:
        await asyncio.wait([asked, *tasks], return_when=asyncio.FIRST_COMPLETED)
        await _stop(parts, tasks, patience)
    finally:
        for task in (asked, *tasks):
            task.cancel()
        await asyncio.gather(asked, *tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def _stop(parts: Sequence[Part], tasks: Sequence[asyncio.Task[None]], patience: float | None) -> None:
    ends = math.inf if patience is None else time.monotonic() + patience
    for part, task in zip(parts, tasks, strict=True):
        part.stop()
        await _ended([task], (ends - time.monotonic()) / 2)
    for late in await _ended(tasks, ends - time.monotonic()):
        log.warning("part.cut", part=late.get_name())


async def _ended(tasks: Sequence[asyncio.Task[None]], seconds: float) -> set[asyncio.Task[None]]:
    """Those that have not."""
    if not tasks:
        return set()
    _, late = await asyncio.wait(tasks, timeout=None if math.isinf(seconds) else max(0.0, seconds))
    return late
