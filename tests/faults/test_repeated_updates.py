"""Scenario 2: Telegram repeats itself, in any order, to any of us. Each update has its effect once, in order within its chat."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import text

from bot.sandbox.server import Sandbox
from bot.web.intake import SECRET_HEADER
from storage.databases.choice import database
from storage.databases.engines import parse
from storage.migrate import upgrade
from tests.bench.site import FIRST, found_city
from tests.faults import truth
from tests.faults.cluster import a_port
from tests.faults.conftest import Record, Scale
from tests.faults.crowd import Crowd
from tests.faults.fleet import ready
from tests.faults.processes import environment, running

PEOPLE = 60
DOORS, WORKERS = 2, 4
SECRET = "made-up"
AT_ONCE = 16  # deliveries; Telegram has up to forty under way
PATIENCE = 240.0
_SPY = (
    "CREATE TABLE spied (n bigserial, chat bigint, message bigint)",
    """CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO spied (chat, message) VALUES (NEW.chat, NEW.message); RETURN NULL; END $$""",
    "CREATE TRIGGER spy AFTER INSERT OR UPDATE ON draft_pieces FOR EACH ROW EXECUTE FUNCTION spy()",
)


def an_update(number: int, chat: int) -> dict[str, Any]:
    """A line of text; its message has the update's number."""
    who = {"id": chat, "is_bot": False, "first_name": "人"}
    message = {"message_id": number, "date": 1790000000, "from": who, "chat": {"id": chat, "type": "private"}}
    return {"update_id": number, "message": message | {"text": f"第 {number} 句"}}


async def deliver(urls: Sequence[str], updates: Sequence[dict[str, Any]], dice: random.Random) -> int:
    """Each one to five times, shuffled, to either door, several at once; how many deliveries there were."""
    deliveries = [update for update in updates for _ in range(dice.randint(1, 5))]
    dice.shuffle(deliveries)
    doors, few = [dice.choice(urls) for _ in deliveries], asyncio.Semaphore(AT_ONCE)

    async def one(url: str, update: dict[str, Any]) -> int:
        async with few, http.post(url, json=update, headers={SECRET_HEADER: SECRET}) as answer:
            return answer.status

    async with aiohttp.ClientSession() as http:
        answers = await asyncio.gather(*map(one, doors, deliveries))
    assert set(answers) == {200}
    return len(deliveries)


async def test_each_update_once_in_order(
    tmp_path: Path, postgres_database: str, unlimited: Sandbox, dice: random.Random, scale: Scale, record: Record
) -> None:
    """5,000 updates, half of them waiting when the four workers begin: those are taken in their order; all are taken once."""
    count = scale(160, 5000)
    await upgrade(postgres_database)
    await found_city(postgres_database, PEOPLE)
    await _execute(postgres_database, *_SPY)
    Crowd(unlimited, dice, PEOPLE)
    updates = [an_update(number, FIRST + dice.randrange(PEOPLE)) for number in range(1, count + 1)]
    waiting, coming = updates[: count // 2], updates[count // 2 :]
    ports = [a_port() for _ in range(DOORS)]
    urls = [f"http://127.0.0.1:{port}/hook" for port in ports]
    async with AsyncExitStack() as stack:
        for port, url in zip(ports, urls, strict=True):
            hook = {"WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET, "HTTP_PORT": port}
            env = environment(unlimited, tmp_path, postgres_database, **hook)
            await stack.enter_async_context(running("serve", env, tmp_path / f"door-{port}.log"))
        await ready([tmp_path / f"door-{port}.log" for port in ports])
        deliveries = await deliver(urls, waiting, dice)
        env = environment(unlimited, tmp_path, postgres_database)
        for n in range(WORKERS):
            await stack.enter_async_context(running("work", env, tmp_path / f"work-{n}.log", paced=False))
        deliveries += await deliver(urls, [*coming, *dice.sample(waiting, len(waiting) // 2)], dice)
        await truth.quiet(postgres_database, unlimited, PATIENCE)
    record(f"{count} updates in {deliveries} deliveries to {DOORS} doors, {WORKERS} workers")
    assert await truth.rows(postgres_database, "SELECT update_id, error FROM inbox WHERE error IS NOT NULL") == []
    effects = await truth.rows(postgres_database, "SELECT chat, message FROM spied ORDER BY n")
    assert sorted(effect["message"] for effect in effects) == list(range(1, count + 1))
    of_chat = defaultdict(list)
    for effect in effects:
        if effect["message"] <= len(waiting):
            of_chat[effect["chat"]].append(effect["message"])
    assert all(taken == sorted(taken) for taken in of_chat.values())


async def _execute(url: str, *statements: str) -> None:
    place = database(parse(url))
    async with place.transaction(writing=True) as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await place.close()
