"""Every measurement in one run: `python -m tests.bench [--quick] [--only NAME …] [--write]`.

A measurement is a module with `section(quick)`; what it gives is printed, and with `--write` its table takes the place of
the one in docs/performance.md. What is said there about it is written by hand.
"""

import argparse
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console

from tests.bench.page import with_table
from tests.bench.sections import Section

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
MEASUREMENTS = ("report", "growth", "sending", "reminders", "startup", "reading", "waiting")


def main() -> None:
    """Measure one after the other, show each, and put it on the page if asked to; one that fails stops no other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller, in minutes; figures are rougher")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=MEASUREMENTS)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    console, failed = Console(width=150), []
    for name in options.only:
        try:
            section: Section = import_module(f"tests.bench.{name}").section(quick=options.quick)
        except Exception:
            console.print_exception(max_frames=5)
            failed.append(name)
            continue
        console.print(section.words.strip(), markup=False, highlight=False)
        console.print(section.as_table())
        console.print(section.short.strip(), markup=False, highlight=False)
        if options.write:
            page = with_table(PAGE.read_text("utf-8"), name, section, datetime.now(UTC).date(), quick=options.quick)
            PAGE.write_text(page, "utf-8")
    if failed:
        parser.exit(1, f"not measured: {', '.join(failed)}\n")


if __name__ == "__main__":
    main()
