"""What a measurement hands to the bench: a table with its target beside it, and how to make it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One row of the promise. `rows`: the head first. `words`: what was measured and how; `short`: what misses its target,
    by how much and why ('' if nothing does). The cells in Markdown."""

    title: str
    command: str
    words: str
    rows: Sequence[Row]
    short: str = ""

    def as_table(self) -> Table:
        """For the terminal."""
        table = Table(*self.rows[0], title=f"{self.title} ({self.command})", title_justify="left")
        for row in self.rows[1:]:
            table.add_row(*(cell.replace("**", "") for cell in row))
        return table

    def as_markdown(self) -> str:
        """The table, for the page."""
        head, *body = (f"| {' | '.join(row)} |" for row in self.rows)
        return "\n".join((head, "|---" * len(self.rows[0]) + "|", *body))


def verdict(value: float, most: float, *, least: bool = False) -> str:
    """'yes', or '**no**': at most so much, or at least."""
    return "yes" if (value >= most if least else value <= most) else "**no**"
