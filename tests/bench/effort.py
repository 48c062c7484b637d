"""Processor time: of our own process, in which SQLite runs too, and of the PostgreSQL backends that work for it."""

import time
from pathlib import Path


class Effort:
    """Seconds, from anywhere on. `database`: of the PostgreSQL server of this machine whose backends count; None for none.

    Only the difference of two looks says anything. Helpers the server starts for one query alone are not seen.
    """

    def __init__(self, database: str | None = None) -> None:
        self._backends = [] if database is None else _backends(database)

    def __call__(self) -> float:
        """Ours and theirs."""
        return time.process_time() + self.theirs()

    def theirs(self) -> float:
        """The backends'."""
        return sum(int(of.read_text().split()[0]) for of in self._backends) / 1e9


def _backends(database: str) -> list[Path]:
    """Where Linux counts the nanoseconds of each."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").split()
        except OSError:  # it has ended
            continue
        if title[:1] == ["postgres:"] and database in title:
            found.append(process / "schedstat")
    return found
