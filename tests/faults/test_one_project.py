"""Everybody reports from one project, to three workers at once: nobody is rolled back for another's sake."""

import random
import time
from pathlib import Path

from bot.sandbox.server import Sandbox
from tests.faults import truth
from tests.faults.cluster import cluster
from tests.faults.conftest import Record, Scale
from tests.faults.crowd import Crowd
from tests.faults.fleet import ROLES, fleet

PEOPLE = 24
PATIENCE = 60.0
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def test_workers_of_one_project_do_not_cross(
    tmp_path: Path, unlimited: Sandbox, dice: random.Random, scale: Scale, record: Record
) -> None:
    """1,000 reports. Numbers, counts and the seals of the history are shared by all of them; and no two wait for each other."""
    reports = scale(40, 1000)
    async with cluster(ROLES) as server, fleet(server, unlimited, tmp_path, PEOPLE):
        crowd, began = Crowd(unlimited, dice, PEOPLE), time.monotonic()
        crowd.closed.set()
        await crowd.report(reports)
        seconds = time.monotonic() - began
        await truth.quiet(server.url(), unlimited, PATIENCE)
        deadlocks = await truth.figure(server.url(), _DEADLOCKS)
        record(f"{len(crowd.reports)} reports in {seconds:.0f} s, {deadlocks} deadlocks")
        await truth.check_updates(server.url(), unlimited)
        await truth.check_reports(server.url(), tmp_path / "media", crowd.reports)
    assert deadlocks == 0
