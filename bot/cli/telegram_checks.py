"""The doctor asks Telegram: is the token good, is a webhook in the way, does the clock agree."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from bot.cli.asking import open_gateway
from bot.cli.desk_checks import DeskGroup, check_desk_group
from bot.cli.findings import Finding, note, ok, red
from bot.cli.reasons import is_refused_token
from bot.settings import Settings
from bot.telegram.calls import CallFailed
from bot.telegram.gateway import Gateway

MOST_SECONDS = 30.0  # a clock that is further off than this misdates what people report


async def check_telegram(settings: Settings, known: Sequence[DeskGroup]) -> AsyncIterator[Finding]:
    """Every finding about the other side. `known`: the desk's group, if the ledger could be read."""
    async with open_gateway(settings) as gateway:
        try:
            me = await gateway.me()
        except CallFailed as failed:
            yield _unanswered(settings, failed)
            return
        yield ok("token", f"@{me.name} ({me.id}) at {settings.bot_api_url}")
        yield await _webhook(settings, gateway)
        for group in known:
            yield await check_desk_group(gateway, group)
    yield await _clock(settings)


def _unanswered(settings: Settings, failed: CallFailed) -> Finding:
    if is_refused_token(failed):
        return red("token", f"is refused: {failed}", "Ask @BotFather for the token, and set it anew.")
    advice = "See that this machine reaches it; many offices need PROJECT_HOME_PROXY."
    return red("token", f"{settings.bot_api_url} does not answer: {failed}", advice)


async def _webhook(settings: Settings, gateway: Gateway) -> Finding:
    try:
        address, waiting = await gateway.webhook()
    except CallFailed as failed:
        return note("webhook", f"could not be asked for: {failed}", "Try again.")
    if address and settings.webhook_url is None:
        advice = "Delete it (deleteWebhook), or set PROJECT_HOME_WEBHOOK_URL if another machine serves this bot."
        return red("webhook", f"is set to {address}: long polling gets nothing while it is", advice)
    return ok("webhook", f"{'set' if address else 'none'}; {waiting} updates wait at Telegram")


async def _clock(settings: Settings) -> Finding:
    """Against the date of any answer of the server (this is no call of the Bot API)."""
    if settings.clock_url is not None:
        return note("clock", f"follows {settings.clock_url}", "For demos and tests only.")
    try:
        async with httpx.AsyncClient(proxy=settings.proxy, timeout=10.0) as client:
            answer = await client.head(settings.bot_api_url)
        off = (datetime.now(UTC) - parsedate_to_datetime(answer.headers["date"])).total_seconds()
    except (httpx.HTTPError, KeyError, ValueError) as error:
        return note(
            "clock", f"could not be compared ({type(error).__name__})", "See that the machine keeps time by NTP."
        )
    if abs(off) > MOST_SECONDS:
        return red("clock", f"is {off:+.0f} seconds off the server's", "Set the machine's time, best by NTP.")
    return ok("clock", f"agrees with the server's to {abs(off):.0f} seconds")
