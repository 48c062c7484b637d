"""docs/performance.md: written by hand, but for what stands between two marks, the tables that were measured."""

import os
import platform
from datetime import date
from importlib.metadata import version

from tests.bench.sections import Section

_END = "<!-- end -->"


def machine() -> str:
    """What it ran on."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("aiogram", "python-telegram-bot", "SQLAlchemy"))
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def mark(name: str) -> str:
    """Where the table of a measurement begins."""
    return f"<!-- measured: {name} -->"


def with_table(page: str, name: str, section: Section, day: date, *, quick: bool) -> str:
    """The page with this table in the place of the one of before. ValueError if it has no place."""
    before, begin, rest = page.partition(mark(name))
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"docs/performance.md has no {mark(name)} with an {_END} behind it")
    command = f"make bench ARGS='--only {name}{' --quick' if quick else ''}'"
    caption = f"`{command}` on {day:%Y-%m-%d}: {machine()}."
    return f"{before}{begin}\n\n{section.as_markdown()}\n\n{caption}\n\n{end}{after}"
