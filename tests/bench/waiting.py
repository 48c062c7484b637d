"""What one filed report asks of the database, and how long people wait for it: the real process against the sandbox.

`python -m tests.bench.waiting [--only SQLite] [--statements]`
"""

import argparse
import asyncio
import json
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.sandbox.limits import Pace
from storage.migrate import upgrade
from tests import postgres
from tests.bench.processes import cpu_of, environment, started
from tests.bench.sections import Section
from tests.bench.site import FIRST, Latencies, Site, Watched, found_city

Environment = Mapping[str, str]
PROGRAM = ("-m", "tests.bench.program")
COUNTED = 12  # reports whose statements are counted, one after the other
CROWD = 60  # reporters who report all at once, without limits
PACED = 24  # reporters under Telegram's limits
EVERY = 0.25  # seconds between two of them: three calls each, well below thirty a second
IDLE = 2.0  # seconds whose statements are taken off
KINDS = ("SQLite", "PostgreSQL")
WORDS = f"""
The real process against the strict sandbox, which is slower than the bot: a photo of 120 KB with a caption, the draft card, a
press on 提交, the edited card and the toast, the desk told (two clerks, card and photo each), the photo fetched, checked and kept.
Statements and commits are without the schedule's own (`--statements` lists them).

*Alone*: one report after the other, without limits. *All at once*: {CROWD} people, without limits. *Paced*: {PACED} people,
four a second, under Telegram's limits (30 a second, one a second into a chat). Latency is from the update's arrival at the
server to the answer's; of so few, p99 is nearly the longest.
"""


@dataclass
class Figures:
    """Of one database. `quiet`: nobody else reports; `paced`: many do, under Telegram's limits."""

    reads: float = 0.0
    writes: float = 0.0
    commits: float = 0.0
    cpu: float = 0.0  # ms a report, in a crowd
    rate: float = 0.0  # reports a second, in a crowd
    quiet: Latencies = field(default_factory=Latencies)
    paced: Latencies = field(default_factory=Latencies)
    refused: int = 0  # 429s
    statements: list[tuple[str, int]] = field(default_factory=list)


async def measure(url: str, folder: Path) -> Figures:
    """All figures on a fresh database."""
    await upgrade(url)
    await found_city(url, 1 + CROWD + PACED)
    figures = Figures()
    async with Watched(pace=Pace(enabled=False)) as sandbox:
        site = Site(sandbox)
        site.arrive(1 + CROWD + PACED)
        env = environment(sandbox, folder, DATABASE_URL=url)
        await _count(sandbox, site, env, folder, figures)
        await _crowd(sandbox, site, env, folder, figures)
        sandbox.world.limits.change(Pace())
        await _pace(sandbox, site, env, folder, figures)
        figures.refused = sandbox.world.limits.refusals
    return figures


async def _count(sandbox: Watched, site: Site, env: Environment, folder: Path, figures: Figures) -> None:
    """One reporter, one report after the other: statements, commits, and how long an answer takes at best."""
    out = folder / "statements.json"
    more = {"BENCH_STATEMENTS": str(out), "BENCH_UNPACED": "1"}
    async with started(sandbox, folder / "log", {**env, **more}, *PROGRAM) as (process, _):
        await asyncio.sleep(3)  # menus are set meanwhile
        await site.scans(FIRST)
        await site.reports(FIRST)
        await site.fetched()
        site.latencies = figures.quiet
        await _counters(process, out)
        before = await _idle(process, out)
        began = time.perf_counter()
        for _ in range(COUNTED):
            await site.reports(FIRST)
        await site.fetched()
        after = await _counters(process, out)
        seconds = time.perf_counter() - began
    idle = {name: before.get(name, 0) / IDLE * seconds for name in ("reads", "writes", "commits")}
    for name, spent in idle.items():
        setattr(figures, name, (after.get(name, 0) - spent) / COUNTED)
    figures.statements = [(words, count) for words, count in after["statements"] if count >= COUNTED]


async def _idle(process: asyncio.subprocess.Process, out: Path) -> dict[str, Any]:
    """What it asks of the database with nothing to do."""
    await asyncio.sleep(IDLE)
    return await _counters(process, out)


async def _counters(process: asyncio.subprocess.Process, out: Path) -> dict[str, Any]:
    """What was counted since the last time."""
    out.unlink(missing_ok=True)
    process.send_signal(signal.SIGUSR1)
    async with asyncio.timeout(5):
        while not out.exists():
            await asyncio.sleep(0.01)
    return dict(json.loads(out.read_text("utf-8")))


async def _crowd(sandbox: Watched, site: Site, env: Environment, folder: Path, figures: Figures) -> None:
    """Everybody at once, without limits: what a report costs, and how many we can take."""
    everybody = range(FIRST + 1, FIRST + 1 + CROWD + PACED)
    site.latencies = Latencies()
    async with started(sandbox, folder / "log", {**env, "BENCH_UNPACED": "1"}, *PROGRAM) as (process, _):
        await asyncio.gather(*map(site.scans, everybody))
        await asyncio.sleep(2)
        cpu, began = cpu_of(process.pid), time.perf_counter()
        await asyncio.gather(*map(site.reports, everybody[:CROWD]))
        await site.fetched()
        figures.rate = CROWD / (time.perf_counter() - began)
        await site.still()
        figures.cpu = 1000 * (cpu_of(process.pid) - cpu) / CROWD


async def _pace(sandbox: Watched, site: Site, env: Environment, folder: Path, figures: Figures) -> None:
    """Under Telegram's limits, a few a second: how long people wait."""
    site.latencies = figures.paced

    async def report(number: int) -> None:
        await asyncio.sleep(number * EVERY)
        await site.reports(FIRST + 1 + CROWD + number, thinks=1.2)

    async with started(sandbox, folder / "log", env, *PROGRAM):
        await asyncio.sleep(2)
        await asyncio.gather(*map(report, range(PACED)))
        await site.fetched()


def rows(figures: Figures) -> Iterator[tuple[str, str]]:
    """The table, row by row."""
    yield "user actions", "2"
    yield "SQL statements: reads + writes", f"{figures.reads:.0f} + {figures.writes:.0f}"
    yield "commits", f"{figures.commits:.1f}"
    yield "CPU, ms (all at once)", f"{figures.cpu:.1f}"
    yield "reports a second (all at once)", f"{figures.rate:.0f}"
    for name, latencies in (("alone", figures.quiet), ("paced", figures.paced)):
        yield f"photo → draft card, ms ({name})", _spread(latencies.card)
        yield f"press → toast, ms ({name})", _spread(latencies.toast)
        yield f"press → edited card, ms ({name})", _spread(latencies.filed)
    yield "429s", str(figures.refused)


def _spread(seconds: list[float]) -> str:
    return f"{1000 * median(seconds):.0f} / {1000 * quantiles(seconds, n=100, method='inclusive')[98]:.0f}"


def section(*, quick: bool) -> Section:
    """Both databases beside each other."""
    found = both(KINDS[:1] if quick else KINDS)
    lines = zip(*(rows(figures) for figures in found.values()), strict=True)
    table = [
        ("median / p99 where there are two", *found),
        *((cells[0][0], *(c[1] for c in cells)) for cells in lines),
    ]
    return Section("How long people wait for a report", "python -m tests.bench.waiting", WORDS, table)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    with ExitStack() as stack:
        if kind == "PostgreSQL":
            yield stack.enter_context(postgres.database())
        else:
            yield f"sqlite:///{folder / 'ledger.db'}"


def both(kinds: Sequence[str] = KINDS) -> dict[str, Figures]:
    """One database after the other, each fresh."""
    found = {}
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder)) as url:
            found[kind] = asyncio.run(measure(url, Path(folder)))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", action="store_true", help="list the statements of a report")
    parser.add_argument("--only", choices=KINDS)
    options = parser.parse_args()
    found, console = both([options.only] if options.only else KINDS), Console()
    table = Table("one filed report (median / p99 where there are two)", *found)
    for cells in zip(*(rows(figures) for figures in found.values()), strict=True):
        table.add_row(cells[0][0], *(value for _, value in cells))
    console.print(table)
    for kind, figures in found.items() if options.statements else ():
        console.print(f"{kind}: statements of {COUNTED} reports")
        for words, count in figures.statements:
            console.print(f"{count:5} {' '.join(words.split())[:150]}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
