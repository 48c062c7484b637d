"""A ledger with every issue of another several times over: made in a minute where telling a million anew takes half an hour.

The copies of an issue lie beside each other in the order of filing, a second apart. What runs and belongs to somebody busy (see
`seeder.py`) is given to a colleague in all copies but the first.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.domain.issue import AT_THE_UNIT
from storage.tables.base import spelled_out
from tests.bench.seeder import BUSY, REPORTERS, UNITS

_PEOPLE = 1_000  # the first of the seeded
_BUSY = f"assignee BETWEEN {_PEOPLE + REPORTERS} AND {_PEOPLE + REPORTERS + BUSY - 1}"
_ISSUE = {  # column: what it is in the k-th copy
    "number": "substr(number, 1, 8) || {issue}",
    "reported_at": "reported_at + k * 1000000",
    "assignee": f"CASE WHEN k > 0 AND {_BUSY} AND status IN ({spelled_out(AT_THE_UNIT)})"
    f" THEN assignee + {UNITS} ELSE assignee END",
}
_NUMBERED = {"issues": ("id",), "history": ("id", "issue", "words"), "words": ("id",), "media": ("id", "issue")}
_TABLES = (*_NUMBERED, "grams")


def multiply(source: Path, file: Path, times: int) -> None:
    """Both of the same revision; `file` is new."""
    shutil.copyfile(source, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as ledger:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "foreign_keys=OFF"):
            ledger.execute(f"PRAGMA {pragma}")
        made = ledger.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql <> ''"
        ).fetchall()
        for kind, name, _ in made:
            ledger.execute(f"DROP {kind} {name}")
        ledger.execute("ATTACH ? AS source", (str(source),))
        ledger.execute("CREATE TEMP TABLE copies (k INTEGER PRIMARY KEY)")
        ledger.executemany("INSERT INTO copies VALUES (?)", [(k,) for k in range(times)])
        for table in _TABLES:
            _multiplied(ledger, table, times)
        ledger.execute(
            f'UPDATE tallies SET collected = {times} * collected, solved = {times} * solved, "open" = {times} * "open"'  # noqa: S608
        )
        for _, _, statement in made:
            ledger.execute(statement)
        ledger.execute("PRAGMA journal_mode=WAL")


def _multiplied(ledger: sqlite3.Connection, table: str, times: int) -> None:
    """In the order of its key, so that rows are only ever appended."""
    columns = [row[1] for row in ledger.execute(f"PRAGMA source.table_info({table})")]
    values = ", ".join(_value(table, column, times) for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    ledger.execute(f"DELETE FROM main.{table}")  # noqa: S608 - our own names
    ledger.execute(
        f"INSERT INTO main.{table} ({names}) SELECT {values} FROM source.{table} CROSS JOIN copies"  # noqa: S608
        f" ORDER BY {'gram, open, issue' if table == 'grams' else 'id'}, k"
    )


def _value(table: str, column: str, times: int) -> str:
    copied = f'("{column}" - 1) * {times} + k + 1'
    if column in _NUMBERED.get(table, ("issue",)):
        return copied
    if table == "issues" and column in _ISSUE:
        return _ISSUE[column].format(issue=f"((id - 1) * {times} + k + 1)")
    return f'"{column}"'
