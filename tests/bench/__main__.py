"""Every measurement in one run: `python -m tests.bench [--quick] [--only NAME …] [--write]`.

A measurement is a module with `section(quick)`; what it gives is printed, and with `--write` stands in docs/performance.md.
"""

import argparse
import os
import platform
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from tests.bench.sections import Section

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
MEASUREMENTS = ("report", "sending", "reminders", "startup", "reading", "waiting")

_HEAD = """# What it costs

Measured on {day} by `{command}`: {machine}.
What stands beside each other was measured in one run on one machine, in turns, so that ratios hold elsewhere; absolute
figures are this machine's, with whatever else it was doing.

"""


def machine() -> str:
    """What it ran on."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("aiogram", "python-telegram-bot", "SQLAlchemy"))
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def document(sections: list[Section], command: str) -> str:
    """docs/performance.md."""
    head = _HEAD.format(day=f"{datetime.now(UTC):%Y-%m-%d}", command=command, machine=machine())
    return head + "\n".join(section.as_markdown() for section in sections)


def main() -> None:
    """Measure, print, and write the document if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller, in a few minutes; figures are rougher")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=MEASUREMENTS)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    if options.write and (options.quick or options.only != MEASUREMENTS):
        parser.error("the document holds a whole run: --write goes without --quick and --only")
    console, found = Console(width=150), []
    for name in options.only:
        found.append(import_module(f"tests.bench.{name}").section(quick=options.quick))
        console.print(found[-1].as_table())
        if found[-1].short:
            console.print(found[-1].short, markup=False, highlight=False)
    if options.write:
        DOCUMENT.write_text(document(found, "make bench ARGS=--write"), "utf-8")
        console.print(f"written: {DOCUMENT.name}")


if __name__ == "__main__":
    main()
