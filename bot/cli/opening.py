"""What a command works with: the settings, the office's rules, and the ledger, opened for a moment beside a running bot."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.clock import Clock, RemoteClock, SystemClock
from bot.domain.policy import Policy
from bot.policy import load_policy
from bot.services.turns import Turns
from bot.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Desk:
    """An open ledger and the settings it was opened by. Turns are short transactions: `run` writes between them."""

    settings: Settings
    turns: Turns
    compact: Callable[[], Awaitable[None]]  # let nothing of what was deleted be left


def office_policy(settings: Settings) -> Policy:
    """The policy these settings name. Raises PolicyError."""
    return load_policy(settings.policy, timezone=settings.timezone, language=settings.locale)


@asynccontextmanager
async def open_ledger() -> AsyncIterator[Desk]:
    """Read the settings, bring the schema up to date, open the store. Raises SettingsError, PolicyError, DatabaseUnusable."""
    from bot.holidays import office_calendar
    from storage.migrate import upgrade
    from storage.store import SqlStore

    settings = load_settings()
    policy = office_policy(settings)
    store = SqlStore(settings.database_url, guest=True)
    await store.open()
    try:
        await upgrade(settings.database_url)
        yield Desk(settings, Turns(store, policy, office_calendar(policy), await _clock(settings)), store.compact)
    finally:
        await store.close()


async def _clock(settings: Settings) -> Clock:
    """The machine's, or the sandbox's at this moment. Raises ClockUnreachable."""
    if settings.clock_url is None:
        return SystemClock()
    remote = RemoteClock(settings.clock_url)
    await remote.read()
    return remote
