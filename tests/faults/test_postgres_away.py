"""Scenario 7: the database goes away and comes back, the leader stands still, connections are cut, while people report."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.faults import truth
from tests.faults.cluster import bouncer, cluster
from tests.faults.conftest import Record, Scale
from tests.faults.crowd import Crowd
from tests.faults.fleet import ROLES, TAKEOVER_SECONDS, fleet

PEOPLE = 24
PATIENCE = 60.0  # for one thing more to be handled once the trouble is over
DRAIN_SECONDS = 5.0
ENDING = 5.0  # seconds for an interpreter to end, at the most, on a crowded machine


@pytest.mark.parametrize("pooled", [False, True], ids=["direct", "pgbouncer"])
async def test_nothing_is_lost_while_postgres_comes_and_goes(
    tmp_path: Path, unlimited: Sandbox, dice: random.Random, scale: Scale, record: Record, pooled: bool
) -> None:
    """5,000 reports among outages of 0–5 s every 5–20 s, 50 leaders stopped past their lease, 50 backends terminated;
    then each process is asked to end and begins anew, while people go on."""
    reports, stops, cuts, restarts = scale(24, 5000), scale(1, 50), scale(6, 50), scale(2, 20)
    between = (scale(1.0, 4.0), scale(2.0, 10.0))
    up = (scale(3.0, 5.0), scale(5.0, 20.0))
    down = (0.0, scale(2.0, 5.0))
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(cluster(ROLES))
        port = await stack.enter_async_context(bouncer(server)) if pooled else None
        ours = await stack.enter_async_context(fleet(server, unlimited, tmp_path, PEOPLE, port))
        crowd = Crowd(unlimited, dice, PEOPLE)
        people = asyncio.create_task(crowd.report(reports))
        trouble = asyncio.create_task(ours.outages(dice, up, down))
        await crowd.unless_they_give_up(
            people,
            asyncio.gather(
                ours.stops(stops, between, dice), ours.terminations(cuts, between, dice), crowd.begun(reports)
            ),
        )
        trouble.cancel()
        await asyncio.wait([trouble])
        await crowd.unless_they_give_up(people, ours.restarts(restarts, dice))
        crowd.closed.set()
        await people
        await truth.quiet(server.url(), unlimited, PATIENCE)
        await ours.end()
        drained = max(ours.drains)
        record(
            f"{len(crowd.reports)} reports, {len(ours.down)} outages, {ours.terminated} backends terminated,"
            f" takeover {max(ours.takeovers):.1f} s at the most, {len(ours.drains)} ends within {drained:.1f} s"
        )
        stale, written = await ours.stale_writes()
        assert (stale, written > 0) == (0, True)
        await truth.check_updates(server.url(), unlimited)
        await truth.check_reports(server.url(), tmp_path / "media", crowd.reports)
        assert len(crowd.confirmed) == len(crowd.reports) >= reports
        assert ours.down, "there was no outage"
        troubles = len(ours.down) + ours.terminated + stops
        assert ours.said("Traceback") == 0  # an outage is no fault of ours
        assert 0 < ours.said("store.") <= 3 * len(ROLES) * troubles
        assert max(ours.takeovers) <= TAKEOVER_SECONDS
        assert drained <= DRAIN_SECONDS + ENDING  # the interpreter's own end comes on top
