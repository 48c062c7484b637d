"""Scenario 4: kill −9 while calls are on their way. A message is copied no more often than it was `sending` at a kill."""

import asyncio
import os
import random
import re
import time
from collections import Counter
from pathlib import Path

from bot.domain.ids import ChatId
from bot.domain.messages import Message, Priority
from bot.telegram.planning import PART
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.fakes import NOW
from tests.faults import truth
from tests.faults.conftest import Record, Scale
from tests.faults.postbox import TOKEN, Postbox, serving
from tests.faults.processes import lapse, running, start

NUMBERED = re.compile(r"number \d+")
IN_FLIGHT = 8
A_KILL = 12  # messages queued for each
SLOWEST = 0.4  # seconds before a call is taken, and again before it is answered


async def queue(url: str, first: int, count: int) -> None:
    """Numbered messages, each to somebody else."""
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        for number in range(first, first + count):
            facts = {"html": f"number {number}", "keyboard": []}
            await uow.outbox.queue(Message(ChatId(1000 + number), PART, facts, Priority.REMINDER), NOW)
    await store.close()


async def busy(box: Postbox, seconds: float = 60.0) -> None:
    """Until enough calls are on their way at once. TimeoutError if there never are."""
    async with asyncio.timeout(seconds):
        while box.in_hand < IN_FLIGHT:  # noqa: ASYNC110 - a server counts, nobody tells
            await asyncio.sleep(0.005)


async def test_copies_are_no_more_than_what_was_on_its_way(
    tmp_path: Path, database: str, dice: random.Random, scale: Scale, record: Record
) -> None:
    """300 kills with 8 sends in flight."""
    kills = scale(6, 300)
    await upgrade(database)
    box, cut = Postbox(dice, slow=SLOWEST), Counter[str]()
    async with serving(box):
        env = _environment(box, tmp_path, database)
        for number in range(kills):
            await queue(database, number * A_KILL, A_KILL)
            process = start("run", env, tmp_path / "log", paced=False)
            await busy(box)
            await asyncio.sleep(dice.uniform(0, SLOWEST))
            await process.kill()
            await lapse(database)
            cut.update(await _on_the_way(database))
            while box.in_hand:  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.01)
        async with running("run", env, tmp_path / "log", paced=False):
            await _still(database, 60.0)
        listed = await truth.rows(database, "SELECT facts FROM outbox WHERE state IN ('unknown', 'dead')")
    wanted = [f"number {number}" for number in range(kills * A_KILL)]
    named = {NUMBERED.findall(str(row["facts"]))[0] for row in listed}
    assert [text for text in wanted if not box.taken[text] and text not in named] == [], "lost"
    copies = {text: box.taken[text] - 1 for text in wanted if box.taken[text] > 1}
    assert {text: count for text, count in copies.items() if count > cut[text]} == {}
    assert max(box.taken.values()) <= 3
    record(f"{kills} kills, {cut.total()} sends cut: {sum(copies.values())} copies, {len(listed)} listed, 0 lost")


async def _on_the_way(url: str) -> list[str]:
    """The words of what is marked `sending`."""
    rows = await truth.rows(url, "SELECT facts FROM outbox WHERE state = 'sending'")
    return [NUMBERED.findall(str(row["facts"]))[0] for row in rows]


async def _still(url: str, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while await truth.figure(url, "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"):
        assert time.monotonic() < ends, "there still is something to be sent"
        await asyncio.sleep(0.3)


def _environment(box: Postbox, folder: Path, database: str) -> dict[str, str]:
    ours = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": box.url,
        "DATABASE_URL": database,
        "MEDIA_URL": str(folder / "media"),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROJECT_HOME_")}
    return kept | {f"PROJECT_HOME_{name}": value for name, value in ours.items()}
