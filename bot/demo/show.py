"""A running show: the stage, the bot on it, the cast with their phones, the clock, the weather, the tour; begun anew on demand."""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

from bot.demo.board import Board
from bot.demo.cast import PARTS, Cast
from bot.demo.glass import Glass
from bot.demo.keeper import Keeper
from bot.demo.narrator import Narrator
from bot.demo.roster import Roster
from bot.demo.stage import Stage, set_up
from bot.demo.tale import START, ZONE, Tale
from bot.demo.tour import Tour
from bot.demo.weather import Skies
from bot.holidays import office_calendar
from bot.policy import load_policy
from bot.sandbox.errors import ActError, Json
from bot.sandbox.views import pending_messages
from bot.sandbox.world import World

TICK = 0.4  # seconds between two looks at the ledger
FIRST_UPDATE = 700_000_001


class Show:
    """`async with Show(folder, narrator) as show`; every attribute is new after `restart`."""

    stage: Stage
    keeper: Keeper
    cast: Cast
    tale: Tale
    tour: Tour
    roster: Roster
    glass: Glass
    skies: Skies
    board: Board
    cards: Mapping[str, str]
    epoch: str

    def __init__(self, folder: Path, narrator: Narrator) -> None:
        self._folder, self._narrator = folder, narrator
        self._stack = AsyncExitStack()
        self._calendar = office_calendar(load_policy(None))
        self.changing = asyncio.Lock()  # one restart, one clock jump at a time

    async def __aenter__(self) -> "Show":
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def world(self) -> World:
        """The sandbox's state."""
        return self.stage.sandbox.world

    async def _open(self) -> None:
        async with AsyncExitStack() as stack:
            self.stage = await stack.enter_async_context(set_up(self._folder, START))
            self.keeper = self.stage.keeper()
            await self.keeper.start()
            stack.push_async_callback(self.keeper.stop)
            self.cards = await self.stage.cards()
            self.board = Board(self.world.feed.signal)
            self.glass = Glass(self.stage.folder / "ledger.db")
            self.skies = Skies(self.world)
            self.cast = await Cast.enter(self.stage, self._narrator)
            self.roster = Roster(self.stage, {PARTS[role].code: self.cast.phone(role).id for role in PARTS})
            self.tale = Tale(self.stage, self._narrator, self.cast)
            self.tour = Tour(self.tale, self.board)
            self.epoch = secrets.token_hex(4)
            self.look()
            watching = asyncio.create_task(self._watch())
            stack.push_async_callback(_ended, watching)
            self._stack = stack.pop_all()

    async def restart(self) -> None:
        """Everything from the beginning; pages notice by the epoch."""
        async with self.changing:
            await self._stack.aclose()
            await self._open()

    # -- time ------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Virtual, aware UTC."""
        return self.world.clock.now()

    def jump(self, where: str) -> datetime:
        """Turn the clock to `hour` (one on), `working_day` (the next one, 9:00), `friday` (the next, 16:00), `due`.

        ActError if nothing is due; KeyError for another place.
        """
        self.look()
        when = {
            "hour": lambda: self.now() + timedelta(hours=1),
            "working_day": self._next_working_day,
            "friday": self._next_friday,
            "due": self._next_due,
        }[where]()
        self.world.clock.set(when)
        self.look()
        return when

    def _next_working_day(self) -> datetime:
        today = self._calendar.day_of(self.now())
        return self._calendar.opening(self._calendar.add_working_days(today, 1))

    def _next_friday(self) -> datetime:
        local = self.now().astimezone(ZONE)
        friday = (local + timedelta(days=(4 - local.weekday()) % 7)).replace(hour=16, minute=0, second=0, microsecond=0)
        return friday if friday > local else friday + timedelta(days=7)

    def _next_due(self) -> datetime:
        when = self.glass.next_due(self.now())
        if when is None:
            msg = "nothing is due"
            raise ActError(msg)
        return when

    # -- what the page should know ---------------------------------------------------------------------------

    def look(self) -> None:
        """Write on the board what has changed."""
        world = self.world
        self.board.put("clock", world.clock.as_json() if self._clock_changed() else self.board.values["clock"])
        self.board.put("bot", {"alive": self.keeper.alive})
        self.board.put("weather", self.skies.as_json())
        tally = self.glass.tally()
        self.board.put("tally", tally | {"said": world.updates.next_id - FIRST_UPDATE})
        self.board.put("waiting", sorted(pending_messages(world)))
        self.board.put("inside", list(self.glass.version()))

    def _clock_changed(self) -> bool:
        known: Json | None = self.board.values.get("clock")
        return known is None or known["version"] != self.world.clock.version

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self.look()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
