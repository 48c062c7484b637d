"""getUpdates and webhooks behave as Telegram's."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiohttp import web

from bot.sandbox.client import People, Phone
from bot.sandbox.webhook import SECRET_HEADER
from tests.sandbox.conftest import RawBot


async def texts(raw: RawBot, **params: Any) -> list[str]:
    """The texts of the messages getUpdates gives."""
    updates = await raw.ok("getUpdates", **params)
    return [u.get("message", {}).get("text", "?") for u in updates]


@pytest.fixture
async def three(li: Phone, raw: RawBot) -> list[int]:
    """Three messages wait; their update ids."""
    await raw.ok("getUpdates", offset=-1)
    first = (await raw.ok("getUpdates"))[0]["update_id"]
    await raw.ok("getUpdates", offset=first + 1)
    for text in "abc":
        await li.sends_text(text)
    return [first + 1, first + 2, first + 3]


async def test_unconfirmed_updates_come_again(three: list[int], raw: RawBot) -> None:
    """Asking doesn't confirm; a higher offset does."""
    assert await texts(raw) == ["a", "b", "c"]
    assert await texts(raw) == ["a", "b", "c"]
    assert await texts(raw, offset=three[1]) == ["b", "c"]
    assert await texts(raw) == ["b", "c"]
    assert await texts(raw, offset=three[2] + 1) == []


async def test_limit(three: list[int], raw: RawBot) -> None:
    """The earliest come first; a limit out of range is taken as 100."""
    assert await texts(raw, limit=2) == ["a", "b"]
    assert await texts(raw, limit=0) == ["a", "b", "c"]


async def test_a_negative_offset_forgets_the_rest(three: list[int], raw: RawBot) -> None:
    """The last two stay, the first is forgotten for good."""
    assert await texts(raw, offset=-2) == ["b", "c"]
    assert await texts(raw) == ["b", "c"]


async def test_a_long_poll_ends_with_the_first_update(three: list[int], raw: RawBot, li: Phone) -> None:
    """It waits, then answers at once."""
    poll = asyncio.create_task(texts(raw, offset=three[2] + 1, timeout=20))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await li.sends_text("d")
    assert await poll == ["d"]
    assert time.monotonic() - began < 1


async def test_a_long_poll_ends_empty(three: list[int], raw: RawBot) -> None:
    """After its time-out, in real seconds."""
    began = time.monotonic()
    assert await texts(raw, offset=three[2] + 1, timeout=1) == []
    assert time.monotonic() - began > 0.9


async def test_a_second_poll_ends_the_first(three: list[int], hearing: Bot, raw: RawBot, li: Phone) -> None:
    """The first is told of a conflict; the second goes on."""
    first = asyncio.create_task(hearing.get_updates(offset=three[2] + 1, timeout=20))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(texts(raw, timeout=20))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first
    await li.sends_text("d")
    assert await second == ["d"]


async def test_allowed_updates_stay_set(three: list[int], raw: RawBot, li: Phone) -> None:
    """What isn't wanted isn't queued from then on, until another list is given."""
    await raw.ok("getUpdates", offset=three[2] + 1, allowed_updates=["callback_query"])
    await li.sends_text("unseen")
    assert await raw.ok("getUpdates") == []
    await raw.ok("getUpdates", allowed_updates=[])
    await li.sends_text("seen")
    assert await texts(raw) == ["seen"]


async def test_both_libraries_read_them(three: list[int], hearing: Bot, speaking: telegram.Bot) -> None:
    """The same updates, parsed."""
    by_aiogram = await hearing.get_updates()
    by_ptb = await speaking.get_updates()
    assert [u.message.text for u in by_aiogram if u.message] == ["a", "b", "c"]
    assert [u.message.text for u in by_ptb if u.message] == ["a", "b", "c"]
    assert [u.update_id for u in by_ptb] == three


async def test_injected_and_repeated(three: list[int], raw: RawBot, world: People) -> None:
    """Any JSON object can be an update; a confirmed one can come again, once."""
    number = await world.injects({"message": {"nonsense": True}})
    assert await world.repeats(three[0]) == three[0]
    updates = await raw.ok("getUpdates", offset=number)
    assert [u["update_id"] for u in updates] == [number, three[0]]
    assert [u["update_id"] for u in await raw.ok("getUpdates")] == [number]


class Hook:
    """A bot's webhook: keeps what comes, answers as told."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        """One delivery."""
        self.bodies.append(await request.json())
        self.secrets.append(request.headers.get(SECRET_HEADER))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def got(self, count: int) -> list[str]:
        """The texts of the first `count` deliveries, once they are there."""
        for _ in range(300):
            if len(self.bodies) >= count:
                break
            await asyncio.sleep(0.01)
        return [body["message"]["text"] for body in self.bodies]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """Serving on a free port."""
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_everything_in_order(three: list[int], hook: Hook, speaking: telegram.Bot) -> None:
    """With the secret; again until it answers 2xx."""
    hook.statuses = [500, 502]
    await speaking.set_webhook(hook.url, secret_token="s3cret")
    assert await hook.got(5) == ["a", "a", "a", "b", "c"]
    assert set(hook.secrets) == {"s3cret"}
    info = await speaking.get_webhook_info()
    assert (info.url, info.pending_update_count) == (hook.url, 0)
    assert info.last_error_message == "Wrong response from the webhook: 502 Bad Gateway"


async def test_polling_and_webhook_exclude_each_other(li: Phone, hook: Hook, raw: RawBot) -> None:
    """409 while a webhook is set; dropping pending updates works."""
    await raw.ok("setWebhook", url=hook.url, drop_pending_updates=True)
    assert (await raw.refused("getUpdates")).startswith("409 Conflict: can't use getUpdates method while webhook")
    await raw.ok("deleteWebhook")
    assert await raw.ok("getUpdates") == []


async def test_a_webhook_wants_https(raw: RawBot) -> None:
    """Except on this machine; and a secret of plain characters."""
    assert "An HTTPS URL must be provided" in await raw.refused("setWebhook", url="http://example.com/x")
    assert "unallowed characters" in await raw.refused("setWebhook", url="https://a.cn", secret_token="秘密")
