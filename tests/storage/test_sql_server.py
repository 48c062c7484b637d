"""What is said to PostgreSQL and when, and what becomes of a connection whose transaction did not end well."""

import asyncio
import socket
from contextlib import suppress

import pytest
from sqlalchemy import Integer, bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.ports import StoreUnavailable
from storage.databases.engines import parse
from storage.databases.server import Server
from tests.storage.things import ROW, TIMES, things

COUNT = select(func.count()).select_from(things)
ALL = select(things)
FAIL = insert(things).values(id=select(things.c.id).limit(1).scalar_subquery())
SLEEP = select(func.pg_sleep(bindparam("seconds", type_=Integer)))


async def test_words_without_an_answer_go_with_the_next_question(server: Server) -> None:
    """One way to the server for all that was said since the last question; none for a transaction that asked nothing."""
    sent: list[str] = []
    async with server.transaction(writing=True) as connection:
        connection._raw.add_query_logger(lambda record: sent.append(record.query))
        for _ in TIMES:
            await connection.say("SAVEPOINT a")
            await connection.execute(COUNT)
            await connection.say("RELEASE SAVEPOINT a")
    async with server.transaction(writing=False):
        pass
    await asyncio.sleep(0)
    words = [words for words in sent if not words.startswith("SELECT")]
    assert words == [
        "BEGIN ISOLATION LEVEL READ COMMITTED; SAVEPOINT a",
        *["RELEASE SAVEPOINT a; SAVEPOINT a"] * 2,
        "RELEASE SAVEPOINT a; COMMIT",
    ]


async def test_a_failure_is_heard_where_it_belongs(server: Server) -> None:
    """Whoever goes on after it hears of it at the end of the same savepoint, not the next one."""
    async with server.transaction(writing=True) as connection:
        await connection.execute(insert(things), ROW)
        await connection.say("SAVEPOINT a")
        with suppress(IntegrityError):
            await connection.execute(FAIL)
        with pytest.raises(DBAPIError, match="aborted"):
            await connection.say("RELEASE SAVEPOINT a")
        await connection.say("ROLLBACK TO SAVEPOINT a")
        assert (await connection.execute(COUNT)).scalar() == 1


async def _go_on_after_a_failure(server: Server) -> None:
    async with server.transaction(writing=True) as connection:
        await connection.execute(insert(things), ROW)
        with suppress(IntegrityError):
            await connection.execute(FAIL)


async def test_a_commit_that_undoes_everything_is_no_commit(server: Server) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK after a failure: whoever wrote must hear of it."""
    with pytest.raises(DBAPIError, match="failed"):
        await _go_on_after_a_failure(server)
    async with server.transaction(writing=False) as connection:
        assert (await connection.execute(COUNT)).scalar() == 0


async def test_whoever_is_cancelled_leaves_nothing_behind(server: Server) -> None:
    """In the middle of a long question, which is broken off: the next transaction goes on at once."""

    async def ask() -> None:
        async with server.transaction(writing=True) as connection:
            await connection.execute(insert(things), ROW)
            await connection.execute(SLEEP, {"seconds": 60})

    for _ in TIMES:
        asking = asyncio.create_task(ask())
        await asyncio.sleep(0.2)
        asking.cancel()
        async with asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await asking
            async with server.transaction(writing=True) as connection:
                assert (await connection.execute(COUNT)).scalar() == 0


async def test_two_at_once_take_turns(server: Server) -> None:
    """Two questions of one transaction at the same time."""
    async with server.transaction(writing=False) as connection:
        for _ in TIMES:
            answers = await asyncio.gather(*(connection.execute(COUNT) for _ in range(3)))
            assert [answer.scalar() for answer in answers] == [0, 0, 0]


async def test_a_list_of_any_length_is_one_statement(server: Server) -> None:
    """Read or written; else each length would be planned and kept by the server, for each connection. The first time it is
    SQLAlchemy that asks, with the length in its words."""
    listed = things.c.id.in_(bindparam("sought", expanding=True))
    some, end = select(things.c.id).where(listed), update(things).where(listed)
    kept = select(text("statement")).select_from(text("pg_prepared_statements"))
    async with server.transaction(writing=True) as connection:
        await connection.execute(insert(things), [ROW] * 3)
        for length in range(1, 100):
            sought = [*range(length)]
            assert len((await connection.execute(some, {"sought": sought})).all()) == min(3, length - 1)
            assert (await connection.execute(end, {"sought": sought, "count": 1})).rowcount == min(3, length - 1)
        statements = [row[0] for row in await connection.execute(kept)]
    for words in ("SELECT things.id", "UPDATE things"):
        assert sum(statement.startswith(words) for statement in statements) == 2


async def test_a_connection_that_was_cut_while_nobody_used_it_is_replaced(server: Server) -> None:
    """The next transaction does not notice."""
    async with server.transaction(writing=True) as other:
        async with server.transaction(writing=False) as connection:
            mine = (await connection.execute(select(func.pg_backend_pid()))).scalar()
        await other.execute(select(func.pg_terminate_backend(mine)))
        await asyncio.sleep(0.1)
        async with server.transaction(writing=True) as after:
            assert after is not connection
            assert (await after.execute(COUNT)).scalar() == 0


async def test_a_rollback_that_never_ends_costs_the_connection(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server undoes what a connection that is gone had begun."""
    monkeypatch.setattr("storage.databases.server_connection._PATIENCE", 0.0)
    with suppress(ZeroDivisionError):
        async with server.transaction(writing=True) as connection:
            await connection.execute(insert(things), ROW)
            raise ZeroDivisionError
    assert connection.lost
    async with server.transaction(writing=True) as after:
        assert after is not connection
        assert (await after.execute(COUNT)).scalar() == 0


async def _ask(server: Server) -> list[object]:
    async with server.transaction(writing=False) as connection:
        for _ in TIMES:
            found = await connection.execute(ALL)
        return list(found)


async def test_a_schema_that_changed_meanwhile_passes(server: Server) -> None:
    """What was prepared before a migration of another process says that asking again may help, and it does."""
    async with server.transaction(writing=True) as migrating:
        await _ask(server)
        await migrating.execute(text("ALTER TABLE things ALTER COLUMN said TYPE varchar(20)"))
    async with server.transaction(writing=True):  # the one that migrated: the other has the next
        with pytest.raises(StoreUnavailable, match="schema"):
            await _ask(server)
        assert await _ask(server) == []


async def test_readers_and_writers_are_few(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever would wait too long for a connection hears that the store is not to be had; they are free again afterwards."""
    monkeypatch.setattr("storage.databases.server._SECONDS", 0.05)

    async def read(depth: int) -> None:
        async with server.transaction(writing=False):
            if depth > 1:
                await read(depth - 1)

    await read(10)
    with pytest.raises(StoreUnavailable, match="in use"):
        await read(11)
    await read(10)


async def test_nothing_has_a_name_where_connections_are_shared(postgres_url: str) -> None:
    """`?statement_cache_size=0`, for PgBouncer: what was asked often has none either."""
    shared = Server(parse(f"{postgres_url}{'&' if '?' in postgres_url else '?'}statement_cache_size=0"))
    named = select(func.count()).select_from(text("pg_prepared_statements")).where(text("name <> ''"))
    async with shared.transaction(writing=True) as connection:
        for _ in TIMES:
            assert (await connection.execute(named)).scalar() == 0
    await shared.close()


async def test_a_server_that_says_nothing_any_more_is_noticed(server: Server) -> None:
    """A machine that died does not even refuse: the system asks after it, and gives up within half a minute."""
    async with server.transaction(writing=False) as connection:
        line = connection._raw._transport.get_extra_info("socket")
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        idle, every, times, unheard = (
            line.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name}"))
            for name in ("KEEPIDLE", "KEEPINTVL", "KEEPCNT", "USER_TIMEOUT")
        )
        assert (idle + every * times, unheard) == (25, 20_000)
