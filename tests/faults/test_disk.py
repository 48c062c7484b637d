"""Scenario 8: the disk is full, or fails at the n-th operation. Nothing is confirmed that isn't kept; all goes on once it can."""

import asyncio
import errno
import random
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.demo.story import START
from bot.sandbox.clock import VirtualClock
from bot.sandbox.limits import Pace
from bot.sandbox.server import Sandbox
from storage.migrate import upgrade
from tests.bench.site import found_city
from tests.faults import truth
from tests.faults.conftest import Scale
from tests.faults.crowd import Crowd
from tests.faults.disks import Failing, Full, full
from tests.faults.processes import environment, running

ROOT = Path(__file__).parents[2]
PEOPLE = 8
ROOM = 32  # megabytes of the small disk
AGAIN = 60.0  # seconds from the moment there is room until who waits for a number has it
PATIENCE = 240.0  # for the desk to be told of all of them, one message after the other


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Without limits: Telegram's pace is another scenario's subject."""
    async with Sandbox(clock=VirtualClock(START), pace=Pace(enabled=False)) as sandbox:
        yield sandbox


@asynccontextmanager
async def preloaded(env: Mapping[str, str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`project-home run` as `running` has it, but started anew: what is preloaded must stand before all it does."""
    script = (
        f"import os; from tests.faults.processes import become; become('run', dict(os.environ), {str(log)!r}, False)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, env=env, cwd=ROOT)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), 30)


async def begun(crowd: Crowd, reports: int, log: Path) -> asyncio.Task[None]:
    """People report once the bot is there: who waits for its start writes "anybody there?", which is a report too."""
    await _until(lambda: log.exists() and "app.ready" in log.read_text())
    return asyncio.create_task(crowd.report(reports))


async def progress(crowd: Crowd, reports: int) -> None:
    """Until so many more are confirmed."""
    for wanted in range(len(crowd.confirmed) + 1, len(crowd.confirmed) + reports + 1):
        await _until(lambda wanted=wanted: len(crowd.confirmed) >= wanted)


async def all_is_well(crowd: Crowd, people: asyncio.Task[None], database: str, media: Path, sandbox: Sandbox) -> None:
    """Within the time that is promised everybody has their number; and the ledger is what people were told."""
    crowd.closed.set()
    async with asyncio.timeout(AGAIN):
        await people
    await truth.quiet(database, sandbox, PATIENCE)
    assert len(crowd.confirmed) == len(crowd.reports)
    await truth.check_integrity(database)
    await truth.check_updates(database, sandbox)
    await truth.check_reports(database, media, crowd.reports)


async def test_a_full_disk(tmp_path: Path, sandbox: Sandbox, dice: random.Random, scale: Scale) -> None:
    """The ledger's and the photos' disk is filled to the last byte and has room again, over and over; once the process is killed
    while it is full."""
    with full(tmp_path, ROOM) as disk:
        database = f"sqlite:///{disk.root / 'ledger.db'}"
        await upgrade(database)
        await found_city(database, PEOPLE)
        env = environment(sandbox, disk.root, database)
        crowd = Crowd(sandbox, dice, PEOPLE)
        async with running("run", env, tmp_path / "log", paced=False) as process:
            people = await begun(crowd, scale(8, 40), tmp_path / "log")
            for _ in range(scale(1, 20)):
                await _full_for_a_while(disk, crowd, dice)
            disk.fill()
            await asyncio.sleep(0.5)
            await process.kill()
        disk.make_room()
        async with running("run", env, tmp_path / "log", paced=False):
            await all_is_well(crowd, people, database, disk.root / "media", sandbox)


async def _full_for_a_while(disk: Full, crowd: Crowd, dice: random.Random) -> None:
    """What the log has room for already may still be kept, and confirmed; whether it was is looked at in the end."""
    await progress(crowd, 2)
    disk.fill()
    await asyncio.sleep(dice.uniform(0.5, 3.0))
    disk.make_room()


async def test_no_room_for_photos(
    tmp_path: Path, postgres_database: str, sandbox: Sandbox, dice: random.Random, scale: Scale
) -> None:
    """The ledger is elsewhere: reports are filed and confirmed all the while, their photos are kept once there is room."""
    await upgrade(postgres_database)
    await found_city(postgres_database, PEOPLE)
    with full(tmp_path, ROOM) as disk:
        env = environment(sandbox, disk.root, postgres_database)
        crowd = Crowd(sandbox, dice, PEOPLE)
        async with running("run", env, tmp_path / "log", paced=False):
            people = await begun(crowd, scale(6, 200), tmp_path / "log")
            await progress(crowd, 2)
            disk.fill()
            await progress(crowd, scale(4, 200))
            assert await truth.figure(postgres_database, "SELECT count(*) FROM media WHERE state = 'missing'") == 0
            disk.make_room()
            await all_is_well(crowd, people, postgres_database, disk.root / "media", sandbox)


async def test_the_nth_operation_fails(tmp_path: Path, sandbox: Sandbox, dice: random.Random, scale: Scale) -> None:
    """Each time another operation, another error, for another while: writes, syncs and renames of ledger and photos."""
    disk = Failing(tmp_path)
    database = f"sqlite:///{disk.root / 'ledger.db'}"
    await upgrade(database)
    await found_city(database, PEOPLE)
    env = environment(sandbox, disk.root, database) | disk.environment
    crowd = Crowd(sandbox, dice, PEOPLE)
    async with preloaded(env, tmp_path / "log") as process:
        people = await begun(crowd, scale(4, 150), tmp_path / "log")
        for _ in range(scale(4, 150)):
            await progress(crowd, 1)
            before = disk.failures
            disk.fail(
                after=dice.randrange(120), times=dice.choice((1, 1, 2, 6)), code=dice.choice((errno.EIO, errno.ENOSPC))
            )
            await _until(lambda before=before: disk.failures > before)
        disk.heal()
        assert process.returncode is None, "it ended by itself"
        await all_is_well(crowd, people, database, disk.root / "media", sandbox)


async def _until(true: Callable[[], bool]) -> None:
    """Looks now and then; a minute at most."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - a file says it, not an event
            await asyncio.sleep(0.05)
