"""Starting a program beside a sandbox, and reading off what it costs."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.sandbox.server import Sandbox

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
PATIENCE = 60.0


class Server(Protocol):
    """What a bot can be started beside. `polled` is set by each getUpdates."""

    polled: asyncio.Event
    token: str

    @property
    def url(self) -> str:
        """The root of its Bot API."""
        ...


class Polled(Sandbox):
    """A sandbox that knows when it was first polled."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.polled = asyncio.Event()

    async def carry_out(self, name: str, params: dict[str, Any], uploads: dict[str, Any]) -> Any:
        if name.lower() == "getupdates":
            self.polled.set()
        return await super().carry_out(name, params, uploads)


@dataclass(frozen=True)
class Start:
    """From exec to the first poll, in seconds; CPU of all threads; resident memory in MB."""

    wall: float
    cpu: float
    memory: float


def cpu_of(process: int) -> float:
    """Seconds of CPU so far, user and system, without children."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(process: int) -> float:
    """Resident, in MB."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE / 1e6


def environment(server: Server, folder: Path, **more: str) -> Mapping[str, str]:
    """What the bot is set to; `more` without the prefix."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROJECT_HOME_")}
    ours = {
        "BOT_TOKEN": server.token,
        "BOT_API_URL": server.url,
        "DATABASE_URL": f"sqlite:///{folder / 'ledger.db'}",
        "MEDIA_URL": str(folder / "media"),
        **more,
    }
    return kept | {f"PROJECT_HOME_{name}": value for name, value in ours.items()}


@asynccontextmanager
async def running(log: Path, env: Mapping[str, str], *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python …` until the end of the block, then SIGTERM. Its output goes to the log."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(sys.executable, *words, env=env, stdout=output, stderr=output)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def started(
    server: Server, log: Path, env: Mapping[str, str], *words: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, Start]]:
    """The same, waited for until it polls, with what that took. TimeoutError if it never does."""
    server.polled.clear()
    began = time.perf_counter()
    async with running(log, env, *words) as process:
        await asyncio.wait_for(server.polled.wait(), PATIENCE)
        wall = time.perf_counter() - began
        yield process, Start(wall, cpu_of(process.pid), memory_of(process.pid))
