"""Several workers on one inbox: each update once, in order within its chat."""

import asyncio
import random
from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import text

from storage.repositories.inbox import chat_of
from storage.store import SqlStore
from tests.fakes import NOW

BOT, UPDATES, CHATS, WORKERS = 4200, 5000, 40, 4
SEED = 20261123
PEOPLE_OFFSET = 7_000_000_000


def an_update(number: int) -> dict[str, Any]:
    """Update number n of some chat."""
    chat = {"id": -(number * 7919 % CHATS) - 1, "type": "supergroup"}
    return {"update_id": number, "message": {"message_id": number, "chat": chat}}


class Effects:
    """What the workers did, in the order they did it; and which chats are in whose hands."""

    def __init__(self) -> None:
        self.of_chat: dict[int, list[int]] = defaultdict(list)
        self.in_hand: dict[int, int] = {}
        self.count = 0


async def work(store: SqlStore, name: int, effects: Effects, ended: asyncio.Event) -> None:
    """Take batches until everything was delivered and nothing waits; now and then a batch is lost before its commit."""
    chance = random.Random(SEED + name)  # noqa: S311 - a test's dice
    while True:
        last_look = ended.is_set()
        try:
            took = await batch(store, name, effects, chance)
        except ConnectionError:
            continue
        if not took and last_look:
            return
        await asyncio.sleep(0 if took else 0.01)


async def batch(store: SqlStore, name: int, effects: Effects, chance: random.Random) -> int:
    """One transaction; its effects count once it is committed."""
    held: set[int] = set()
    done: list[tuple[int, int]] = []
    async with store.begin() as uow:
        try:
            rows = await uow.inbox.pending(BOT, chance.randint(1, 50))
            for row in rows:
                chat = chat_of(row.update)
                assert effects.in_hand.setdefault(chat, name) == name, "two workers in one chat"
                held.add(chat)
                done.append((chat, row.update_id))
                await asyncio.sleep(0)
            await uow.inbox.done([row.id for row in rows], NOW)
            if chance.random() < 0.1:
                raise ConnectionError
            for chat, number in done:
                effects.of_chat[chat].append(number)
            effects.count += len(done)
        finally:
            for chat in held:
                del effects.in_hand[chat]
    return len(done)


async def deliver(store: SqlStore, numbers: list[int]) -> None:
    for start in range(0, len(numbers), 100):
        async with store.begin() as uow:
            await uow.inbox.add(BOT, [an_update(number) for number in numbers[start : start + 100]], NOW)


async def test_each_update_once(postgres_store: SqlStore) -> None:
    """5,000 updates delivered 1 to 5 times, shuffled, while 4 workers take them: 5,000 effects, never two workers at once
    in a chat."""
    chance = random.Random(SEED)  # noqa: S311 - a test's dice
    numbers = [n for n in range(1, UPDATES + 1) for _ in range(chance.randint(1, 5))]
    chance.shuffle(numbers)
    effects, ended = Effects(), asyncio.Event()
    workers = [asyncio.create_task(work(postgres_store, n, effects, ended)) for n in range(WORKERS)]
    await deliver(postgres_store, numbers)
    ended.set()
    await asyncio.gather(*workers)
    assert effects.count == UPDATES, SEED
    assert sorted(n for chat in effects.of_chat.values() for n in chat) == list(range(1, UPDATES + 1)), SEED


async def test_order_within_a_chat(postgres_store: SqlStore) -> None:
    """What is there is taken by update_id within each chat, however many work at it and whatever batches are lost."""
    numbers = list(range(1, 2001))
    random.Random(SEED).shuffle(numbers)  # noqa: S311 - a test's dice
    await deliver(postgres_store, numbers)
    effects, ended = Effects(), asyncio.Event()
    ended.set()
    await asyncio.gather(*(work(postgres_store, n, effects, ended) for n in range(WORKERS)))
    assert effects.count == 2000, SEED
    assert all(done == sorted(done) for done in effects.of_chat.values()), SEED


async def test_a_stalled_worker_does_not_keep_its_chats(postgres_store: SqlStore) -> None:
    """While it has chats in hand the server will not wait for it for ever; afterwards the connection is as before."""
    await deliver(postgres_store, [1])
    asked = text("SELECT current_setting('idle_in_transaction_session_timeout')")
    async with postgres_store.begin() as uow:
        assert await uow.inbox.pending(BOT, 10)
        assert (await uow._connection.execute(asked)).scalar() == "10s"
    async with postgres_store.begin() as uow:
        assert (await uow._connection.execute(asked)).scalar() == "0"


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"update_id": 1, "message": {"chat": {"id": -5}, "from": {"id": 7}}}, -5),
        ({"update_id": 1, "callback_query": {"from": {"id": 7}, "message": {"chat": {"id": -5}}}}, -5),
        ({"update_id": 1, "inline_query": {"from": {"id": PEOPLE_OFFSET}}}, PEOPLE_OFFSET),
        ({"update_id": 1, "poll_answer": {"user": {"id": 7}}}, 7),
        ({"update_id": 1, "message": {"chat": {"id": "x"}}}, 0),
        ({"update_id": 1, "message": {"chat": {"id": 2**70}}}, 0),
        ({"update_id": 1, "message": {"chat": [1]}}, 0),
        ({"update_id": 1, "poll": {"id": "7"}}, 0),
        ({"update_id": 1, "message": 3}, 0),
        ({"update_id": 1}, 0),
    ],
)
def test_the_chat_of_an_update(update: dict[str, Any], chat: int) -> None:
    """Where it happened, else who did it, else 0; what is malformed is no trouble."""
    assert chat_of(update) == chat
