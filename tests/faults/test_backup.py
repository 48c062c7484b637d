"""Backups taken while people report: each restores to a ledger of one moment, whole, with all its photos."""

import asyncio
import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.demo.story import START
from bot.sandbox.clock import VirtualClock
from bot.sandbox.limits import Pace
from bot.sandbox.server import Sandbox
from storage.migrate import upgrade
from tests.bench.site import found_city
from tests.faults import truth
from tests.faults.conftest import Scale
from tests.faults.crowd import Crowd
from tests.faults.processes import environment, running

PEOPLE = 12
PATIENCE = 120.0  # for everything to be handled once the backups are taken


async def program(*words: str, env: Mapping[str, str]) -> Any:
    """`project-home … --json`, which must go well; what it printed."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, "--json", env=env, stdout=pipe, stderr=pipe
    )
    printed, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    return json.loads(printed)


async def test_backups_in_a_flood(tmp_path: Path, database: str, dice: random.Random, scale: Scale) -> None:
    """One after the other while reports with photos come in; then each is restored, from either database to a file."""
    await upgrade(database)
    await found_city(database, PEOPLE)
    backups = str(tmp_path / "backups")
    made = []
    async with Sandbox(clock=VirtualClock(START), pace=Pace(enabled=False)) as sandbox:
        env = environment(sandbox, tmp_path, database)
        crowd = Crowd(sandbox, dice, PEOPLE)
        async with running("run", env, tmp_path / "log", paced=False):
            people = asyncio.create_task(crowd.report(scale(20, 1000)))
            for _ in range(scale(3, 20)):
                await asyncio.sleep(dice.uniform(0.2, 2.0))
                confirmed = list(crowd.confirmed)
                made.append(((await program("backup", backups, env=env))["backup"], confirmed))
            crowd.closed.set()
            await people
            await truth.quiet(database, sandbox, PATIENCE)
        assert made[-1][1], "nothing was reported before the last backup"
    for number, (name, confirmed) in enumerate(made):
        folder = tmp_path / f"back-{number}"
        url = f"sqlite:///{folder / 'ledger.db'}"
        there = environment(sandbox, folder, url)
        assert (await program("restore", backups, "--at", name, env=there))["missing"] == []
        await truth.check_integrity(url)
        await truth.check_restored(url, folder / "media", confirmed)
