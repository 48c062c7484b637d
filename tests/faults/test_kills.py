"""Scenario 1: kill −9 at any moment while people report. What a chat was told is in the ledger, whole, once."""

import asyncio
import random
from pathlib import Path

from bot.sandbox.server import Sandbox
from storage.databases.engines import is_embedded
from storage.migrate import upgrade
from tests.bench.site import found_city
from tests.faults import truth
from tests.faults.conftest import Record, Scale
from tests.faults.crowd import Crowd
from tests.faults.fleet import length, ready
from tests.faults.processes import environment, lapse, running, start

PEOPLE = 24
READY = 0.8  # of all lives are cut once the process works; the others perhaps while it starts
LONGEST_LIFE = 2.5  # seconds from a start to the next kill, as a rule
PATIENCE = 60.0  # for one thing more to be handled once the kills are over


async def killed(kills: int, env: dict[str, str], log: Path, dice: random.Random, crowd: Crowd) -> None:
    """So many lives, each cut at a random moment: while it starts, reads, files, fetches, or sends. On a machine so busy that
    nobody is confirmed any more, lives may be longer."""
    longest, before = LONGEST_LIFE, 0
    for _ in range(kills):
        confirmed, said = len(crowd.confirmed), length(log)
        longest, before = (LONGEST_LIFE if confirmed > before else longest * 1.1), confirmed
        process = start("run", env, log, paced=False)
        if dice.random() < READY:
            await ready([log], said)
        await asyncio.sleep(dice.uniform(0.05, longest))
        assert process.code is None, "it ended by itself"
        await process.kill()
        await lapse(env["PROJECT_HOME_DATABASE_URL"])


async def test_confirmed_reports_survive_kills(
    tmp_path: Path, database: str, unlimited: Sandbox, dice: random.Random, scale: Scale, record: Record
) -> None:
    """300 kills during 2,000 reports, 30 % of them albums."""
    kills, reports = scale(10 if is_embedded(database) else 4, 300), scale(40, 2000)
    await upgrade(database)
    await found_city(database, PEOPLE)
    env = environment(unlimited, tmp_path, database)
    crowd = Crowd(unlimited, dice, PEOPLE)
    people = asyncio.create_task(crowd.report(reports))
    await crowd.unless_they_give_up(people, killed(kills, env, tmp_path / "log", dice, crowd))
    crowd.closed.set()
    async with running("run", env, tmp_path / "log", paced=False):
        await people
        await truth.quiet(database, unlimited, PATIENCE)
    assert len(crowd.confirmed) == len(crowd.reports) >= reports
    await truth.check_integrity(database)
    await truth.check_updates(database, unlimited)
    await truth.check_reports(database, tmp_path / "media", crowd.reports)
    record(f"{kills} kills, {len(crowd.reports)} reports, all confirmed ones in the ledger with their photos")
