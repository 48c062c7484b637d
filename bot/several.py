"""Past one machine: processes that take updates by webhook, and processes that work, on one PostgreSQL (ADR 4)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web

from bot.app import App, hands, serve_until_asked, voice, watch
from bot.leading import Leadership, this_process
from bot.opening import introduce, open_office, open_web
from bot.pulse import Hearing
from bot.settings import Settings
from bot.telegram.dispatching import ASKED_FOR
from bot.web.hook import Hook
from bot.web.intake import WebhookIntake
from storage.databases.bell import Bell
from storage.databases.engines import is_embedded

INBOX, OUTBOX = "inbox", "outbox"
DRAIN_SECONDS = 4.5  # from the request to end to the end


class NeedsPostgres(Exception):  # noqa: N818 - the sentence is the name
    """Several processes can't share a SQLite file. The text says what to do."""


def serve(settings: Settings) -> None:
    """Take updates. Raises what `serve_until_asked` does, NeedsPostgres, WebhookRefused, TokenRejected, OSError."""
    _check(settings)
    settings.webhook()
    serve_until_asked(settings, build_serve)


def work(settings: Settings) -> None:
    """Handle, fetch, and lead when it is our turn. Raises what `serve_until_asked` does, NeedsPostgres, TokenRejected."""
    _check(settings)
    serve_until_asked(settings, build_work)


def _check(settings: Settings) -> None:
    if is_embedded(settings.database_url):
        raise NeedsPostgres(
            "`serve` and `work` share a PostgreSQL: set PROJECT_HOME_DATABASE_URL to one. On SQLite, `run` does everything."
        )


@asynccontextmanager
async def build_serve(settings: Settings) -> AsyncIterator[App]:
    """Listens before Telegram is told where: the first update finds somebody."""
    url, secret = settings.webhook()
    async with AsyncExitStack() as stack:
        office = await open_office(settings, stack)
        office.pulse.hearing = hearing = Hearing(patience=None)
        bell = Bell(settings.database_url, {})
        intake = WebhookIntake(office.turns, settings.bot_id, secret, hearing, partial(bell.ring, INBOX))
        hook = Hook(office.gateway, url, secret, ASKED_FOR, hearing)
        server = await open_web(office, stack, web.post(urlsplit(url).path or "/", intake.receive))
        yield App(office.turns, [server, hook, bell])


@asynccontextmanager
async def build_work(settings: Settings) -> AsyncIterator[App]:
    """Everybody handles updates and fetches files; one sends. Who queues something wakes the one who sends."""
    async with AsyncExitStack() as stack:
        office = await open_office(settings, stack)
        leadership = Leadership(office.turns, partial(voice, office), this_process(), office.pulse)
        server = [await open_web(office, stack)] if "http_port" in settings.model_fields_set else []
        me = await introduce(office)

        def told() -> None:
            leadership.wake()
            bell.ring(OUTBOX)

        processor, photos = hands(office, me, told)
        bell = Bell(settings.database_url, {INBOX: processor.wake, OUTBOX: leadership.wake})
        yield App(office.turns, [processor, photos, watch(office, told), leadership, *server, bell])
