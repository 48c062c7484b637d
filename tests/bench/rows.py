"""The yardstick of reminders: rows of an indexed table, taken by the databases' own drivers in one transaction."""

import time
from dataclasses import dataclass
from pathlib import Path

import aiosqlite
import asyncpg
from sqlalchemy import make_url

SCHEMA = (
    "CREATE TABLE bare_due (id BIGINT PRIMARY KEY, at BIGINT NOT NULL, chat BIGINT NOT NULL, said TEXT NOT NULL)",
    "CREATE INDEX bare_due_at ON bare_due (at)",
    "CREATE TABLE bare_outbox ({id}, chat BIGINT NOT NULL, said TEXT NOT NULL)",
)
SAID = "POCT产业园A地块：3号塔吊没有电，施工电源还没接通。期限 11月27日 17:30，还剩 3 个工作日。"


@dataclass(frozen=True)
class Took:
    """Seconds from looking to the commit, and of processor time of this process, SQLite's included."""

    wall: float
    cpu: float


class Timer:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._began, self._worked = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        """Until now."""
        return Took(time.perf_counter() - self._began, time.process_time() - self._worked)


async def bare_rows(url: str, pending: int, due: int) -> Took:
    """What so many due among so many take, in tables of their own."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return await _sqlite(Path(parsed.database or "").with_name("bare.db"), pending, due)
    return await _postgres(parsed.set(drivername="postgresql").render_as_string(hide_password=False), pending, due)


async def _sqlite(path: Path, pending: int, due: int) -> Took:
    path.unlink(missing_ok=True)
    async with aiosqlite.connect(path, isolation_level=None) as db:
        await db.execute("PRAGMA journal_mode=WAL")
        await db.execute("PRAGMA synchronous=FULL")
        for statement in SCHEMA:
            await db.execute(statement.format(id="id INTEGER PRIMARY KEY"))
        rows = [(n, 0 if n < due else n, n % 250, SAID) for n in range(pending)]
        await db.execute("BEGIN")
        await db.executemany("INSERT INTO bare_due VALUES (?, ?, ?, ?)", rows)
        await db.execute("COMMIT")
        timer = Timer()
        await db.execute("BEGIN IMMEDIATE")
        found = await db.execute_fetchall("SELECT id, chat, said FROM bare_due WHERE at <= ? ORDER BY at", (0,))
        await db.executemany("INSERT INTO bare_outbox (chat, said) VALUES (?, ?)", [(row[1], row[2]) for row in found])
        await db.executemany("DELETE FROM bare_due WHERE id = ?", [(row[0],) for row in found])
        await db.execute("COMMIT")
        took = timer.took()
        assert len(list(found)) == due
        return took


async def _postgres(dsn: str, pending: int, due: int) -> Took:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DROP TABLE IF EXISTS bare_due; DROP TABLE IF EXISTS bare_outbox")
        for statement in SCHEMA:
            await connection.execute(statement.format(id="id BIGSERIAL PRIMARY KEY"))
        await connection.copy_records_to_table(
            "bare_due", records=[(n, 0 if n < due else n, n % 250, SAID) for n in range(pending)]
        )
        await connection.execute("ANALYZE bare_due")
        timer = Timer()
        async with connection.transaction():
            found = await connection.fetch("SELECT id, chat, said FROM bare_due WHERE at <= $1 ORDER BY at", 0)
            told = [(row["chat"], row["said"]) for row in found]
            await connection.executemany("INSERT INTO bare_outbox (chat, said) VALUES ($1, $2)", told)
            await connection.executemany("DELETE FROM bare_due WHERE id = $1", [(row["id"],) for row in found])
        took = timer.took()
        assert len(found) == due
        return took
    finally:
        await connection.close()
