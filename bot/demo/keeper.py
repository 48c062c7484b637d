"""Keeps the bot: starts its process, ends it politely, or kills it to see what is lost."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

ENDING_SECONDS = 15.0  # a bot asked to end has so long


class Keeper:
    """One process `project-home run` at a time; its log goes to a file."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self.process: asyncio.subprocess.Process | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.returncode is None

    async def start(self) -> asyncio.subprocess.Process:
        """Start it, unless it runs."""
        if self.process is not None and self.alive:
            return self.process
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    async def kill(self) -> None:
        """As a power cut would: SIGKILL."""
        if self.process is not None and self.alive:
            self.process.kill()
            await self.process.wait()

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self.process is None or not self.alive:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), ENDING_SECONDS)
        except TimeoutError:
            await self.kill()
