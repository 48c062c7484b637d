"""Scenario 10: groups become supergroups, and we hear of it by service messages or by an error. Nothing is lost."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.ids import ChatId, MessageId, PersonId
from bot.domain.messages import Message, Priority
from bot.domain.organisation import CITY
from bot.ports import Subscription
from bot.sandbox.acts_groups import add_group, add_user, migrate
from bot.sandbox.server import Sandbox
from bot.telegram.planning import PART
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.bench.site import found_city
from tests.fakes import NOW
from tests.faults import truth
from tests.faults.conftest import Record, Scale
from tests.faults.processes import environment, running

ADMIN = 1001  # a clerk's account
BEFORE, AFTER = 3, 2  # messages to each group, queued before and after it moves
PATIENCE = 90.0


def a_message(chat: int, number: int) -> Message:
    """Its words say for whom it was meant."""
    facts = {"html": f"to {chat} number {number}", "keyboard": []}
    return Message(ChatId(chat), PART, facts, Priority.ANSWER, card="issue:1" if number == 0 else None)


async def told(store: SqlStore, chat: int, numbers: range) -> None:
    """Queue messages to a group by the id it had."""
    async with store.begin() as uow:
        for number in numbers:
            await uow.outbox.queue(a_message(chat, number), NOW)


async def moves(sandbox: Sandbox, store: SqlStore, chat: int, dice: random.Random) -> tuple[int, bool]:
    """At some moment, while messages are on their way: the new id, and whether we were told by service messages."""
    world = sandbox.world
    await told(store, chat, range(BEFORE))
    await asyncio.sleep(dice.uniform(0, 4))
    by_service = dice.random() < 0.5
    known = len(world.updates.pending)
    new = int(migrate(world, chat=chat, by=ADMIN)["id"])
    if not by_service:
        del world.updates.pending[known:]
    await told(store, chat, range(BEFORE, BEFORE + AFTER))
    return new, by_service


async def test_groups_that_move_lose_nothing(
    tmp_path: Path, database: str, unlimited: Sandbox, dice: random.Random, scale: Scale, record: Record
) -> None:
    """100 of them: every message arrives once, in the old group or in the new one; subscriptions and cards go along."""
    await upgrade(database)
    await found_city(database, 1)
    world = unlimited.world
    add_user(world, first_name="钱", user=ADMIN)
    groups = [
        int(add_group(world, title=f"群 {n}", owner=ADMIN, kind="group", bot="member")["id"])
        for n in range(scale(12, 100))
    ]
    async with _a_store(database) as store:
        await _found(store, groups)
        env = environment(unlimited, tmp_path, database)
        async with running("run", env, tmp_path / "log", paced=False):
            while not world.recorder.calls:  # noqa: ASYNC110 - until it has begun
                await asyncio.sleep(0.1)
            moved = await asyncio.gather(*(moves(unlimited, store, chat, dice) for chat in groups))
            await truth.quiet(database, unlimited, PATIENCE)
        heard = Counter(_heard(unlimited, [*groups, *(new for new, _ in moved)]))
        wanted = [f"to {chat} number {number}" for chat in groups for number in range(BEFORE + AFTER)]
        assert {text: heard[text] for text in wanted} == dict.fromkeys(wanted, 1)
        await _check(store, {ChatId(new) for new, _ in moved})
    by_service = sum(by for _, by in moved)
    record(f"{len(groups)} groups moved, {by_service} told by service messages: nothing lost, nothing twice")


@asynccontextmanager
async def _a_store(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def _found(store: SqlStore, groups: list[int]) -> None:
    """Each has a digest to get, and a card."""
    far = NOW.replace(year=2099)
    async with store.begin() as uow:
        for chat in groups:
            await uow.subscriptions.put(Subscription(ChatId(chat), None, CITY, 4, 16, 0, far, PersonId(1)))
            await uow.cards.put(ChatId(chat), "issue:2", MessageId(500_000))


async def _check(store: SqlStore, news: set[ChatId]) -> None:
    async with store.read() as uow:
        assert {one.chat for one in await uow.subscriptions.all()} == news
        assert set(await uow.cards.chats_with("issue:1")) == news == set(await uow.cards.chats_with("issue:2"))
        assert await uow.outbox.troubled(10) == []


def _heard(sandbox: Sandbox, chats: list[int]) -> list[str]:
    posts = [post for chat in chats for post in sandbox.world.chat(chat).posts.values()]
    return [str(post.body.get("text", "")) for post in posts]
