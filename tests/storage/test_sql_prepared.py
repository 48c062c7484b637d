"""What is asked by SQLAlchemy the first time and by the driver alone from then on, on both databases."""

import pytest
from sqlalchemy import bindparam, column, func, insert, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError, StatementError

from bot.domain.messages import OutboxState
from storage.databases.connection import Database
from storage.databases.dialect import ids_given, insert_into, is_given, is_postgres
from storage.databases.prepared import Statements, kept
from tests.fakes import NOW
from tests.storage.things import READ, ROW, SOUGHT, TIMES, things


@pytest.mark.parametrize("many", [2, 2500])
async def test_many_rows_are_written_and_read_to_the_end(database: Database, many: int) -> None:
    """At once, and in portions."""
    written = insert(things)
    async with database.transaction(writing=True) as connection:
        for _ in TIMES:
            await connection.execute(written, [ROW] * many)
        rows = (await connection.execute(select(things))).all()
        portions = [portion async for portion in connection.portions(select(things), 1000)]
    assert len(rows) == len(TIMES) * many
    assert [row for portion in portions for row in portion] == rows
    assert max(map(len, portions)) <= 1000


async def test_the_second_time_as_the_first(database: Database) -> None:
    """Values of every type come back as they were, by name and by place, whoever prepares the statement."""
    add, read = insert(things).returning(things), select(things).where(SOUGHT)
    change = update(things).where(SOUGHT).returning(things.c.at, things.c.state)
    async with database.transaction(writing=True) as connection:
        for number in TIMES:
            added = (await connection.execute(add, ROW)).first()
            assert added == (number, *READ)
            (row,) = await connection.execute(read, {"sought": number})
            assert (row.at, row.state, row.said, row.facts, row.count, row.north) == row[1:] == READ
            assert row._mapping["facts"] == row.facts
            later = await connection.execute(change, {"sought": number, "at": None, "state": OutboxState.DEAD})
            assert later.all() == [(None, OutboxState.DEAD)]
            assert later.rowcount == 1


async def test_other_names_are_another_statement(database: Database) -> None:
    """An INSERT is of the columns it is given values for, each time."""
    add = insert(things)
    async with database.transaction(writing=True) as connection:
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


async def test_lists_and_fixed_values_keep_their_meaning(database: Database) -> None:
    """An IN of any length, values that stand in the statement, and the separator of an aggregate, each asked three times."""
    some = select(things.c.id).where(things.c.id.in_(bindparam("sought", expanding=True))).order_by(things.c.id)
    sent = select(func.count()).where(things.c.state == OutboxState.SENT, things.c.at == NOW)
    over = select(func.count()).where(things.c.state.in_([OutboxState.SENT, OutboxState.DEAD]), things.c.id < 3)
    end = update(things).where(things.c.id.in_(bindparam("sought", expanding=True)))
    said = select(func.aggregate_strings(things.c.said, " · "))
    async with database.transaction(writing=True) as connection:
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


async def test_what_is_kept_is_made_ready_at_once(database: Database) -> None:
    """It answers the first time as later, for any number of ids."""
    async with database.transaction(writing=True) as connection:
        await connection.execute(insert(things), [ROW] * 3)
        postgres = is_postgres(connection)
        some = kept(select(things.c.id).where(is_given(things.c.id, postgres=postgres)).order_by(things.c.id))
        statements = Statements(connection.dialect)
        assert statements.get(some, ids_given([1], postgres=postgres)) is not None
        assert statements.get(select(things.c.id), None) is None, "this one may never be asked again"
        for sought in ([3, 1], [], [2], [*range(200)]):
            found = await connection.execute(some, ids_given(sought, postgres=postgres))
            assert [row.id for row in found] == sorted({*sought} & {1, 2, 3})


async def test_lists_of_pairs(database: Database) -> None:
    """Each part by the type of its own column, for any number of pairs."""
    pair = tuple_(things.c.id, things.c.state)
    some = select(things.c.id).where(pair.in_(bindparam("pairs", expanding=True))).order_by(things.c.id)
    async with database.transaction(writing=True) as connection:
        await connection.execute(insert(things), [ROW] * 3)
        for ids in ([1], [1], [3, 2], [1, 3], [4, 5]):
            pairs = [(number, OutboxState.SENT) for number in ids] + [(1, OutboxState.DEAD)]
            found = await connection.execute(some, {"pairs": pairs})
            assert [row.id for row in found] == sorted({*ids} & {1, 2, 3})


async def test_a_fault_says_the_same_each_time(database: Database) -> None:
    """Without the values: they may be somebody's. A moment without a zone does not get in."""
    add = insert(things)
    async with database.transaction(writing=True) as connection:
        await connection.execute(add, {"id": 1, "said": "秘密"})
        for _ in TIMES:
            await connection.say("SAVEPOINT before")
            with pytest.raises(IntegrityError, match=r"(?i)unique") as told:
                await connection.execute(add, {"id": 1, "said": "秘密"})
            with pytest.raises((StatementError, ValueError), match="without a time zone"):
                await connection.execute(add, {"at": NOW.replace(tzinfo=None)})
            await connection.say("ROLLBACK TO SAVEPOINT before")
            assert "秘密" not in str(told.value)
            assert "(1)" not in str(told.value)
        assert len((await connection.execute(select(things))).all()) == 1


async def test_on_conflict(database: Database) -> None:
    """A row put twice is there once."""
    async with database.transaction(writing=True) as connection:
        put = insert_into(things, postgres=is_postgres(connection))
        put = put.on_conflict_do_update(index_elements=["id"], set_={"said": put.excluded.said})
        for said in ("a", "b", "c"):
            await connection.execute(put, {"id": 1, "said": said})
        assert (await connection.execute(select(things.c.id, column("said")).select_from(things))).all() == [(1, "c")]
        assert (await connection.execute(text("SELECT count(*) FROM things"))).scalar() == 1
