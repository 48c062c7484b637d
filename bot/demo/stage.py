"""The stage: a sandbox, the real bot as a process of its own on SQLite, and the sample city in its ledger."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.sandbox.client import People
from bot.sandbox.clock import VirtualClock
from bot.sandbox.server import Sandbox

CITY = Path(__file__).parent.parent / "sample_city"
ENDING_SECONDS = 15.0  # a bot asked to end has so long


class StageError(Exception):
    """A command of the bot failed; says which, and what it said."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`folder` holds the ledger, the photos and the bot's log."""

    folder: Path
    sandbox: Sandbox
    world: People

    @property
    def environment(self) -> Mapping[str, str]:
        """What the bot is set to."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PROJECT_HOME_")},
            "PROJECT_HOME_BOT_TOKEN": self.sandbox.token,
            "PROJECT_HOME_BOT_API_URL": self.sandbox.url,
            "PROJECT_HOME_CLOCK_URL": f"{self.sandbox.url}/clock",
            "PROJECT_HOME_DATABASE_URL": f"sqlite+aiosqlite:///{self.folder / 'ledger.db'}",
            "PROJECT_HOME_MEDIA_URL": str(self.folder / "media"),
        }

    async def command(self, *words: str) -> str:
        """Run `project-home …` to its end; gives what it printed. Raises StageError."""
        process = await self._start(*words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        printed, complained = await process.communicate()
        if process.returncode:
            raise StageError(f"project-home {' '.join(words)}: {complained.decode().strip()}")
        return printed.decode()

    async def link_for(self, code: str) -> str:
        """A one-time invitation for a person of the sheet."""
        return str(json.loads(await self.command("invite", code, "--json"))["link"])

    async def cards(self) -> Mapping[str, str]:
        """Every project's service card: code → link."""
        return {card["project"]: card["link"] for card in json.loads(await self.command("cards", "--json"))}

    @asynccontextmanager
    async def running_bot(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The bot, as `project-home run`; asked to end at the end. Its log goes to a file."""
        with (self.folder / "bot.log").open("ab") as log:
            process = await self._start("run", stdout=log, stderr=log)
        try:
            yield process
        finally:
            await _end(process)

    async def _start(self, *words: str, **pipes: Any) -> asyncio.subprocess.Process:
        program = (sys.executable, "-m", "bot", *words)
        return await asyncio.create_subprocess_exec(
            *program, env=self.environment, stdin=asyncio.subprocess.DEVNULL, **pipes
        )


@asynccontextmanager
async def set_up(folder: Path, start: datetime) -> AsyncIterator[Stage]:
    """A fresh stage at an aware moment; what an earlier show left in the folder is cleared away."""
    folder = await asyncio.to_thread(_cleared, folder)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock=VirtualClock(start)))
        world = await stack.enter_async_context(People(sandbox.url))
        stage = Stage(folder, sandbox, world)
        await stage.command("import", str(CITY), "--yes")
        yield stage


def _cleared(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), ENDING_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
