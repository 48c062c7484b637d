"""Faults on order, and the record of what was called."""

import asyncio
import time

import httpx
import pytest
import telegram
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramServerError

from bot.sandbox.client import People, Phone
from bot.sandbox.faults import Fault, Weather
from bot.sandbox.server import HANDLERS
from tests.sandbox.conftest import RawBot


async def test_a_lost_answer(li: Phone, world: People, speaking: telegram.Bot) -> None:
    """The message is there; the sender doesn't know."""
    await world.breaks("drop", "sendMessage", times=1)
    with pytest.raises(telegram.error.NetworkError) as caught:
        await speaking.send_message(li.id, "arrived")
    assert not isinstance(caught.value.__cause__, httpx.ConnectError)
    assert (await li.sees("arrived")).by_bot
    assert [c["lost"] for c in await world.calls("sendMessage")] == [True]
    assert await speaking.send_message(li.id, "fine again")


async def test_a_cut_connection(li: Phone, world: People, hearing: Bot) -> None:
    """Nothing was done."""
    await world.breaks("refuse", "sendMessage", times=1)
    with pytest.raises(TelegramNetworkError):
        await hearing.send_message(li.id, "lost")
    assert len(await li.screen()) == 1


async def test_server_errors(li: Phone, world: People, hearing: Bot) -> None:
    """Before the deed, or after it."""
    await world.breaks("error", chat_id=li.id, times=1)
    with pytest.raises(TelegramServerError):
        await hearing.send_message(li.id, "not done")
    await world.breaks("error", code=500, description="Internal Server Error", accepted=True)
    with pytest.raises(TelegramServerError):
        await hearing.send_message(li.id, "done")
    assert [m.text for m in await li.screen()][1:] == ["done"]


async def test_an_error_for_one_chat(li: Phone, world: People, raw: RawBot) -> None:
    """Others aren't concerned."""
    wang = await world.user("王")
    await wang.sends_text("hi")
    text = "Bad Request: not enough rights to send text messages to the chat"
    await world.breaks("error", chat_id=li.id, times=None, code=400, description=text)
    assert await raw.refused("sendMessage", chat_id=li.id, text="x") == f"400 {text}"
    await raw.ok("sendMessage", chat_id=wang.id, text="x")
    await world.clears_weather()
    await raw.ok("sendMessage", chat_id=li.id, text="x")


async def test_a_flood_and_a_delay(li: Phone, world: People, speaking: telegram.Bot, raw: RawBot) -> None:
    """429 as long as told; slowness in real seconds."""
    await world.breaks("flood", "sendMessage", retry_after=7)
    with pytest.raises(telegram.error.RetryAfter) as caught:
        await speaking.send_message(li.id, "x")
    assert caught.value._retry_after.total_seconds() == 7
    await world.breaks("delay", "getMe", seconds=0.2)
    began = time.monotonic()
    await raw.ok("getMe")
    assert time.monotonic() - began >= 0.2


async def test_an_outage_refuses_connections(li: Phone, world: People, speaking: telegram.Bot) -> None:
    """A definite non-send, which the cause tells; then all is well again."""
    await world.outage(0.4)
    await asyncio.sleep(0.15)
    with pytest.raises(telegram.error.NetworkError) as caught:
        await speaking.send_message(li.id, "x")
    assert isinstance(caught.value.__cause__, httpx.ConnectError)
    await asyncio.sleep(0.5)
    assert await speaking.send_message(li.id, "x")


def test_chance_is_seeded() -> None:
    """The same seed strikes the same calls."""

    def strikes(seed: int) -> list[bool]:
        weather = Weather([Fault("drop", chance=0.3, times=None)], seed)
        return [bool(weather.strikes("sendmessage", 1)) for _ in range(50)]

    assert strikes(3) == strikes(3)
    assert strikes(3) != strikes(4)
    assert 5 < sum(strikes(3)) < 25


async def test_the_seed_over_http(world: People) -> None:
    """With the fault, or alone."""
    await world.breaks("drop", "getMe", chance=0.0, times=None, seed=9)
    assert (await world.get("/sandbox/faults"))[0]["method"] == "getMe"


async def test_the_record(li: Phone, world: People, speaking: telegram.Bot) -> None:
    """Parameters decoded, uploads by size, the answer, both times."""
    await speaking.send_document(li.id, b"abc", caption="x", filename="a.txt")
    call = (await world.calls("sendDocument"))[0]
    assert call["params"]["chat_id"] == li.id
    assert list(call["files"].values()) == [3]
    assert call["response"]["result"]["caption"] == "x"
    assert call["virtual"].startswith("20")
    assert call["real"] > 0
    assert await world.calls("sendDocument", after=call["n"]) == []


async def test_a_fault_of_its_own_is_loud(
    raw: RawBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 and a traceback, never a plausible answer."""
    monkeypatch.setitem(HANDLERS, "getme", lambda call: call.nonsense)
    assert (await raw.refused("getMe")).startswith("500 Internal Server Error: a fault of the sandbox")
    assert "the sandbox failed at getMe" in caplog.text
