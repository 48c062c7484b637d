"""A running bot, wired: the only place that knows all the parts. Everything in one process, by long polling."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog
import uvloop

from bot.clock import Clock, RemoteClock, SystemClock
from bot.holidays import office_calendar
from bot.logs import configure_logs
from bot.policy import load_policy
from bot.scheduler import Scheduler
from bot.services import digests, reminders
from bot.services.turns import Turns
from bot.settings import Settings
from bot.telegram.calls import CallFailed, Me, Rejected
from bot.telegram.composer import Composer, collect_loaders
from bot.telegram.delivery import Courier
from bot.telegram.dispatching import Ear
from bot.telegram.gateway import Gateway
from bot.telegram.intake import Intake, TokenRejected
from bot.telegram.menus import Menus
from bot.telegram.photos import Photos
from bot.telegram.processor import Processor
from bot.telegram.rendering import Renderer
from bot.telegram.sender import Sender
from bot.telegram.spreadsheets import Spreadsheets
from handlers import build_router
from handlers.refusals import refuse
from storage.media import MediaStore
from storage.migrate import upgrade
from storage.store import SqlStore

log = structlog.get_logger(__name__)

INTRODUCTION_PAUSE = 5.0  # between two tries to ask who we are
PRUNE_EVERY = 3600.0  # seconds


class Part(Protocol):
    """A loop of the process. `stop` asks it to finish what it has in hand; `run` then returns."""

    def stop(self) -> None: ...
    async def run(self) -> None: ...


@dataclass
class App:
    """The parts in the order in which they stop: nothing new comes in, what came in is handled, what was said is sent."""

    turns: Turns
    scheduler: Scheduler
    parts: list[Part] = field(default_factory=list)

    async def run(self, until: asyncio.Event) -> None:
        """Serve until the event is set. Raises what a part could not go on after (TokenRejected)."""
        tasks = [asyncio.create_task(part.run(), name=type(part).__name__) for part in self.parts]
        asked = asyncio.create_task(until.wait(), name="until")
        self.scheduler.start()
        try:
            await asyncio.wait([asked, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            self.scheduler.stop()
            for part, task in zip(self.parts, tasks, strict=True):
                part.stop()
                await asyncio.wait([task])
        for task in tasks:
            task.result()


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises SettingsError, PolicyError, DatabaseUnusable, TokenRejected."""
    configure_logs(settings.log_format, settings.secrets())
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, until.set)
    async with build(settings, until) as app:
        if app is not None:
            log.info("app.ready", database=settings.database_url, server=settings.bot_api_url)
            await app.run(until)
    log.info("app.stopped")


@asynccontextmanager
async def build(settings: Settings, until: asyncio.Event) -> AsyncIterator[App | None]:
    """Open what the parts need, and wire them. None if it was stopped before Telegram could be asked who we are."""
    async with AsyncExitStack() as stack:
        turns = await _open(settings, stack)
        media = MediaStore(settings.media_url)
        gateway = Gateway(settings.token(), settings.bot_api_url, _reader(media), proxy=settings.proxy)
        stack.push_async_callback(gateway.close)
        me = await _introduce(gateway, turns, until)
        yield _wire(settings, turns, media, gateway, me) if me is not None else None


async def _open(settings: Settings, stack: AsyncExitStack) -> Turns:
    """The ledger, brought up to date, with the office's rules and clock."""
    policy = load_policy(settings.policy, timezone=settings.timezone, language=settings.locale)
    store = SqlStore(settings.database_url)
    await store.open()
    stack.push_async_callback(store.close)
    await upgrade(settings.database_url)
    return Turns(store, policy, office_calendar(policy), await _clock(settings, stack))


async def _clock(settings: Settings, stack: AsyncExitStack) -> Clock:
    if settings.clock_url is None:
        return SystemClock()
    clock = RemoteClock(settings.clock_url)
    await clock.start()
    stack.push_async_callback(clock.stop)
    return clock


def _reader(media: MediaStore) -> Callable[[str], Awaitable[bytes]]:
    async def read(sha256: str) -> bytes:
        return await asyncio.to_thread(media.path(sha256).read_bytes)

    return read


async def _introduce(gateway: Gateway, turns: Turns, until: asyncio.Event) -> Me | None:
    """Ask Telegram who we are until it answers; remember the name for links. Raises TokenRejected."""
    while not until.is_set():
        try:
            me = await gateway.me()
        except CallFailed as failed:
            if isinstance(failed.outcome, Rejected):
                raise TokenRejected(str(failed)) from None
            log.warning("app.server_unreachable", error=str(failed), retry_in=INTRODUCTION_PAUSE)
            await asyncio.wait([asyncio.ensure_future(until.wait())], timeout=INTRODUCTION_PAUSE)
        else:
            async with turns.begin() as turn:
                await turn.uow.facts.put("bot_username", me.name)
                await turn.uow.facts.put("bot_username_of", str(me.id))
            return me
    return None


def _wire(settings: Settings, turns: Turns, media: MediaStore, gateway: Gateway, me: Me) -> App:
    """Who wakes whom: intake the processor; the processor, the photos and the schedule the sender."""
    renderer = Renderer(turns.calendar.zone, turns.policy.language)
    loaders = collect_loaders() | {"ledger/file": Spreadsheets(media, turns.policy.language).load}
    sender = Sender(turns, Courier(turns, Composer(renderer, loaders), gateway))
    photos = Photos(turns, media, gateway.download, sender.wake)

    def told() -> None:
        sender.wake()
        photos.wake()

    processor = Processor(turns, Ear(build_router(), me.id, me.name), refuse, me.id, told)
    intake = Intake(turns, settings.token(), settings.bot_api_url, processor.wake, proxy=settings.proxy)
    menus = Menus(turns, gateway, turns.policy.language)
    return App(turns, Scheduler(_tick(turns, sender.wake)), [intake, processor, photos, menus, sender])


def _tick(turns: Turns, told: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    """What the office's clock brings about. A transaction each: a digest that fails must not take the reminders along."""

    async def tick() -> None:
        for said in (reminders.tick, digests.tick):
            async with turns.begin() as turn:
                news = await said(turn)
            if news:
                told()

    return tick
