"""`serve` and `work` on one PostgreSQL: people notice nothing of which process does what, nor of one that ends."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.demo.stage import Stage
from bot.demo.story import NUMBER
from tests.e2e.conftest import PATIENCE, bound, ledger

POSTGRES = pytest.mark.parametrize("database", ["postgres"], indirect=True)
DRAIN = 12.0  # what is promised is 5 from the signal; the interpreter's own end comes on top, in a crowd seconds


def a_port() -> int:
    """One that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def process(stage: Stage, kind: str, **settings: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """`project-home KIND`; ended at the end."""
    variables = {f"PROJECT_HOME_{name}": str(value) for name, value in settings.items()}
    with (stage.folder / f"{kind}.log").open("ab") as log:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", kind, env={**stage.environment, **variables}, stdout=log, stderr=log
        )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
            await asyncio.wait_for(started.wait(), DRAIN)


async def metric(port: int, name: str) -> float | None:
    """A figure of the process at this port; None while it does not answer."""
    try:
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            lines = (await answer.text()).splitlines()
    except aiohttp.ClientError:
        return None
    return next((float(line.split()[-1]) for line in lines if line.startswith(f"project_home_{name} ")), None)


async def the_leader(ports: list[int]) -> int:
    """The port of the process that leads, once there is one."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for port in ports:
                if await metric(port, "leading") == 1:
                    return port
            await asyncio.sleep(0.1)


@POSTGRES
async def test_a_leader_ends_and_nobody_notices(stage: Stage) -> None:
    """A report comes in by webhook and is filed; the process that sends is ended; the next one answers."""
    hook = a_port()
    webhook = {"WEBHOOK_URL": f"http://127.0.0.1:{hook}/hook", "WEBHOOK_SECRET": "made-up", "HTTP_PORT": hook}
    ports = [a_port(), a_port()]
    async with (
        process(stage, "serve", **webhook),
        process(stage, "work", HTTP_PORT=ports[0]) as first,
        process(stage, "work", HTTP_PORT=ports[1]) as second,
    ):
        worker = await bound(stage, "R02", "老耿")
        await worker.opens((await stage.cards())["P009"])
        await worker.sends_text("围挡倒了，路堵了")
        await worker.presses("提交", timeout=PATIENCE)
        await worker.sees(f"已上报 {NUMBER}", timeout=PATIENCE)
        leader = await the_leader(ports)
        ending = first if leader == ports[0] else second
        ending.terminate()
        assert await asyncio.wait_for(ending.wait(), DRAIN) == 0
        await worker.sends_text("/my")
        await worker.sees(NUMBER, timeout=PATIENCE)
        assert await the_leader(ports) != leader
        assert (await metric(hook, "updates_received_total") or 0) >= 5
    assert [issue["number"] for issue in await ledger(stage)] == [NUMBER]
