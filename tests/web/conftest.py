"""A process's HTTP server on a port of its own, a store, and somebody who asks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.services.turns import Turns
from bot.web.server import WebServer
from tests.fakes import FakeClock, FakeStore

Start = Callable[..., Awaitable[str]]


@pytest.fixture
def store() -> FakeStore:
    """Empty."""
    return FakeStore()


@pytest.fixture
def turns(store: FakeStore, policy: Policy, calendar: Calendar, clock: FakeClock) -> Turns:
    """Turns on the store."""
    return Turns(store, policy, calendar, clock)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a server with some routes; returns its address."""
    async with AsyncExitStack() as stack:

        async def listening(*routes: web.RouteDef) -> str:
            server = WebServer(list(routes), "127.0.0.1", 0)
            await server.open()
            stack.push_async_callback(server.close)
            return f"http://127.0.0.1:{server.port}"

        yield listening


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Who asks."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session
