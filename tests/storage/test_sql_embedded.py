"""What is asked of SQLite in the loop itself, and what goes to a thread of its own."""

import asyncio
import sqlite3
import time
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, bindparam, func, insert, literal, select

from bot.ports import StoreUnavailable
from storage.databases.embedded import Embedded
from storage.databases.embedded_connection import EmbeddedConnection
from tests.storage.things import ROW, TIMES, things

_N = select(literal(1).label("i")).cte("n", recursive=True)
_N = _N.union_all(select(_N.c.i + 1).where(_N.c.i < bindparam("most", type_=Integer)))
LONG = select(func.sum(_N.c.i))
MOST, SUM = {"most": 2_000_000}, 2000001000000


async def stall_of(work: asyncio.Task[object]) -> float:
    """The longest time for which the loop stood still until the work was done."""
    longest = 0.0
    while not work.done():
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - before)
    return longest


@pytest.mark.parametrize("writing", [False, True])
async def test_a_long_question_does_not_hold_up_the_loop(embedded: Embedded, writing: bool) -> None:
    """It is answered all the same, however often it was asked; meanwhile others go on."""
    async with embedded.transaction(writing=writing) as connection:
        for _ in TIMES:
            before = time.perf_counter()
            asking = asyncio.create_task(connection.execute(LONG, MOST))
            longest = await stall_of(asking)
            assert asking.result().scalar() == SUM
            assert longest < (time.perf_counter() - before) / 2


@pytest.mark.parametrize(("worked", "passed", "twice"), [(0.0, 0.0003, 0), (0.0, 0.01, 1), (0.0003, 0.0003, 1)])
async def test_who_only_waits_is_broken_off_later(
    embedded: Embedded, monkeypatch: pytest.MonkeyPatch, worked: float, passed: float, twice: int
) -> None:
    """A look at the clock finds so much later: where others had the processor meanwhile, the question goes on; where it went on
    itself, or nobody knows what it waits for, it is asked again in a thread."""
    threads, in_thread = [], EmbeddedConnection._in_thread

    async def counted(connection: EmbeddedConnection, *words: Any, **more: Any) -> Any:
        threads.append(words)
        return await in_thread(connection, *words, **more)

    for clock, step in (("thread_time", worked), ("perf_counter", passed)):
        monkeypatch.setattr(f"storage.databases.embedded_connection.{clock}", partial(next, count(0.0, step)))
    async with embedded.transaction(writing=False) as connection:
        monkeypatch.setattr(EmbeddedConnection, "_in_thread", counted)
        assert (await connection.execute(LONG, {"most": 2000})).scalar() == 2001000
        assert len(threads) == twice
        monkeypatch.undo()


async def test_a_question_broken_off_leaves_the_transaction_as_it_was(embedded: Embedded) -> None:
    """What was written before it stays written, and can still be undone."""
    with suppress(ZeroDivisionError):
        async with embedded.transaction(writing=True) as connection:
            await connection.execute(insert(things), ROW)
            assert (await connection.execute(LONG, MOST)).scalar() == SUM
            assert len((await connection.execute(select(things))).all()) == 1
            raise ZeroDivisionError
    async with embedded.transaction(writing=False) as connection:
        assert (await connection.execute(select(things))).all() == []


async def test_whoever_is_cancelled_leaves_the_connection_in_order(embedded: Embedded) -> None:
    """In the middle of a long question, which is broken off; the next one gets the connection when the thread has ended."""

    async def ask() -> None:
        async with embedded.transaction(writing=True) as connection:
            await connection.execute(insert(things), ROW)
            await connection.execute(LONG, {"most": 1 << 40})

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0.2)
    asking.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await asking
        async with embedded.transaction(writing=True) as connection:
            assert (await connection.execute(select(things))).all() == []


async def test_two_at_once_take_turns(embedded: Embedded) -> None:
    """A short question beside a long one of the same transaction waits for it."""
    async with embedded.transaction(writing=False) as connection:
        asking = asyncio.create_task(connection.execute(LONG, MOST))
        await asyncio.sleep(0.05)
        assert (await connection.execute(select(literal(7)))).scalar() == 7
        assert asking.done()


async def _write_after_a_loss(embedded: Embedded) -> None:
    async with embedded.transaction(writing=True) as connection:
        await connection.execute(insert(things), ROW)
        connection._raw.execute("ROLLBACK")
        assert connection.lost
        await connection.execute(insert(things), ROW)


async def test_what_sqlite_undid_is_lost(embedded: Embedded) -> None:
    """After an error that takes the transaction with it nothing is written by itself: whoever goes on hears of it."""
    with pytest.raises(StoreUnavailable, match="lost"):
        await _write_after_a_loss(embedded)
    async with embedded.transaction(writing=True) as connection:
        assert (await connection.execute(select(things))).all() == []


async def test_a_connection_that_cannot_be_brought_back_is_replaced(embedded: Embedded) -> None:
    """The next transaction has another."""
    used: list[EmbeddedConnection] = []
    with suppress(ZeroDivisionError):
        async with embedded.transaction(writing=True) as connection:
            used.append(connection)
            connection._raw.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY)
            raise ZeroDivisionError
    async with embedded.transaction(writing=True) as connection:
        await connection.execute(insert(things), ROW)
    assert used[0].broken
    assert used[0] is not connection


async def test_waiting_to_write_does_not_hold_up_the_loop(embedded: Embedded, tmp_path: Path) -> None:
    """Another process writes: we look now and then, and are let in when it ends; whoever gives up, gives up at once."""

    async def write() -> None:
        async with embedded.transaction(writing=True) as connection:
            await connection.execute(insert(things), ROW)

    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    giving_up, waiting = asyncio.create_task(write()), asyncio.create_task(write())
    await asyncio.sleep(0.1)
    giving_up.cancel()
    assert await stall_of(giving_up) < 0.1
    assert not waiting.done()
    other.execute("COMMIT")
    async with asyncio.timeout(5):
        await waiting
    assert other.execute("SELECT count(*) FROM things").fetchall() == [(1,)]
    other.close()


async def test_readers_are_few(embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever would wait too long for one hears that the store is not to be had; they are free again afterwards."""
    monkeypatch.setattr("storage.databases.embedded._SECONDS", 0.05)

    async def read(depth: int) -> None:
        async with embedded.transaction(writing=False):
            if depth > 1:
                await read(depth - 1)

    await read(5)
    with pytest.raises(StoreUnavailable, match="in use"):
        await read(6)
    await read(5)
