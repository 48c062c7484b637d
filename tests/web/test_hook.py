"""Telegram is told where to send, and it is noticed when that changes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.pulse import Hearing
from bot.telegram.gateway import Gateway
from bot.telegram.intake import TokenRejected
from bot.web import hook as module
from bot.web.hook import ELSEWHERE, Hook, WebhookRefused
from tests.telegram.server import TOKEN, BotApi, bad, ok, serving

REAL_LOOK = module.LOOK_SECONDS
URL = "https://bot.example/hook"
ME = {"id": 4200, "is_bot": True, "first_name": "Home", "username": "home_bot"}


async def nothing(_: str) -> bytes:
    return b""


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving() as found:
        found.always = lambda method: ok(ME if method == "getMe" else True)
        yield found


@pytest.fixture
async def gateway(api: BotApi) -> AsyncIterator[Gateway]:
    found = Gateway(TOKEN, api.url, nothing, read_timeout=1.5)
    yield found
    await found.close()


def an_info(url: str) -> dict[str, object]:
    return {"url": url, "has_custom_certificate": False, "pending_update_count": 2}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a test's length."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)


async def test_telegram_is_told_where_to_send(gateway: Gateway, api: BotApi) -> None:
    """Address, secret, kinds and connections; until then we are deaf, after that we are not. A failure is tried again."""
    hearing = Hearing(None)
    hook = Hook(gateway, URL, "s3cret", ["message", "callback_query"], hearing)
    assert hearing.deaf() == "the webhook is not set yet"
    api.answers["setWebhook"] = [bad(500, "Internal Server Error")]
    api.answers["getWebhookInfo"] = [ok(an_info(URL))] * 1000
    running = asyncio.create_task(hook.run())
    async with asyncio.timeout(30):
        while not api.told("getWebhookInfo"):  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        hook.stop()
        await running
    assert hearing.deaf() == ""
    told = api.told("setWebhook")[-1]
    assert (told["url"], told["secret_token"], told["max_connections"]) == (URL, "s3cret", 40)
    assert told["allowed_updates"] == ["message", "callback_query"]
    assert len(api.told("setWebhook")) == 2


def test_it_is_looked_at_often_enough() -> None:
    """A stale webhook is to be noticed within a minute, the asking included."""
    assert REAL_LOOK <= 30


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/"])
async def test_a_stale_webhook_is_noticed(gateway: Gateway, api: BotApi, url: str) -> None:
    """Deleted, or taken by somebody else; once it is ours again all is well. It is not fought over."""
    hearing = Hearing(None)
    hook = Hook(gateway, URL, "s3cret", [], hearing)
    api.answers["getWebhookInfo"] = [ok(an_info(url)), bad(500, "oops"), ok(an_info(URL))]
    await hook.look()
    assert hearing.deaf() == ELSEWHERE
    await hook.look()
    assert hearing.deaf() == ELSEWHERE
    await hook.look()
    assert hearing.deaf() == ""
    assert api.told("setWebhook") == []


async def test_a_refused_address_is_told(gateway: Gateway, api: BotApi) -> None:
    """Trying again would not help."""
    api.answers["setWebhook"] = [bad(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")]
    with pytest.raises(WebhookRefused, match="PROJECT_HOME_WEBHOOK_URL"):
        await Hook(gateway, URL, "s3cret", [], Hearing(None)).run()


async def test_a_refused_token_is_told(gateway: Gateway, api: BotApi) -> None:
    """As such."""
    api.answers["getMe"] = [bad(401, "Unauthorized")]
    with pytest.raises(TokenRejected):
        await Hook(gateway, URL, "s3cret", [], Hearing(None)).run()
