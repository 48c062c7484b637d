"""Intake: nothing is confirmed to Telegram before it is committed here."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.services.turns import Turns
from bot.telegram import intake as module
from bot.telegram.intake import Intake, TokenRejected
from tests.fakes import FakeStore
from tests.telegram.server import TOKEN, Answer, BotApi, bad, ok, serving

BOT = 4200


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
    monkeypatch.setattr(module, "SLACK_SECONDS", 0.5)
    monkeypatch.setattr(module, "TOGETHER_SECONDS", 0.0)


def update(number: int) -> dict[str, Any]:
    """Of a kind no library knows yet: intake does not mind."""
    return {"update_id": number, "telepathy": {"words": f"{number}"}}


async def listen(turns: Turns, api: BotApi, *answers: Answer, until: int, poll_seconds: int = 0) -> None:
    """Poll through the answers until something was stored so many times."""
    api.answers["getUpdates"] = list(answers)
    enough = asyncio.Semaphore(0)
    intake = Intake(turns, TOKEN, api.url, enough.release, poll_seconds=poll_seconds)
    running = asyncio.create_task(intake.run())
    async with asyncio.timeout(30):
        for _ in range(until):
            await enough.acquire()
        for _ in range(len(answers) + 1):  # the request after the last answer confirms it
            await api.requests.acquire()
        intake.stop()
        await running


async def stored(store: FakeStore) -> list[int]:
    async with store.read() as uow:
        return [row.update_id for row in await uow.inbox.pending(BOT, 100)]


async def test_updates_are_stored_raw_and_then_confirmed(turns: Turns, store: FakeStore, api: BotApi) -> None:
    """The offset moves only with what was committed; the kinds we have an answer to are asked for."""
    await listen(turns, api, ok([update(7), update(8)]), ok([update(9)]), until=2)
    assert await stored(store) == [7, 8, 9]
    offsets = [asked.get("offset") for asked in api.told("getUpdates")]
    assert offsets[:3] == [None, 9, 10]
    kinds = ["message", "edited_message", "callback_query", "my_chat_member"]
    assert api.told("getUpdates")[0]["allowed_updates"] == kinds


async def test_what_comes_twice_is_stored_once(turns: Turns, store: FakeStore, api: BotApi) -> None:
    """Telegram repeats what was not confirmed."""
    await listen(turns, api, ok([update(7)]), ok([update(7), update(8)]), until=2)
    assert await stored(store) == [7, 8]


@pytest.mark.parametrize(("updates", "together"), [(1, 0.3), (0, 60.0), (module.BATCH, 60.0)])
async def test_what_a_crowd_sends_comes_together(
    turns: Turns, api: BotApi, monkeypatch: pytest.MonkeyPatch, updates: int, together: float
) -> None:
    """After an answer we ask again a little later, but at once if there was nothing in it, or as much as it can hold."""
    monkeypatch.setattr(module, "TOGETHER_SECONDS", together)
    came = ok([update(number) for number in range(1, updates + 1)])
    began = time.monotonic()
    await listen(turns, api, came, until=min(1, updates))
    assert (time.monotonic() - began >= together) == (updates == 1)


@pytest.mark.parametrize(
    "trouble",
    [
        bad(409, "Conflict: terminated by other getUpdates request"),
        bad(500, "Internal Server Error"),
        bad(429, "Too Many Requests", retry_after=1),
        "html",
        "cut",
    ],
    ids=["conflict", "500", "429", "proxy page", "cut"],
)
async def test_trouble_is_waited_out(turns: Turns, store: FakeStore, api: BotApi, trouble: Answer) -> None:
    """Whatever the server or the network do, we ask again."""
    await listen(turns, api, trouble, ok([update(7)]), until=1)
    assert await stored(store) == [7]


async def test_the_first_poll_after_a_failure_does_not_wait(turns: Turns, api: BotApi) -> None:
    """Its answer says that all is well again; a quiet night would leave /readyz red for as long as a poll takes."""
    await listen(turns, api, ok([]), "cut", ok([update(7)]), ok([]), until=1, poll_seconds=7)
    assert [asked.get("timeout") for asked in api.told("getUpdates")][:4] == [7, 7, 0, 7]


async def test_an_outage_of_telegram_is_said_once(turns: Turns, api: BotApi) -> None:
    """However often we ask, and without the token."""
    with capture_logs() as lines:
        await listen(turns, api, *["cut"] * 5, bad(500, "Internal Server Error"), ok([update(7)]), until=1)
    assert [line["event"] for line in lines if line["log_level"] != "debug"] == ["telegram.away"]
    assert TOKEN not in str(lines)


async def test_a_rejected_token_is_said_clearly(turns: Turns, api: BotApi) -> None:
    """Asking again would not help; the sentence holds no token."""
    api.answers["getUpdates"] = [bad(401, "Unauthorized")]
    with pytest.raises(TokenRejected) as rejected:
        await Intake(turns, TOKEN, api.url, poll_seconds=0).run()
    assert TOKEN not in str(rejected.value)
