"""Polling knows whether it hears: readiness goes by that."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.pulse import Hearing
from bot.services.turns import Turns
from bot.telegram import intake as module
from bot.telegram.intake import CONFLICT, Intake
from tests.telegram.server import TOKEN, BotApi, bad, ok, serving


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving() as found:
        found.always = lambda method: ok([])
        yield found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a test's length."""
    monkeypatch.setattr(module, "PAUSES", (0.01,))
    monkeypatch.setattr(module, "CONFLICT_PAUSE", 0.01)
    monkeypatch.setattr(module, "SLACK_SECONDS", 0.2)


async def polled(turns: Turns, api: BotApi, hearing: Hearing, times: int) -> None:
    """Ask so many times, then hang up in the middle of the next."""
    intake = Intake(turns, TOKEN, api.url, poll_seconds=0, hearing=hearing)
    running = asyncio.create_task(intake.run())
    async with asyncio.timeout(30):
        for _ in range(times + 1):
            await api.requests.acquire()
        intake.stop()
        await running


async def test_a_conflict_makes_deaf_until_the_next_answer(turns: Turns, api: BotApi) -> None:
    """409: another process polls, or a webhook is set."""
    hearing = Hearing()
    api.answers["getUpdates"] = [bad(409, "Conflict: terminated by other getUpdates request")] * 2
    await polled(turns, api, hearing, 1)
    assert hearing.deaf() == CONFLICT
    await polled(turns, api, hearing, 2)
    assert hearing.deaf() == ""


async def test_what_came_is_counted(turns: Turns, api: BotApi) -> None:
    """Once it is stored."""
    hearing = Hearing()
    api.answers["getUpdates"] = [ok([{"update_id": 1}, {"update_id": 2}]), ok([{"update_id": 3}])]
    await polled(turns, api, hearing, 2)
    assert hearing.updates == 3


async def test_a_hung_poll_makes_deaf(turns: Turns, api: BotApi) -> None:
    """No answer is no hearing, however often we ask."""
    seconds = [0.0]
    hearing = Hearing(seconds=lambda: seconds[0])
    api.answers["getUpdates"] = ["slow"] * 10
    seconds[0] = 55.0
    await polled(turns, api, hearing, 2)
    assert "55 s" in hearing.deaf()
