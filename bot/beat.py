"""What a second of the office's clock brings about: reminders, questions, digests, the end of claims; and once an hour, what is
kept too long goes."""

import time
from collections.abc import Awaitable, Callable

from bot.services.desk import claiming
from bot.services.digests import digests
from bot.services.office import upkeep
from bot.services.tasks import asking
from bot.services.timed import reminders
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.patience import carrying_on

UPKEEP_SECONDS = 3600.0
_SAID = (
    (reminders.is_due, reminders.tick),
    (asking.is_due, asking.tick),
    (digests.is_due, digests.tick),
    (claiming.is_due, claiming.tick),
)


class Beat:
    """One per schedule. `told` is called when messages were queued; `seconds` is monotonic real time.

    It looks before it writes: nearly every second nothing is due, and a look holds up nobody. What is due gets a transaction
    each: a digest that fails must not take the reminders along.
    """

    def __init__(self, turns: Turns, told: Callable[[], None], seconds: Callable[[], float] = time.monotonic) -> None:
        self._turns = turns
        self._told = told
        self._seconds = seconds
        self._upkeep_at = seconds()

    async def tick(self) -> None:
        """Once; never raises but for the store's being away while it looks."""
        async with self._turns.read() as turn:
            due = [say for is_due, say in _SAID if await is_due(turn)]
        for say in due:
            await self._safely(self._say(say))
        if self._seconds() >= self._upkeep_at:
            await self._safely(self._tidy())

    async def _say(self, say: Callable[[Turn], Awaitable[int]]) -> None:
        async with self._turns.begin() as turn:
            await say(turn)
        self._told()

    async def _tidy(self) -> None:
        """A portion a second until all is done, then not for an hour."""
        async with self._turns.begin() as turn:
            more = await upkeep.forget_updates(turn)
        if not more:
            self._upkeep_at = self._seconds() + UPKEEP_SECONDS

    async def _safely(self, step: Awaitable[None]) -> None:
        with carrying_on("beat.failed"):
            await step
