"""The stage: a sandbox, the real bot as a process of its own on SQLite, and the sample city in its ledger."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.demo.keeper import Keeper
from bot.sandbox.client import People
from bot.sandbox.clock import VirtualClock
from bot.sandbox.server import Sandbox

CITY = Path(__file__).parent.parent / "sample_city"


class StageError(Exception):
    """A command of the bot failed; says which, and what it said."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`folder` holds the ledger, the photos and the bot's log; `database` is the ledger's URL."""

    folder: Path
    sandbox: Sandbox
    world: People
    database: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What the bot is set to."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PROJECT_HOME_")},
            "PROJECT_HOME_BOT_TOKEN": self.sandbox.token,
            "PROJECT_HOME_BOT_API_URL": self.sandbox.url,
            "PROJECT_HOME_CLOCK_URL": f"{self.sandbox.url}/clock",
            "PROJECT_HOME_DATABASE_URL": self.database,
            "PROJECT_HOME_MEDIA_URL": str(self.folder / "media"),
        }

    async def command(self, *words: str, allowed: Collection[int | None] = (0,)) -> str:
        """Run `project-home …` to its end; gives what it printed. Raises StageError for an exit code that isn't allowed."""
        process = await self._start(*words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        printed, complained = await process.communicate()
        if process.returncode not in allowed:
            raise StageError(f"project-home {' '.join(words)}: {complained.decode().strip()}")
        return printed.decode()

    async def invitations(self, *codes: str) -> Mapping[str, str]:
        """One-time invitations for people of the sheet: code → link."""
        made = json.loads(await self.command("invite", *codes, "--json"))
        return {one["person"]: one["link"] for one in (made if isinstance(made, list) else [made])}

    async def cards(self) -> Mapping[str, str]:
        """Every project's service card: code → link."""
        return {card["project"]: card["link"] for card in json.loads(await self.command("cards", "--json"))}

    def keeper(self) -> Keeper:
        """Who starts and ends the bot here."""
        return Keeper(self.environment, self.folder / "bot.log")

    @asynccontextmanager
    async def running_bot(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The bot, as `project-home run`; asked to end at the end."""
        keeper = self.keeper()
        process = await keeper.start()
        try:
            yield process
        finally:
            await keeper.stop()

    async def _start(self, *words: str, **pipes: Any) -> asyncio.subprocess.Process:
        program = (sys.executable, "-m", "bot", *words)
        return await asyncio.create_subprocess_exec(
            *program, env=self.environment, stdin=asyncio.subprocess.DEVNULL, **pipes
        )


@asynccontextmanager
async def set_up(folder: Path, start: datetime, database: str | None = None) -> AsyncIterator[Stage]:
    """A fresh stage at an aware moment; what an earlier show left in the folder is cleared away.

    `database`: the URL of an empty one; by default a SQLite file in the folder.
    """
    folder = await asyncio.to_thread(_cleared, folder)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock=VirtualClock(start)))
        world = await stack.enter_async_context(People(sandbox.url))
        stage = Stage(folder, sandbox, world, database or f"sqlite:///{folder / 'ledger.db'}")
        await stage.command("import", str(CITY), "--yes")
        yield stage


def _cleared(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()
