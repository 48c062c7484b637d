"""What a start, idling and a filed report cost, side by side in one run: `python -m tests.bench [--write]`."""

import argparse
import asyncio
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.bench import report, startup

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
ROUNDS = 2
IDLE_SECONDS = 10.0
Rows = list[tuple[str, ...]]

_WORDS = """# What it costs

Measured by `make bench ARGS=--write` on {day}: {machine}. Beside each other in one run on one machine, so that the ratios
hold elsewhere; absolute figures are this machine's, with whatever else it was doing.

## A start, and doing nothing

{start}

The bare bot is aiogram's own polling and one echo (`tests/bench/bare.py`). Ours starts before it because it does not build
aiogram's 350 models, but the one it hears by (`bot/telegram/late_models.py`); Alembic is only imported when there is
something to migrate. Idle is the schedule's look at what is due, once a second,
and the sender's every other second.

## One filed report

As it really goes, by the real process against the sandbox: a photo of 120 KB with a caption, the draft card, a press on
提交, the edited card and the toast, the desk told (two clerks, card and photo each), the photo fetched, checked and kept.
Two actions after the card was scanned. Statements and commits are without the schedule's own.

{report}

*Alone*: one report after the other, without limits. *All at once*: {crowd} people, without limits, on the cores the sandbox
runs on too. *Paced*: {paced} people, four a second, under Telegram's limits (30 a second, one a second into a chat). Latency
is from the update's arrival at the server to the answer's; of so few, p99 is nearly the longest.

`python -m tests.bench.report --statements` lists the statements; `--only SQLite` measures one database.
"""


def start_rows() -> Rows:
    """Ours, and the bare bot's."""
    starts = asyncio.run(startup.measure(ROUNDS))
    percent, memory = asyncio.run(startup.idle(IDLE_SECONDS))
    found = {
        name: [median(getattr(start, what) for start in measured) for what in ("wall", "cpu", "memory")]
        for name, measured in starts.items()
    }
    ours, bare = found.values()
    labels = ("process start to first poll, s", "CPU until then, s", "memory then, MB")
    compared = [
        (label, f"{mine:.2f}", f"{theirs:.2f}", f"{mine / theirs:.2f} ×")
        for label, mine, theirs in zip(labels, ours, bare, strict=True)
    ]
    idling = [("idle, percent of a core", f"{percent:.2f}", "", ""), ("memory after it, MB", f"{memory:.0f}", "", "")]
    return [("", *found, "ratio"), *compared, *idling]


def report_rows() -> Rows:
    """Both databases beside each other."""
    found = report.both()
    lines = zip(*(report.rows(figures) for figures in found.values()), strict=True)
    return [("median / p99 where there are two", *found), *((cells[0][0], *(c[1] for c in cells)) for cells in lines)]


def as_table(rows: Rows) -> Table:
    """For the terminal."""
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*row)
    return table


def as_markdown(rows: Rows) -> str:
    """For the document."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join((head, "|---" * len(rows[0]) + "|", *body))


def machine() -> str:
    """What it ran on."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("aiogram", "python-telegram-bot", "SQLAlchemy"))
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def main() -> None:
    """Measure, print, and write the document if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    console, found = Console(), []
    for measured in (start_rows, report_rows):
        found.append(measured())
        console.print(as_table(found[-1]))
    if options.write:
        words = _WORDS.format(
            day=f"{datetime.now(UTC):%Y-%m-%d}",
            machine=machine(),
            start=as_markdown(found[0]),
            report=as_markdown(found[1]),
            crowd=report.CROWD,
            paced=report.PACED,
        )
        DOCUMENT.write_text(words, "utf-8")
        console.print(f"written: {DOCUMENT.name}")


if __name__ == "__main__":
    main()
