"""A story being told: on which stage, by whom, and what it has come to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.demo.cast import Cast
from bot.demo.narrator import Narrator
from bot.demo.stage import Stage
from bot.sandbox.errors import ActError

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(
    2026, 9, 28, 9, 10, tzinfo=ZONE
)  # Monday before National Day; Saturday the 10th is a make-up working day
NUMBER = "XM-2026-0001"
QUIET = 1.2  # seconds without a word: nothing is on its way any more
LONGEST_QUIET = 10.0


@dataclass(slots=True)
class Tale:
    """A story being told: where, by whom, and what it has come to. `number` is the issue's, once it is filed."""

    stage: Stage
    narrator: Narrator
    cast: Cast
    number: str = NUMBER
    digest: str = ""

    async def turn_to(self, moment: str) -> datetime:
        """Let what is on its way arrive, then turn the clock to `MM-DD HH:MM` of the story's year, office time.

        ActError if the clock is past it already.
        """
        await self.quiet()
        when = datetime.strptime(f"{START.year}-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
        if await self.stage.world.now() > when:
            msg = f"the clock is past {when:%d %B %H:%M} already"
            raise ActError(msg)
        self.narrator.say(f"⏩ {when:%A %d %B, %H:%M}")
        await self.stage.world.sets_clock(when)
        return when

    async def quiet(self) -> None:
        """Until nothing has happened in any chat for a moment."""
        async with asyncio.timeout(LONGEST_QUIET + QUIET):
            world, after = self.stage.world, self.stage.sandbox.world.feed.last
            deadline = asyncio.get_running_loop().time() + LONGEST_QUIET
            while asyncio.get_running_loop().time() < deadline:
                events = await world.events(after, timeout=QUIET)
                if not events:
                    return
                after = events[-1]["n"]


class Scene(NamedTuple):
    """One step: what it is called and what to look at, in both languages; whose phones it happens on; the doing."""

    key: str
    chinese: tuple[str, str]
    english: tuple[str, str]
    phones: tuple[str, ...]
    play: Callable[[Tale], Awaitable[None]]
