"""One filed report as it really goes, beside an unguarded aiogram bot and a bare echo, in turns: CPU and reports a second.

`python -m tests.bench.report [--only SQLite] [--reports 1200] [--profile FOLDER]`. Each bot is a process of its own with a
server (`lean.py`), a database and a media folder of its own; all stay up, and take turns at batches of reports by so many
people at once. Photo with caption, draft card, 提交, edited card, toast, 120 KB photo fetched and fsynced. No clerk has an
account, so that both bots make the same calls.
"""

import argparse
import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from bot.domain.ids import ProjectCode, UnitCode, UserId
from storage.migrate import upgrade
from storage.store import SqlStore
from tests import postgres
from tests.bench.lean import FIRST, Lean, Site
from tests.bench.processes import cpu_of, environment, started
from tests.bench.sections import Row, Section, verdict
from tests.builders import a_city, a_person

KINDS = ("SQLite", "PostgreSQL")
ROUNDS = 6
REPORTS = 1_200  # in all, by each bot: rounds of a few seconds, of which the first wave is a small part
PEOPLE = 30  # at once
SETTLE = 1.0  # seconds for what still runs after the last answer, whose CPU counts
OURS, UNGUARDED, ECHO = "project-home run", "unguarded aiogram bot", "bare aiogram echo"
WORDS = {
    OURS: ("-m", "tests.bench.program"),
    UNGUARDED: ("-m", "tests.bench.unguarded"),
    ECHO: ("-m", "tests.bench.bare"),
}
ABOUT = f"""
As it really goes: a photo of 120 KB with a caption, the draft card, a press on 提交, the edited card, the toast, the photo
fetched and fsynced, its row and the report's committed. Ours with inbox, history, search index, outbox and pacer's bookkeeping
(its limits lifted), beside an unguarded aiogram bot (`tests/bench/unguarded.py`) that makes the same calls, and an echo that
makes one. CPU of the bot's process alone, threads included; {PEOPLE} people at once, each waiting for the answer, by a server
that does next to nothing (`tests/bench/lean.py`); medians of {ROUNDS} rounds in turn.
"""


@dataclass
class Runner:
    """A bot that is up. `cpu`: ms a report, a round each; `rate`: reports a second."""

    name: str
    process: int
    server: Lean
    site: Site
    cpu: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    calls: Mapping[str, float] = field(default_factory=dict)

    async def run(self, reports: int) -> None:
        """One round."""
        self.server.calls.clear()
        cpu, began = cpu_of(self.process), time.perf_counter()
        await (self.site.echo if self.name == ECHO else self.site.file)(reports, PEOPLE)
        seconds = time.perf_counter() - began
        await asyncio.sleep(SETTLE)
        self.cpu.append(1000 * (cpu_of(self.process) - cpu) / reports)
        self.rate.append(reports / seconds)
        self.calls = {method: count / reports for method, count in self.server.calls.items()}


async def found_city(url: str, reporters: int) -> None:
    """The sample city without accounts, and so many reporters who scanned a card, in a migrated database."""
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        await a_city(uow, bound=False)
        for n in range(reporters):
            bound = {"user_id": UserId(FIRST + n), "current_project": ProjectCode("P002")}
            await uow.people.add(a_person(f"B{n}", f"工{n}", "reporter:unit:U11", unit=UnitCode("U11"), **bound))
    await store.close()


async def measure(kind: str, names: Sequence[str], reports: int, profile: Path | None = None) -> list[Runner]:
    """Each bot in turn, ROUNDS times after one to warm up; the last round is profiled after the others, if asked for."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        runners = [await _up(stack, kind, name, folder, profile) for name in names]
        await in_turns(runners, reports)
        if profile is not None:
            await _profiled(runners[0], reports, profile)
        return runners


async def in_turns(runners: Sequence[Runner], reports: int) -> None:
    """ROUNDS of each, after one to warm up."""
    for number in range(ROUNDS + 1):
        for runner in runners:
            await runner.run(max(PEOPLE, reports // ROUNDS))
            if number == 0:
                runner.cpu.clear()
                runner.rate.clear()


async def _up(stack: AsyncExitStack, kind: str, name: str, parent: Path, profile: Path | None) -> Runner:
    folder = parent / name.replace(" ", "-")
    folder.mkdir()
    url = _database(stack, kind, folder) if name != ECHO else ""
    if name == OURS:
        await upgrade(url)
        await found_city(url, PEOPLE)
    return await up(stack, name, folder, url, profile)


async def up(stack: AsyncExitStack, name: str, folder: Path, url: str, profile: Path | None = None) -> Runner:
    """A bot on this database, with a server of its own."""
    server = await stack.enter_async_context(Lean())
    bench, more = {"BENCH_UNPACED": "1"}, {"DATABASE_URL": url} if url else {}
    if profile is not None:
        bench["BENCH_PROFILE"] = str(profile)
    env = {**environment(server, folder, **more), **bench}
    process, _ = await stack.enter_async_context(started(server, folder / "log", env, *WORDS[name]))
    await asyncio.sleep(2)  # menus are set meanwhile
    return Runner(name, process.pid, server, Site(server))


def _database(stack: ExitStack | AsyncExitStack, kind: str, folder: Path) -> str:
    if kind == "PostgreSQL":
        return stack.enter_context(postgres.database())
    return f"sqlite:///{folder / 'ledger.db'}"


async def _profiled(runner: Runner, reports: int, folder: Path) -> None:
    """Write `profile.txt` into the folder."""
    os.kill(runner.process, signal.SIGUSR2)
    await runner.site.file(reports, PEOPLE)
    await asyncio.sleep(SETTLE)
    os.kill(runner.process, signal.SIGUSR2)
    await asyncio.sleep(1)


def rows(found: Mapping[str, Sequence[Runner]]) -> list[Row]:
    """Medians of the rounds, and what they are of the unguarded bot's."""
    shown: list[Row] = [("", "CPU, ms", "ratio", "≤ 1.5 ×", "reports a second", "ratio", "≥ 0.8 ×", "calls a report")]
    for kind, runners in found.items():
        yardstick = next((runner for runner in runners if runner.name == UNGUARDED), runners[0])
        for runner in runners:
            cpu, rate = median(runner.cpu), median(runner.rate)
            more, slower = cpu / median(yardstick.cpu), rate / median(yardstick.rate)
            ours = runner.name == OURS and len(runners) > 1
            verdicts = (verdict(more, 1.5), verdict(slower, 0.8, least=True)) if ours else ("", "")
            calls = sum(count for name, count in runner.calls.items() if name != "getUpdates")
            polls = runner.calls.get("getUpdates", 0)
            cells = (f"{cpu:.2f}", f"{more:.2f} ×", verdicts[0], f"{rate:.0f}", f"{slower:.2f} ×", verdicts[1])
            shown.append((f"{kind}: {runner.name}", *cells, f"{calls:.1f} + {polls:.2f} polls"))
    return shown


def section(*, quick: bool, kinds: Sequence[str] = KINDS, reports: int = 0, **more: Any) -> Section:
    """Row 1. `more`: for `measure`."""
    reports = reports or (300 if quick else REPORTS)
    names = more.pop("names", list(WORDS))
    found = {kind: asyncio.run(measure(kind, names, reports, **more)) for kind in kinds}
    return Section("One filed report", "python -m tests.bench.report", ABOUT, rows(found))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--reports", type=int, default=REPORTS, help="by each bot, in all its rounds")
    parser.add_argument("--ours", action="store_true", help="without the yardsticks")
    parser.add_argument("--profile", type=Path, help="a folder for profile.txt of as many more reports of ours")
    options = parser.parse_args()
    kinds = [options.only] if options.only else KINDS
    names = [OURS] if options.ours else list(WORDS)
    made = section(quick=False, kinds=kinds, reports=options.reports, names=names, profile=options.profile)
    Console(width=160).print(made.as_table())


if __name__ == "__main__":
    main()
