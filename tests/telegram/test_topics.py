"""The topics of the desk's group: opened once, in a real gateway's words, and gone ones do no harm."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.ids import ChatId
from bot.domain.messages import OutboxState
from bot.sandbox.client import Chatroom, People
from bot.sandbox.limits import Pace
from bot.sandbox.server import Sandbox
from bot.services.turns import Turns
from bot.telegram import topics
from bot.telegram.calls import CallFailed, Rejected
from bot.telegram.gateway import Gateway
from bot.telegram.topics import Topics
from tests.fakes import FakeStore
from tests.telegram.bench import Bench, say

NAMES = ["category:other", "category:power"]


@pytest.fixture(autouse=True)
def _breathless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between two topics."""
    monkeypatch.setattr(topics, "BREATH_SECONDS", 0)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Without limits on the pace."""
    async with Sandbox(pace=Pace(enabled=False)) as running:
        yield running


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[Gateway]:
    """To the sandbox; it has no files to send."""

    async def read(_: str) -> bytes:
        raise FileNotFoundError

    found = Gateway(sandbox.token, sandbox.url, read)
    yield found
    await found.close()


async def a_forum(people: People, *, admin: bool) -> Chatroom:
    """With the bot in it."""
    owner = await people.user("专班")
    return await people.group("专班群", owner=owner, kind="forum", bot="administrator" if admin else "member")


async def wanted(turns: Turns, chat: int) -> None:
    """The group is the desk, and is to have two topics."""
    async with turns.begin() as turn:
        await turn.uow.desks.bind(ChatId(chat))
        await turn.uow.desks.want(ChatId(chat), NAMES)


async def test_each_is_opened_once(sandbox: Sandbox, gateway: Gateway, turns: Turns, store: FakeStore) -> None:
    """In the office's words; a second look opens nothing."""
    async with People(sandbox.url) as people:
        room = await a_forum(people, admin=True)
        await wanted(turns, room.id)
        opener = Topics(turns, gateway)
        assert await opener.step() == 2
        assert await opener.step() == 0
        there = {topic.id: topic.name for topic in sandbox.world.chats[room.id].topics.values()}
    kept = {
        store.tables.desk_topics[ChatId(room.id), name]: title
        for name, title in zip(NAMES, ["其他", "电力"], strict=True)
    }
    assert there == kept


async def test_without_the_right_nothing_is_lost(sandbox: Sandbox, gateway: Gateway, turns: Turns) -> None:
    """Refused by Telegram; opened once the right is given."""
    async with People(sandbox.url) as people:
        room = await a_forum(people, admin=False)
        await wanted(turns, room.id)
        opener = Topics(turns, gateway)
        with pytest.raises(CallFailed):
            await opener.step()
        async with turns.read() as turn:
            assert len(await turn.uow.desks.unopened()) == 2


async def test_what_was_meant_for_a_deleted_topic_comes_to_the_group(turns: Turns, store: FakeStore) -> None:
    """Instead of nowhere."""
    bench = Bench(turns, store)
    bench.telegram.answers.append(Rejected("Bad Request: message thread not found"))
    await bench.queue(replace(say("a", -1001), topic=7))
    await bench.drain()
    assert bench.telegram.calls == [("send", -1001, "a"), ("send", -1001, "a")]
    assert bench.states() == [OutboxState.SENT]
