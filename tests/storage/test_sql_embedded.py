"""What is asked of SQLite in the loop itself, and what goes to a thread of its own."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    Table,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError, StatementError

from bot.domain.messages import OutboxState
from bot.ports import StoreUnavailable
from storage import engines
from storage.embedded import Embedded
from storage.embedded_connection import EmbeddedConnection
from storage.tables.base import Coded, Json, Moment, Words
from tests.fakes import NOW

_N = select(literal(1).label("i")).cte("n", recursive=True)
_N = _N.union_all(select(_N.c.i + 1).where(_N.c.i < bindparam("most", type_=Integer)))
LONG = select(func.sum(_N.c.i))
MOST, SUM = {"most": 2_000_000}, 2000001000000
TIMES = (1, 2, 3)  # by SQLAlchemy, and then as it was prepared

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Moment),
    Column("state", Coded(OutboxState)),
    Column("said", Words),
    Column("facts", Json),
    Column("count", BigInteger),
)
ROW = {"at": NOW, "state": OutboxState.SENT, "said": "塔吊\x00没有电", "facts": {"a": ["b", None]}, "count": 1 << 40}
READ = (NOW, OutboxState.SENT, "塔吊没有电", {"a": ["b", None]}, 1 << 40)
SOUGHT = things.c.id == bindparam("sought")


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Embedded]:
    """A file with one empty table."""
    found = Embedded(engines.parse(f"sqlite:///{tmp_path}/a.db"))
    async with found.transaction(writing=True) as connection:
        await connection.run_sync(things.create)
    yield found
    await found.close()


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


@pytest.mark.parametrize("many", [2, 2500])
async def test_many_rows_are_written_and_read_to_the_end(embedded: Embedded, many: int) -> None:
    """At once, and in portions."""
    written = insert(things)
    async with embedded.transaction(writing=True) as connection:
        for _ in TIMES:
            await connection.execute(written, [ROW] * many)
        rows = (await connection.execute(select(things))).all()
        portions = [portion async for portion in connection.portions(select(things), 1000)]
    assert len(rows) == len(TIMES) * many
    assert [row for portion in portions for row in portion] == rows
    assert max(map(len, portions)) <= 1000


async def test_the_second_time_as_the_first(embedded: Embedded) -> None:
    """Values of every type come back as they were, by name and by place, whoever prepares the statement."""
    add, read = insert(things).returning(things), select(things).where(SOUGHT)
    change = update(things).where(SOUGHT).returning(things.c.at, things.c.state)
    async with embedded.transaction(writing=True) as connection:
        for number in TIMES:
            added = (await connection.execute(add, ROW)).first()
            assert added == (number, *READ)
            (row,) = await connection.execute(read, {"sought": number})
            assert (row.at, row.state, row.said, row.facts, row.count) == row[1:] == READ
            assert row._mapping["facts"] == row.facts
            later = await connection.execute(change, {"sought": number, "at": None, "state": OutboxState.DEAD})
            assert later.all() == [(None, OutboxState.DEAD)]
            assert later.rowcount == 1


async def test_other_names_are_another_statement(embedded: Embedded) -> None:
    """An INSERT is of the columns it is given values for, each time."""
    add = insert(things)
    async with embedded.transaction(writing=True) as connection:
        for values in (
            {"said": "a"},
            {"said": "b"},
            {"said": "c"},
            {"count": 1},
            {"count": 2},
            {"said": "d", "count": 3},
        ):
            await connection.execute(add, values)
        rows = (await connection.execute(select(things.c.said, things.c.count).order_by(things.c.id))).all()
    assert rows == [("a", None), ("b", None), ("c", None), (None, 1), (None, 2), ("d", 3)]


async def test_lists_and_fixed_values_keep_their_meaning(embedded: Embedded) -> None:
    """An IN of any length, values that stand in the statement, and the separator of an aggregate, each asked three times."""
    some = select(things.c.id).where(things.c.id.in_(bindparam("sought", expanding=True))).order_by(things.c.id)
    sent = select(func.count()).where(things.c.state == OutboxState.SENT, things.c.at == NOW)
    over = select(func.count()).where(things.c.state.in_([OutboxState.SENT, OutboxState.DEAD]), things.c.id < 3)
    end = update(things).where(things.c.id.in_(bindparam("sought", expanding=True)))
    said = select(func.aggregate_strings(things.c.said, " · "))
    async with embedded.transaction(writing=True) as connection:
        await connection.execute(insert(things), [ROW] * 3)
        for sought in ([1], [1, 3], (), [2], (2,), (2, 3), {2}, [1, *range(4, 200)]):
            found = [row.id for row in await connection.execute(some, {"sought": sought})]
            assert found == sorted({*sought} & {1, 2, 3})
            ended = await connection.execute(end, {"sought": [*sought], "facts": [*sought]})
            assert ended.rowcount == len(found)
        assert (await connection.execute(select(things.c.facts).where(things.c.id == 3))).scalar() == [2, 3]
        for _ in TIMES:
            assert (await connection.execute(over)).scalar() == 2
            assert (await connection.execute(sent)).scalar() == 3
            assert (await connection.execute(said)).scalar() == " · ".join(["塔吊没有电"] * 3)


async def test_a_fault_says_the_same_each_time(embedded: Embedded) -> None:
    """Without the values: they may be somebody's. A moment without a zone does not get in."""
    add = insert(things)
    async with embedded.transaction(writing=True) as connection:
        await connection.execute(add, {"id": 1, "said": "秘密"})
        for _ in TIMES:
            with pytest.raises(IntegrityError, match="UNIQUE") as told:
                await connection.execute(add, {"id": 1, "said": "秘密"})
            with pytest.raises((StatementError, ValueError), match="without a time zone"):
                await connection.execute(add, {"at": NOW.replace(tzinfo=None)})
            assert "秘密" not in str(told.value)


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
    monkeypatch.setattr("storage.embedded._SECONDS", 0.05)

    async def read(depth: int) -> None:
        async with embedded.transaction(writing=False):
            if depth > 1:
                await read(depth - 1)

    await read(5)
    with pytest.raises(StoreUnavailable, match="in use"):
        await read(6)
    await read(5)


async def test_on_conflict(embedded: Embedded) -> None:
    """A row put twice is there once."""
    put = upsert(things)
    put = put.on_conflict_do_update(index_elements=["id"], set_={"said": put.excluded.said})
    async with embedded.transaction(writing=True) as connection:
        for said in ("a", "b", "c"):
            await connection.execute(put, {"id": 1, "said": said})
        assert (await connection.execute(select(things.c.id, column("said")).select_from(things))).all() == [(1, "c")]
        assert (await connection.execute(text("SELECT count(*) FROM things"))).scalar() == 1
