"""The ledger behind glass: its rows as they change, read only, straight from the demo's SQLite file."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.errors import Json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROWS = 60
# what is shown: table → its columns worth a look, newest rows first; those a newer schema no longer has are left out
SHOWN: dict[str, tuple[str, ...]] = {
    "issues": (
        "number",
        "status",
        "level",
        "category",
        "project",
        "unit",
        "assignee",
        "due_at",
        "outcome",
        "description",
    ),
    "history": ("id", "issue", "at", "action", "before_status", "after_status", "by"),
    "outbox": ("id", "chat", "kind", "card", "state", "attempts", "created_at", "error"),
    "inbox": ("id", "update_id", "chat", "received_at", "done_at", "error"),
    "media": ("id", "kind", "issue", "draft", "state", "size", "sha256"),
}
# where what is due lies: table, moment, words for it; moments here are microseconds since 1970, UTC
DUE: tuple[tuple[str, str, str], ...] = (
    ("agenda", "at", "kind || ' · ' || (SELECT number FROM issues WHERE issues.id = agenda.issue)"),
    ("subscriptions", "next_at", "'digest · ' || scope_kind || ' ' || scope_value"),
    ("outbox", "not_before", "kind"),
)


@dataclass(slots=True)
class Glass:
    """Looks into the file at `path`; whatever isn't there (yet) is empty."""

    path: Path
    _taken: set[int] = field(default_factory=set)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=2)
        connection.row_factory = sqlite3.Row
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, table: str) -> Json:
        """`{columns, rows}` of a table of SHOWN, or of `due`."""
        if table == "due":
            lines = [{"at": _moment(at), "what": what, "table": where} for at, what, where in self._due()]
            return {"columns": ["at", "what", "table"], "rows": lines[:ROWS]}
        with self._open() as connection:
            columns = [name for name in SHOWN[table] if name in _columns(connection, table)]
            if not columns:
                return {"columns": [], "rows": []}
            chosen = f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid DESC LIMIT {ROWS}"  # noqa: S608 - our names
            found = connection.execute(chosen).fetchall()
        return {"columns": columns, "rows": [{name: _shown(name, row[name]) for name in columns} for row in found]}

    def next_due(self, after: datetime) -> datetime | None:
        """The earliest moment after this one at which something is due."""
        micros = int((after - EPOCH) / timedelta(microseconds=1))
        later = [at for at, _, _ in self._due() if at > micros]
        return EPOCH + timedelta(microseconds=min(later)) if later else None

    def _due(self) -> list[tuple[int, str, str]]:
        """(microseconds, what, table), earliest first."""
        found: list[tuple[int, str, str]] = []
        with self._open() as connection:
            for table, moment, what in DUE:
                if moment not in _columns(connection, table):
                    continue
                pending = " AND state = 'pending'" if table == "outbox" else ""
                rows = connection.execute(
                    f"SELECT {moment}, {what} FROM {table} WHERE {moment} IS NOT NULL{pending} ORDER BY 1 LIMIT 500"  # noqa: S608 - our names
                )
                found += [(int(at), str(words), table) for at, words in rows]
        return sorted(found)

    def tally(self) -> Json:
        """What of all that was sent stands in the ledger's inbox, and what of the answers is where.

        Handled rows of the inbox are forgotten after some days; what was seen there once stays counted.
        """
        with self._open() as connection:
            if not _columns(connection, "inbox"):
                return {"taken": 0, "handling": 0, "aside": 0, "outbox": {}, "issues": 0}
            self._taken |= {number for (number,) in connection.execute("SELECT update_id FROM inbox")}
            one = "SELECT count(*) FROM {}"
            return {
                "taken": len(self._taken),
                "handling": _count(connection, one.format("inbox WHERE done_at IS NULL AND error IS NULL")),
                "aside": _count(connection, one.format("inbox WHERE error IS NOT NULL")),
                "outbox": dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()),
                "issues": _count(connection, one.format("issues")),
            }

    def version(self) -> tuple[int, int]:
        """Differs once anything was written."""
        wal = self.path.with_name(f"{self.path.name}-wal")
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in (self.path, wal))  # type: ignore[return-value]


def _count(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")]


def _moment(micros: int) -> str:
    return (EPOCH + timedelta(microseconds=micros)).isoformat()


def _shown(name: str, value: Any) -> Any:
    """Moments as ISO 8601; long words cut."""
    if isinstance(value, int) and (name == "at" or name.endswith("_at")):
        return _moment(value)
    if isinstance(value, str) and len(value) > 160:
        return f"{value[:160]}…"
    return value if isinstance(value, (int, float, str, type(None))) else json.dumps(value)
