"""A database, or a Telegram, that stands still, refusing nobody and answering nobody: it holds no process that is to end."""

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox.server import Sandbox
from storage.migrate import upgrade
from tests.bench.site import found_city
from tests.faults.cluster import a_port, cluster
from tests.faults.conftest import Record
from tests.faults.crowd import Crowd
from tests.faults.fleet import ready
from tests.faults.processes import Running, environment, start

PEOPLE = 6
STARTING = 30.0  # seconds until it asks
NOTICED = 10.0  # seconds for /readyz to say so
DRAIN_SECONDS = 5.0
ENDING = 5.0  # seconds for an interpreter to end, at the most, on a crowded machine


async def test_processes_end_in_time_while_postgres_stands_still(
    tmp_path: Path, unlimited: Sandbox, dice: random.Random, record: Record
) -> None:
    """`serve` with an update in hand, and a `work` that leads; the health check turns red, the other one stays green."""
    async with cluster() as server:
        await upgrade(server.url())
        await found_city(server.url(), PEOPLE)
        port = a_port()
        hook = {"WEBHOOK_URL": f"http://127.0.0.1:{port}/hook", "WEBHOOK_SECRET": "made-up", "HTTP_PORT": port}
        logs = [tmp_path / "door.log", tmp_path / "worker.log"]
        door = start("serve", environment(unlimited, tmp_path, server.url(), **hook), logs[0])
        worker = start("work", environment(unlimited, tmp_path, server.url()), logs[1])
        await ready(logs)
        people = asyncio.create_task(Crowd(unlimited, dice, PEOPLE).report(100))
        await asyncio.sleep(3.0)
        with server.standing_still():
            assert await _status(port, "readyz") == 503
            assert await _status(port, "healthz") == 200
            began = time.monotonic()
            codes = await asyncio.gather(door.end(), worker.end())
            took = time.monotonic() - began
        people.cancel()
        await asyncio.wait([people])
    record(f"both ended within {took:.1f} s")
    assert codes == [0, 0]
    assert took <= DRAIN_SECONDS + ENDING
    assert not any("Traceback" in log.read_text("utf-8") for log in logs)


async def test_a_start_that_hangs_can_be_ended(tmp_path: Path, unlimited: Sandbox) -> None:
    """Asked to end before it could open the ledger, or ask Telegram who it is."""
    async with cluster() as server:
        await upgrade(server.url())
        with server.standing_still():
            assert await _ended(start("work", environment(unlimited, tmp_path, server.url()), tmp_path / "worker.log"))
    async with Silent() as silent:
        process = start("run", environment(silent, tmp_path, f"sqlite:///{tmp_path}/ledger.db"), tmp_path / "run.log")
        await asyncio.wait_for(silent.asked.wait(), STARTING)
        assert await _ended(process)


class Silent(Sandbox):
    """Takes the question who we are, and never answers it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def carry_out(self, name: str, params: dict[str, Any], uploads: dict[str, Any]) -> Any:
        """But for the question."""
        if name == "getMe":
            self.asked.set()
            await asyncio.sleep(60)
        return await super().carry_out(name, params, uploads)


async def _ended(process: Running) -> bool:
    """In time and in order, a moment after it began."""
    await asyncio.sleep(2.0)
    began = time.monotonic()
    return await process.end() == 0 and time.monotonic() - began <= DRAIN_SECONDS + ENDING


async def _status(port: int, path: str) -> int:
    async with asyncio.timeout(NOTICED), aiohttp.request("GET", f"http://127.0.0.1:{port}/{path}") as answer:
        return answer.status
