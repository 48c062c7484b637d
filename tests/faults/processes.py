"""Real processes of the product, started in a few hundredths of a second: forked from one that has imported everything.

A scenario that kills three hundred times would otherwise spend its time importing. From the fork on each is a
`project-home KIND` like any other: its own memory, connections, locks and log.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.sandbox.server import Sandbox
from storage.databases.engines import is_embedded, parse

ENDING_SECONDS = 60.0  # for a process asked to end


class Running:
    """One process; its output is appended to a log."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The system's number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, minus the signal that ended it; None while it runs."""
        return self._process.exitcode

    def send(self, number: signal.Signals) -> None:
        """A signal; nothing if it has ended."""
        if self.code is None:
            os.kill(self.pid, number)

    async def kill(self) -> None:
        """kill -9, and wait until the system has taken everything away."""
        self.send(signal.SIGKILL)
        await self.ended()

    async def end(self) -> int | None:
        """SIGTERM, and its exit code."""
        self.send(signal.SIGTERM)
        await asyncio.wait_for(self.ended(), ENDING_SECONDS)
        return self.code

    async def ended(self) -> None:
        """Until it has."""
        await asyncio.to_thread(self._process.join)


def start(kind: str, environment: Mapping[str, str], log: Path, *, paced: bool = True) -> Running:
    """`project-home KIND` with these variables only. `paced=False` lifts our own pacer: for scenarios whose subject is not
    Telegram's pace, against a sandbox that has none either."""
    process = _forked().Process(target=become, args=(kind, dict(environment), str(log), paced), daemon=True)
    process.start()
    return Running(process)


@asynccontextmanager
async def running(
    kind: str, environment: Mapping[str, str], log: Path, *, paced: bool = True
) -> AsyncIterator[Running]:
    """The same, asked to end at the end; killed if it does not."""
    process = start(kind, environment, log, paced=paced)
    try:
        yield process
    finally:
        process.send(signal.SIGCONT)
        try:
            await process.end()
        except TimeoutError:
            await process.kill()


async def lapse(database: str) -> None:
    """As if the time had passed that the lease of a killed process still lasts on PostgreSQL: the next one leads at once."""
    if is_embedded(database):
        return
    engine = create_async_engine(parse(database))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE leases SET expires_at = clock_timestamp()"))
    await engine.dispose()


def environment(sandbox: Sandbox, folder: Path, database: str, **more: str | int) -> dict[str, str]:
    """What the bot is set to; `more` without the prefix."""
    ours = {
        "BOT_TOKEN": sandbox.token,
        "BOT_API_URL": sandbox.url,
        "CLOCK_URL": f"{sandbox.url}/clock",
        "DATABASE_URL": database,
        "MEDIA_URL": str(folder / "media"),
        **more,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROJECT_HOME_")}
    return kept | {f"PROJECT_HOME_{name}": str(value) for name, value in ours.items()}


def _forked() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.preload"])
    return context


def become(kind: str, variables: dict[str, str], log: str, paced: bool) -> None:
    """In the new process: what a shell would do for `project-home KIND >>log 2>&1`."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["project-home", kind]
    if not paced:
        _lift_pacer()
    from bot.__main__ import main  # noqa: PLC0415 - in the new process only

    main()


def _lift_pacer() -> None:
    from bot.telegram import sender, topics  # noqa: PLC0415 - in the new process only
    from bot.telegram.pacer import Limits, Pacer  # noqa: PLC0415 - the same

    boundless = Limits(per_second=100_000, burst=100_000, chat_gap=0.0, per_group_minute=100_000)
    sender.Pacer = lambda: Pacer(boundless)  # type: ignore[assignment,misc]
    topics.BREATH_SECONDS = 0.0
