"""What is asked of SQLite in the loop itself, and what goes to a thread of its own."""

import asyncio
import time
from pathlib import Path

import pytest

from storage import sqlite_driver

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT sum(i) FROM n"


@pytest.fixture
async def connection(tmp_path: Path):
    """To an empty file, as the writer has it."""
    found = await sqlite_driver.connect(str(tmp_path / "a.db"), isolation_level=None)
    yield found
    await found.close()


async def answer(connection: sqlite_driver.Connection, sql: str, *values: object) -> list[tuple[object, ...]]:
    """All rows of a statement."""
    cursor = await connection.cursor().execute(sql, values)
    return list(await cursor.fetchall())


async def test_a_long_question_does_not_hold_up_the_loop(connection: sqlite_driver.Connection) -> None:
    """It is answered all the same; meanwhile others go on."""
    longest, running = 0.0, True

    async def tick() -> None:
        nonlocal longest
        while running:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)

    ticking = asyncio.create_task(tick())
    before = time.perf_counter()
    assert await answer(connection, LONG) == [(2000001000000,)]
    took, running = time.perf_counter() - before, False
    await ticking
    assert longest < took / 2


async def test_a_question_broken_off_leaves_the_transaction_as_it_was(connection: sqlite_driver.Connection) -> None:
    """What was written before it stays written, and can still be undone."""
    await answer(connection, "CREATE TABLE t (x)")
    await answer(connection, "BEGIN IMMEDIATE")
    await answer(connection, "INSERT INTO t VALUES (?)", 1)
    assert await answer(connection, LONG) == [(2000001000000,)]
    assert await answer(connection, "SELECT x FROM t") == [(1,)]
    await connection.rollback()
    assert await answer(connection, "SELECT x FROM t") == []


async def test_many_rows_are_read_to_the_end(connection: sqlite_driver.Connection) -> None:
    """More than are fetched at once."""
    await answer(connection, "CREATE TABLE t (x)")
    await connection.cursor().executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(2500)])
    assert len(await answer(connection, "SELECT x FROM t")) == 2500
