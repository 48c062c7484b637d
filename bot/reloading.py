"""The policy's file is looked at while the bot runs: a good one is in force from the next turn on, a bad one changes nothing."""

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog

from bot.domain.calendar import Calendar
from bot.domain.policy import Policy
from bot.holidays import office_calendar
from bot.policy import PolicyError
from bot.ports import StoreUnavailable
from bot.pulse import Pulse
from bot.services.desk import recounting
from bot.services.office import rules
from bot.services.turns import Turns

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
Mark = tuple[int, int, int] | None


class PolicyWatch:
    """A part of the process. `load` reads the policy anew and raises PolicyError; `path` is the file to look at, None for
    the packaged one, which only SIGHUP reads again. `told` is called when messages were queued."""

    def __init__(
        self,
        turns: Turns,
        load: Callable[[], Policy],
        path: Path | None,
        pulse: Pulse,
        told: Callable[[], None],
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._turns = turns
        self._load = load
        self._path = path
        self._pulse = pulse
        self._told = told
        self._seconds = look_seconds
        self._seen = self._mark()
        self._asked = asyncio.Event()
        self._stopping = False

    def stop(self) -> None:
        """Look no further."""
        self._stopping = True
        self._asked.set()

    def ask(self) -> None:
        """Read it now, whether it changed or not (SIGHUP)."""
        self._asked.set()

    async def run(self) -> None:
        """Until stopped."""
        self._listen()
        await self._safely_note()
        while not self._stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), self._seconds)
            asked = self._asked.is_set() and not self._stopping
            self._asked.clear()
            if asked or await self._changed():
                await self.reload()

    def _listen(self) -> None:
        """SIGHUP. At a terminal it means that the window was closed: then the process ends, as always."""
        if sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty():
            return
        with suppress(ValueError, RuntimeError):  # only a process's main thread hears signals
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.ask)

    async def reload(self) -> bool:
        """Read the file and adopt what it says; False if it can't be used, which is said loudly."""
        try:
            wanted, policy, calendar = await asyncio.to_thread(self._read)
        except PolicyError as error:
            await self._refuse(error.problems)
            return False
        self._pulse.policy = ""
        if policy != self._turns.policy:
            log.warning("policy.reloaded", version=policy.version, before=self._turns.policy.version)
        self._turns.adopt(policy, calendar)
        await self._safely_note(wanted)
        return True

    def _read(self) -> tuple[Policy, Policy, Calendar]:
        """The file's policy; and what of it may be in force now, with its calendar."""
        policy, now = self._load(), self._turns.policy
        kept = replace(policy, timezone=now.timezone, language=now.language)
        if kept != policy:
            log.warning("policy.restart_needed", advice="another timezone or language takes effect after a restart")
        return policy, kept, office_calendar(kept)

    async def _refuse(self, problems: list[str]) -> None:
        log.error("policy.refused", problems=problems, advice="the rules stay as they are; correct the file")
        self._pulse.policy = problems[0]
        with suppress(StoreUnavailable):
            async with self._turns.begin() as turn:
                await rules.refused(turn, problems)
            self._told()

    async def _safely_note(self, wanted: Policy | None = None) -> None:
        """`wanted`: what the file says, part of which may have to wait for a restart."""
        with suppress(StoreUnavailable):  # whoever looks next will write it down
            async with self._turns.begin() as turn:
                await rules.in_force(turn)
                await rules.waits_for_restart(turn, wanted or turn.policy)
                await recounting.tell(turn)
            self._told()

    async def _changed(self) -> bool:
        """The file is another one than before, and nobody is writing it any more."""
        mark = self._mark()
        if mark == self._seen:
            return False
        while True:
            await asyncio.sleep(min(self._seconds, 0.2))
            if (again := self._mark()) == mark or self._stopping:
                break
            mark = again
        self._seen = mark
        return not self._stopping

    def _mark(self) -> Mark:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
