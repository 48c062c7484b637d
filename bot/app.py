"""A running bot, wired: the only place that knows all the parts. Everything in one process, by long polling."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
import uvloop

from bot.beat import Beat
from bot.erasing import Eraser
from bot.leading import DRAIN_SECONDS, Leadership, Term, take_or_refuse, this_process
from bot.logs import configure_logs
from bot.opening import Office, introduce, open_office, open_web, refuse_webhook
from bot.parts import Part, run_parts
from bot.policy import load_policy
from bot.pulse import Hearing
from bot.reloading import PolicyWatch
from bot.scheduler import Scheduler
from bot.services.turns import Turns
from bot.settings import Settings
from bot.telegram.calls import Me
from bot.telegram.composer import Composer, collect_loaders
from bot.telegram.counting import Counted
from bot.telegram.delivery import Courier
from bot.telegram.dispatching import Ear
from bot.telegram.intake import Intake
from bot.telegram.menus import Menus
from bot.telegram.personal_file import PersonalFiles
from bot.telegram.photos import Photos
from bot.telegram.processor import LOOK_ALONE_SECONDS, LOOK_SECONDS, Processor
from bot.telegram.rendering import Renderer
from bot.telegram.sender import Sender
from bot.telegram.spreadsheets import Spreadsheets
from bot.telegram.topics import Topics
from handlers import build_router
from handlers.refusals import refuse
from storage.databases.engines import is_embedded

log = structlog.get_logger(__name__)


@dataclass
class App:
    """The parts in the order in which they stop: nothing new comes in, what came in is handled, what was said is sent.
    `patience`: seconds they have for that in all."""

    turns: Turns
    parts: list[Part] = field(default_factory=list)
    patience: float = DRAIN_SECONDS

    async def run(self, until: asyncio.Event) -> None:
        """Serve until the event is set. Raises what a part could not go on after (TokenRejected)."""
        await run_parts(self.parts, until, self.patience)


Build = Callable[[Settings], AbstractAsyncContextManager[App]]
"""Wires a kind of process."""


def run(settings: Settings) -> None:
    """Everything in one process. Raises what `serve_until_asked` does, AlreadyRunning, FileInUse and TokenRejected."""
    serve_until_asked(settings, build)


def serve_until_asked(settings: Settings, build: Build) -> None:
    """Serve until SIGINT or SIGTERM. Raises SettingsError, PolicyError, DatabaseUnusable."""
    configure_logs(settings.log_format, settings.secrets())
    uvloop.run(_serve(settings, build))


async def _serve(settings: Settings, build: Build) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, asked.set)
    async with AsyncExitStack() as stack:
        app = await _unless(asked, stack.enter_async_context(build(settings)))
        if app is not None:
            gc.freeze()  # what is there now stays: no later look for garbage needs to pass over it
            log.info("app.ready", database=settings.database_url, server=settings.bot_api_url)
            await app.run(asked)
    log.info("app.stopped")


async def _unless(asked: asyncio.Event, opening: Coroutine[Any, Any, App]) -> App | None:
    """What comes of it. None if we are asked to end before: nothing is under way yet, so whoever does not answer is left alone."""
    tasks = asyncio.create_task(opening, name="opening"), asyncio.create_task(asked.wait(), name="asked")
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return None if tasks[0].cancelled() else tasks[0].result()


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[App]:
    """Open what the parts need, and wire them."""
    async with AsyncExitStack() as stack:
        office = await open_office(settings, stack)
        office.pulse.hearing = Hearing()
        web = [await open_web(office, stack)] if "http_port" in settings.model_fields_set else []
        me = await introduce(office)
        yield App(office.turns, [*await _everything(office, me), *web])


async def _everything(office: Office, me: Me) -> list[Part]:
    """On PostgreSQL others may work beside us: then we lead only while the lease is ours."""
    if is_embedded(office.settings.database_url):
        term = voice(office, office.turns)
        return [*ears(office, me, term.wake), watch(office, term.wake), *term.parts]
    holder = this_process()
    await refuse_webhook(office)
    await take_or_refuse(office.turns, holder)
    leadership = Leadership(office.turns, partial(voice, office), holder, office.pulse)
    return [*ears(office, me, leadership.wake), watch(office, leadership.wake), leadership]


def ears(office: Office, me: Me, told: Callable[[], None]) -> list[Part]:
    """Long polling, and what handles what came."""
    hearing, settings = office.pulse.hearing, office.settings
    processor, photos = hands(office, me, told)
    intake = Intake(
        office.turns, settings.token(), settings.bot_api_url, processor.wake, proxy=settings.proxy, hearing=hearing
    )
    return [intake, processor, photos]


def hands(office: Office, me: Me, told: Callable[[], None]) -> tuple[Processor, Photos]:
    """What handles updates and fetches files. `told` is called when they queued something."""
    photos = Photos(office.turns, office.media, office.gateway.download, told)

    def handled() -> None:
        told()
        photos.wake()

    look = LOOK_ALONE_SECONDS if is_embedded(office.settings.database_url) else LOOK_SECONDS
    ear = Ear(build_router(), me.id, me.name)
    return Processor(office.turns, ear, refuse, me.id, handled, look_seconds=look), photos


def watch(office: Office, told: Callable[[], None]) -> PolicyWatch:
    """Who looks after the policy's file."""
    settings = office.settings
    load = partial(load_policy, settings.policy, timezone=settings.timezone, language=settings.locale)
    return PolicyWatch(office.turns, load, settings.policy, office.pulse, told)


def voice(office: Office, turns: Turns) -> Term:
    """What only one process may do: the schedule, the menus, the desk's topics, sending. The schedule wakes the sender."""
    renderer = Renderer(turns.calendar.zone, turns.policy.language)
    files = {
        "ledger/file": Spreadsheets(office.exports, turns.policy.language).load,
        "privacy/file": PersonalFiles(office.media, office.exports).load,
    }
    composer = Composer(renderer, collect_loaders() | files, long=files)
    speaker = Counted(office.gateway, office.pulse.sends)
    sender = Sender(turns, Courier(turns, composer, speaker))
    menus = Menus(turns, office.gateway, turns.policy.language)
    topics = Topics(turns, office.gateway, sender.wake, turns.policy.language)
    eraser = Eraser(turns, office.media, office.exports, office.store.compact, sender.wake)
    return Term([Scheduler(Beat(turns, sender.wake).tick), eraser, menus, topics, sender], sender.wake)
