"""From start to first poll, and what idling costs: our `run` beside a bare aiogram bot, in turns.

`python -m tests.bench.startup [--rounds 3] [--idle 20]`
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.bench.processes import Polled, Start, cpu_of, environment, memory_of, started
from tests.bench.sections import Section, verdict

PROGRAMS = {"project-home run": ("-m", "bot", "run"), "bare aiogram": ("-m", "tests.bench.bare")}
WORDS = """
Our `run` beside aiogram's own polling and one echo (`tests/bench/bare.py`), medians of starts in turn. Ours starts before it
because it does not build aiogram's 350 models, but the one it hears by (`bot/telegram/late_models.py`); Alembic is only
imported when there is something to migrate. Idle is the schedule's look at what is due, once a second, and the sender's every
other second; both are the same every second, so that a minute stands for the hour.
"""


async def measure(rounds: int) -> dict[str, list[Start]]:
    """Each program in turn, so that both meet the same machine."""
    starts: dict[str, list[Start]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        async with Polled() as sandbox:
            for _ in range(rounds + 1):
                for name, words in PROGRAMS.items():
                    async with started(sandbox, Path(folder, "log"), environment(sandbox, Path(folder)), *words) as (
                        _process,
                        start,
                    ):
                        starts[name].append(start)
    return {name: found[1:] for name, found in starts.items()}  # the first makes the database and the caches


async def idle(seconds: float) -> tuple[float, float]:
    """Percent of a core that `run` takes with nothing to do, and its memory in MB at the end."""
    with tempfile.TemporaryDirectory() as folder:
        async with Polled() as sandbox:
            env = environment(sandbox, Path(folder))
            async with started(sandbox, Path(folder, "log"), env, *PROGRAMS["project-home run"]) as (process, _):
                await asyncio.sleep(5)  # menus are set meanwhile
                before = cpu_of(process.pid)
                await asyncio.sleep(seconds)
                return 100 * (cpu_of(process.pid) - before) / seconds, memory_of(process.pid)


def section(*, quick: bool) -> Section:
    """Row 4: first poll, idle memory, idle CPU."""
    seconds = 10.0 if quick else 60.0
    starts = asyncio.run(measure(1 if quick else 3))
    percent, memory = asyncio.run(idle(seconds))
    found = [
        [median(getattr(start, what) for start in measured) for what in ("wall", "cpu", "memory")]
        for measured in starts.values()
    ]
    ours, bare = found
    rows = [("", *starts, "ratio", "target", "reached")]
    labels = ("process start to first poll, s", "CPU until then, s", "memory then, MB")
    targets = ("≤ 1.5 ×", "", "")
    for label, mine, theirs, target in zip(labels, ours, bare, targets, strict=True):
        reached = verdict(mine / theirs, 1.5) if target else ""
        rows.append((label, f"{mine:.2f}", f"{theirs:.2f}", f"{mine / theirs:.2f} ×", target, reached))
    rows.append((f"idle for {seconds:.0f} s, % of a core", f"{percent:.2f}", "", "", "≤ 0.5 %", verdict(percent, 0.5)))
    rows.append(("memory after it, MB", f"{memory:.0f}", "", "", "≤ 260 MB", verdict(memory, 260)))
    return Section("A start, and doing nothing", "python -m tests.bench --only startup", WORDS, rows)


def table(starts: dict[str, list[Start]]) -> Table:
    """Medians."""
    shown = Table("", "first poll, s", "CPU, s", "memory, MB")
    for name, found in starts.items():
        values = (median(getattr(start, what) for start in found) for what in ("wall", "cpu", "memory"))
        shown.add_row(name, *(f"{value:.2f}" for value in values))
    return shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=float, default=20.0)
    options = parser.parse_args()
    console = Console()
    starts = asyncio.run(measure(options.rounds))
    console.print(table(starts))
    ours, bare = (median(start.wall for start in found) for found in starts.values())
    console.print(f"first poll: {ours / bare:.2f} × bare aiogram")
    percent, memory = asyncio.run(idle(options.idle))
    console.print(f"idle: {percent:.2f} % of a core over {options.idle:.0f} s, {memory:.0f} MB")


if __name__ == "__main__":
    main()
