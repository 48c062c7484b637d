"""Telegram's pace, by a clock of the test's own, then through the server."""

import pytest
import telegram
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter

from bot.sandbox.client import People, Phone
from bot.sandbox.errors import ApiError
from bot.sandbox.limits import Limits, Pace, counts
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import LINK


class Ticking:
    """Seconds moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tick() -> Ticking:
    """A clock."""
    return Ticking()


def strict(tick: Ticking, **pace: float) -> Limits:
    """Limits without slack."""
    return Limits(Pace(**{"slack": 0.0, **pace}), tick)


def refused_for(limits: Limits, chat: int, *, group: bool = False) -> int:
    """retry_after, or 0 if taken."""
    try:
        limits.take(chat, group=group)
    except ApiError as error:
        return int((error.parameters or {})["retry_after"])
    return 0


def test_the_refusal_in_words(tick: Ticking) -> None:
    """As Telegram puts it."""
    limits = strict(tick)
    limits.take(1, group=False)
    with pytest.raises(ApiError) as caught:
        limits.take(1, group=False)
    assert (caught.value.code, caught.value.description) == (429, "Too Many Requests: retry after 1")


def test_one_a_second_into_a_chat(tick: Ticking) -> None:
    """The second in a second waits, the next second's goes; other chats don't wait."""
    limits = strict(tick)
    assert refused_for(limits, 1) == 0
    assert refused_for(limits, 1) == 1
    assert refused_for(limits, 2) == 0
    tick.now += 1
    assert refused_for(limits, 1) == 0


def test_a_refused_call_costs_nothing(tick: Ticking) -> None:
    """Asking in vain doesn't move the next slot."""
    limits = strict(tick)
    refused_for(limits, 1)
    for _ in range(5):
        assert refused_for(limits, 1) == 1
    tick.now += 1
    assert refused_for(limits, 1) == 0


def test_thirty_a_second_overall_with_a_burst_of_five(tick: Ticking) -> None:
    """Five at once, then one each thirtieth of a second."""
    limits = strict(tick)
    taken = [refused_for(limits, chat) == 0 for chat in range(10)]
    assert taken == [True] * 5 + [False] * 5
    sent = 0
    for step in range(1, 3001):
        tick.now = 100 + step / 1000 * 1.0
        sent += refused_for(limits, 1000 + step) == 0
    assert 88 <= sent <= 90


def test_twenty_a_minute_into_a_group(tick: Ticking) -> None:
    """The 21st waits until the first is a minute old; a private chat doesn't."""
    limits = strict(tick)
    for _ in range(20):
        assert refused_for(limits, -1, group=True) == 0
        assert refused_for(limits, 7) == 0
        tick.now += 1
    assert refused_for(limits, -1, group=True) == 40
    assert refused_for(limits, 7) == 0
    tick.now += 40
    assert refused_for(limits, -1, group=True) == 0


def test_what_counts() -> None:
    """Sending, editing, forwarding, copying; not answers to presses, actions, reads."""
    assert all(counts(m) for m in ("sendmessage", "sendmediagroup", "editmessagetext", "forwardmessage", "copymessage"))
    free = ("answercallbackquery", "sendchataction", "getfile", "getupdates", "deletemessage", "editforumtopic")
    assert not any(counts(m) for m in free)


async def test_the_default_server_paces() -> None:
    """Both libraries recognise the refusal."""
    async with Sandbox() as sandbox, People(sandbox.url) as world:
        li = await world.user("李工")
        await li.opens(LINK)
        base = {"base_url": f"{sandbox.url}/bot", "base_file_url": f"{sandbox.url}/file/bot"}
        async with telegram.Bot(sandbox.token, **base) as bot:
            await bot.send_message(li.id, "one")
            with pytest.raises(telegram.error.RetryAfter):
                await bot.send_message(li.id, "two")
            await bot.send_chat_action(li.id, "typing")
        assert [c["status"] for c in await world.calls("sendMessage")] == [200, 429]
        assert (await world.limits(enabled=False))["enabled"] is False


async def test_aiogram_recognises_it(world: People, hearing: Bot, li: Phone) -> None:
    """retry_after reaches the exception."""
    await world.limits(enabled=True)
    await hearing.send_message(li.id, "one")
    with pytest.raises(TelegramRetryAfter) as caught:
        await hearing.send_message(li.id, "two")
    assert caught.value.retry_after == 1
