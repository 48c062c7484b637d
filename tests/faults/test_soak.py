"""Scenario 11: half an hour of twenty updates a second. What the process holds stays what it holds."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from sqlalchemy import text

from bot.sandbox.acts import open_link, send_text
from bot.sandbox.delivery import say
from bot.sandbox.server import Sandbox
from storage.databases.choice import database
from storage.databases.engines import parse
from storage.migrate import upgrade
from tests.bench.processes import memory_of
from tests.bench.site import DESK, LINK, found_city
from tests.faults import truth
from tests.faults.conftest import Record, Scale
from tests.faults.crowd import Crowd
from tests.faults.fleet import ready
from tests.faults.processes import environment, running

PEOPLE = 60
PER_SECOND = 20
COMMANDS = ("/my", "/help", "/find 塔吊", "/start", "/issue XM-2026-0001", "/tasks")
MEMORY_GROWTH = 1.0  # MB in ten minutes
MEMORY = 260.0  # MB in all: what an idle process may hold at the most
HANDLES = 5  # more in the last quarter than in the one before: connections come and go
MOST_HANDLES = 200
WAL = 64 * 2**20
PATIENCE = 120.0


@dataclass(frozen=True)
class Sample:
    """Of the process at a moment: seconds since the beginning, resident MB, open handles, bytes of the write-ahead log."""

    at: float
    memory: float
    handles: int
    wal: int


async def soak(crowd: Crowd, dice: random.Random, seconds: float, warm_up: int) -> int:
    """Twenty acts a second, evenly, and `warm_up` times as many in the first third; how many there were."""
    world, began, done = crowd.sandbox.world, time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds:
        while done < (passed + (warm_up - 1) * min(passed, seconds / 3)) * PER_SECOND:
            act(crowd, dice, dice.choice(crowd.users))
            done += 1
        world.recorder.calls.clear()  # half an hour of them would fill the test's own memory
        await asyncio.sleep(0.02)
    return done


def act(crowd: Crowd, dice: random.Random, user: int) -> None:
    """A command, some words, a photo or a press."""
    world, chance = crowd.sandbox.world, dice.random()
    if chance < 0.7:
        send_text(world, user=user, chat=user, text=dice.choice(COMMANDS))
    elif chance < 0.8:
        send_text(world, user=user, chat=user, text=f"西门 {dice.randrange(1000)} 号吊篮停用")
    elif chance < 0.9:
        content, _ = crowd.a_file()
        say(world, user, user, content)
    else:
        crowd.press(user)


async def watch(process: int, ledger: Path, every: float, samples: list[Sample]) -> None:
    """For ever."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(every)
        samples.append(await asyncio.to_thread(sample, process, ledger, time.monotonic() - began))


def sample(process: int, ledger: Path, at: float) -> Sample:
    """Now."""
    wal = ledger.with_name(f"{ledger.name}-wal")
    handles = sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
    return Sample(at, memory_of(process), handles, wal.stat().st_size if wal.exists() else 0)


def growth(samples: Sequence[Sample]) -> float:
    """MB in ten minutes, by least squares."""
    slope: float = linear_regression([one.at for one in samples], [one.memory for one in samples]).slope
    return slope * 600


async def test_what_a_process_holds_stays_flat(
    tmp_path: Path, sqlite_database: str, unlimited: Sandbox, dice: random.Random, scale: Scale, record: Record
) -> None:
    """Memory, handles and the write-ahead log during 30 minutes. The first half warms up, with three times as many acts in its
    first ten minutes: SQLite's page caches (storage.databases.engines) are bounded, and full by then; growth is measured."""
    seconds, every, warm_up = scale(20.0, 1800.0), scale(0.5, 5.0), scale(1, 3)
    await upgrade(sqlite_database)
    await found_city(sqlite_database, PEOPLE)
    await _nobody_at_the_desk(sqlite_database)
    crowd = Crowd(unlimited, dice, PEOPLE)
    for user in crowd.users:
        open_link(unlimited.world, user=user, link=LINK)
    ledger, samples = tmp_path / "ledger.db", list[Sample]()
    env = environment(unlimited, tmp_path, sqlite_database)
    async with running("run", env, tmp_path / "log", paced=False) as process:
        await ready([tmp_path / "log"])
        watching = asyncio.create_task(watch(process.pid, ledger, every, samples))
        done = await soak(crowd, dice, seconds, warm_up)
        watching.cancel()
        await truth.quiet(sqlite_database, unlimited, PATIENCE)
    warm = samples[len(samples) // 2 :]
    earlier, later = warm[: len(warm) // 2], warm[len(warm) // 2 :]
    record(
        f"{done} acts in {seconds:.0f} s; after warm-up memory {min(s.memory for s in warm):.1f}–{max(s.memory for s in warm):.1f}"
        f" MB, {growth(warm):+.2f} MB in ten minutes; handles {min(s.handles for s in warm)}–{max(s.handles for s in warm)};"
        f" WAL at most {max(s.wal for s in samples) / 2**20:.1f} MB"
    )
    assert done >= seconds * PER_SECOND * 0.95
    assert max(one.wal for one in samples) <= WAL
    assert max(one.handles for one in warm) <= MOST_HANDLES
    assert max(one.memory for one in warm) <= MEMORY
    if scale.full:
        assert max(one.handles for one in later) <= max(one.handles for one in earlier) + HANDLES
        assert growth(warm) <= MEMORY_GROWTH
    await truth.check_updates(sqlite_database, unlimited)


async def _nobody_at_the_desk(url: str) -> None:
    """Two clerks could not be told of two reports a second at Telegram's pace; that is another scenario's subject."""
    place = database(parse(url))
    async with place.transaction(writing=True) as connection:
        await connection.execute(text(f"UPDATE people SET user_id = NULL WHERE user_id IN {DESK}"))  # noqa: S608 - our own
    await place.close()
