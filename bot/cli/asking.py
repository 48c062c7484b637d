"""A gateway to the Bot API for a question or two."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings
from bot.telegram.gateway import Gateway

PATIENCE = 10.0  # seconds


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """Raises SettingsError without a token."""
    gateway = Gateway(
        settings.token(), settings.bot_api_url, _no_files, proxy=settings.proxy, pool=2, read_timeout=PATIENCE
    )
    try:
        yield gateway
    finally:
        await gateway.close()


async def _no_files(sha256: str) -> bytes:
    raise LookupError(sha256)
