"""What a measurement hands to the bench: a table with its target beside it, and how to make it again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One row of the promise. `rows`: the head first. `words`: what was measured and how; `short`: what misses its target,
    by how much and why ('' if nothing does). All in Markdown."""

    title: str
    command: str
    words: str
    rows: Sequence[Row]
    short: str = ""

    def as_table(self) -> Table:
        """For the terminal."""
        table = Table(*self.rows[0], title=self.title, title_justify="left")
        for row in self.rows[1:]:
            table.add_row(*(cell.replace("**", "") for cell in row))
        return table

    def as_markdown(self) -> str:
        """For the document."""
        head, *body = (f"| {' | '.join(row)} |" for row in self.rows)
        table = "\n".join((head, "|---" * len(self.rows[0]) + "|", *body))
        short = f"\n\n**Short of it.** {self.short.strip()}" if self.short else ""
        made = f"`{self.command}`"
        return f"## {self.title}\n\n{_unwrapped(self.words)}\n\n{table}{short}\n\nMade by {made}.\n"


def verdict(value: float, most: float, *, least: bool = False) -> str:
    """'yes', or '**no**': at most so much, or at least."""
    return "yes" if (value >= most if least else value <= most) else "**no**"


def _unwrapped(words: str) -> str:
    """Paragraphs keep their own lines."""
    return re.sub(r"[ \t]+\n", "\n", words.strip())
