"""A sandbox without pace, its people, and one bot of each library."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.request import HTTPXRequest

from bot.sandbox.client import People, Phone
from bot.sandbox.limits import Pace
from bot.sandbox.server import Sandbox

LINK = "https://t.me/project_home_bot?start="


class QuickSession(AiohttpSession):
    """Closes without aiogram's quarter of a second for TLS, which there is none of here."""

    async def close(self) -> None:
        """At once."""
        if self._session:
            await self._session.close()


class RawBot:
    """Calls as they go over the wire; gives the whole JSON answer."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self._base = f"{sandbox.url}/bot{sandbox.token}/"
        self._session = session

    async def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        """POST as JSON."""
        async with self._session.post(self._base + method, json=params) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == body.get("error_code", 200)
            return body

    async def ok(self, method: str, **params: Any) -> Any:
        """The result of a call that must be taken."""
        body = await self(method, **params)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The description of a call that must be refused."""
        body = await self(method, **params)
        assert not body["ok"], body
        return f"{body['error_code']} {body['description']}"


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns of whole seconds otherwise, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Without limits on the pace."""
    async with Sandbox(pace=Pace(enabled=False)) as running:
        yield running


@pytest.fixture
async def world(sandbox: Sandbox) -> AsyncIterator[People]:
    """The control surface's client."""
    async with People(sandbox.url) as people:
        yield people


@pytest.fixture
async def raw(sandbox: Sandbox) -> AsyncIterator[RawBot]:
    """Plain HTTP."""
    async with aiohttp.ClientSession() as session:
        yield RawBot(sandbox, session)


@pytest.fixture
async def hearing(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """aiogram's bot."""
    session = QuickSession(api=TelegramAPIServer.from_base(sandbox.url))
    async with Bot(sandbox.token, session=session).context() as bot:
        yield bot


@pytest.fixture
async def speaking(sandbox: Sandbox) -> AsyncIterator[telegram.Bot]:
    """python-telegram-bot's bot."""
    base = {"base_url": f"{sandbox.url}/bot", "base_file_url": f"{sandbox.url}/file/bot"}
    plain = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]  # no certificates to load
    async with telegram.Bot(sandbox.token, **base, request=plain[0], get_updates_request=plain[1]) as bot:
        yield bot


@pytest.fixture
async def li(world: People) -> Phone:
    """A person who has started the bot; the update of it is still pending."""
    phone = await world.user("李工")
    await phone.opens(LINK)
    return phone
