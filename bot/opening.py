"""What every process opens before its parts can be wired: the ledger, the files, the way to Telegram, the HTTP server."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.clock import Clock, RemoteClock, SystemClock
from bot.holidays import office_calendar
from bot.leading import AlreadyRunning
from bot.policy import load_policy
from bot.pulse import Pulse
from bot.services.turns import Turns
from bot.settings import Settings
from bot.telegram.calls import CallFailed, Me, Rejected
from bot.telegram.gateway import Gateway
from bot.telegram.intake import TokenRejected
from bot.telegram.patience import patiently
from bot.telegram.photos import read
from storage.databases.alone import alone
from storage.databases.engines import is_embedded
from storage.files.media import EXPORTS, Either, MediaStore
from storage.files.shelves import open_shelf
from storage.migrate import revisions, upgrade
from storage.soundness import old_sqlite
from storage.store import SqlStore

if TYPE_CHECKING:
    from aiohttp import web

    from bot.web.server import WebServer

log = structlog.get_logger(__name__)

INTRODUCTION_PAUSE = 5.0  # between two tries to ask who we are


@dataclass(frozen=True)
class Office:
    """What the parts of a process share."""

    settings: Settings
    store: SqlStore
    turns: Turns
    media: MediaStore
    exports: MediaStore  # what was made to be sent
    gateway: Gateway
    pulse: Pulse = field(default_factory=Pulse)


async def open_office(settings: Settings, stack: AsyncExitStack) -> Office:
    """Open it all; the stack closes it. Raises PolicyError, DatabaseUnusable, FileInUse, ClockUnreachable."""
    policy = load_policy(settings.policy, timezone=settings.timezone, language=settings.locale)
    store = SqlStore(settings.database_url)
    await store.open()
    stack.push_async_callback(store.close)
    stack.enter_context(alone(settings.database_url))
    if is_embedded(settings.database_url) and (old := old_sqlite()):
        log.warning("app.old_sqlite", version=old, advice="let nothing but this program write to the ledger's file")
    await upgrade(settings.database_url)
    turns = Turns(store, policy, office_calendar(policy), await _clock(settings, stack))
    media, exports = await asyncio.to_thread(_media, settings.media_url)
    reader = partial(read, Either(media, exports))
    gateway = Gateway(settings.token(), settings.bot_api_url, reader, proxy=settings.proxy)
    stack.push_async_callback(gateway.close)
    return Office(settings, store, turns, media, exports, gateway)


async def _clock(settings: Settings, stack: AsyncExitStack) -> Clock:
    if settings.clock_url is None:
        return SystemClock()
    clock = RemoteClock(settings.clock_url)
    await clock.start()
    stack.push_async_callback(clock.stop)
    return clock


def _media(url: str) -> tuple[MediaStore, MediaStore]:
    shelf = open_shelf(url)
    try:
        shelf.tidy()
    except OSError as error:  # photos will wait, and say so; people can still report
        log.warning("app.media_unusable", place=str(shelf), error=str(error))
    return MediaStore(shelf), MediaStore(shelf, EXPORTS)


async def introduce(office: Office) -> Me:
    """Ask Telegram who we are until it answers; remember the name for links. Raises TokenRejected."""
    while True:
        try:
            me = await office.gateway.me()
        except CallFailed as failed:
            if isinstance(failed.outcome, Rejected):
                raise TokenRejected(str(failed)) from None
            log.warning("app.server_unreachable", error=str(failed), retry_in=INTRODUCTION_PAUSE)
            await asyncio.sleep(INTRODUCTION_PAUSE)
        else:
            await patiently(partial(_remember, office, me))
            return me


async def _remember(office: Office, me: Me) -> None:
    async with office.turns.begin() as turn:
        await turn.uow.facts.put("bot_username", me.name)
        await turn.uow.facts.put("bot_username_of", str(me.id))


async def refuse_webhook(office: Office) -> None:
    """Polling gets nothing while a webhook is set, and deleting it is not ours to decide. Raises AlreadyRunning."""
    try:
        address, _ = await office.gateway.webhook()
    except CallFailed:
        return  # if there is one, polling will be told so
    if address:
        raise AlreadyRunning(
            "A webhook is set for this bot: `serve` takes its updates. End `serve` and delete the webhook (deleteWebhook),"
            " or start `work` instead of `run`."
        )


async def open_web(office: Office, stack: AsyncExitStack, *more: "web.RouteDef") -> "WebServer":
    """Health, metrics and more, listening. Raises OSError."""
    from bot.web.health import Health  # noqa: PLC0415 - `run` without HTTP_PORT must not wait for an HTTP server
    from bot.web.metrics import Metrics  # noqa: PLC0415 - the same
    from bot.web.server import WebServer  # noqa: PLC0415 - the same

    health = Health(office.store.revision, revisions()[-1], office.pulse)
    routes = [*health.routes(), *Metrics(office.turns, office.pulse).routes(), *more]
    server = WebServer(routes, office.settings.http_host, office.settings.http_port)
    await server.open()
    stack.push_async_callback(server.close)
    return server
