"""What only a real database can get wrong: how it is opened, who waits for whom, what a crash leaves."""

import asyncio
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.ports import StoreUnavailable
from storage.databases import engines
from storage.databases.errors import DatabaseUnusable
from storage.migrate import upgrade
from storage.store import SqlStore
from tests import postgres
from tests.builders import a_city, a_person, an_issue, filed
from tests.storage.hearing import heard


async def pragma(store: SqlStore, name: str, *, writing: bool) -> object:
    """What SQLite says of itself on a connection of that kind."""
    async with store.begin() if writing else store.read() as uow:
        return (await uow._connection.execute(text(f"PRAGMA {name}"))).scalar()


def copied(file: Path, folder: Path) -> Path:
    """The file's copy in a folder."""
    return Path(shutil.copyfile(file, folder / "ledger.db"))


@pytest.mark.parametrize(
    ("name", "writing", "value"),
    [
        ("journal_mode", True, "wal"),
        ("synchronous", True, 2),
        ("foreign_keys", True, 1),
        ("wal_autocheckpoint", True, 1000),
        ("journal_size_limit", True, 32 << 20),
        ("busy_timeout", True, 15_000),
        ("wal_autocheckpoint", False, 0),
        ("query_only", False, 1),
        ("journal_mode", False, "wal"),
        ("busy_timeout", False, 15_000),
    ],
)
async def test_sqlite_is_set_up(sqlite_store: SqlStore, name: str, writing: bool, value: object) -> None:
    """Durable, checked, patient; only the writer writes and checkpoints."""
    assert await pragma(sqlite_store, name, writing=writing) == value


async def test_the_folder_is_made(tmp_path: Path) -> None:
    """A first start needs no preparation."""
    store = SqlStore(f"sqlite:///{tmp_path}/new/deep/ledger.db")
    await store.open()
    await store.close()
    assert (tmp_path / "new/deep/ledger.db").exists()


@pytest.mark.parametrize(
    "content", [b"this is a letter, not a database. " * 100, b"SQLite format 3\x00" + b"\xff" * 8192]
)
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """With a sentence that names the file, and without touching it."""
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match=r"ledger\.db can't be used"):
        await SqlStore(f"sqlite:///{path}").open()
    assert path.read_bytes() == content


async def test_a_damaged_database_is_refused(migrated_file: Path, tmp_path: Path) -> None:
    """A page overwritten in the middle is noticed at the start, not in the middle of a report."""
    path = copied(migrated_file, tmp_path)
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * 4096)
    with pytest.raises(DatabaseUnusable):
        await SqlStore(f"sqlite:///{path}").open()


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """As a DatabaseUnusable, like everything that is wrong with the place."""
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DatabaseUnusable):
        await SqlStore(f"sqlite:///{tmp_path}/taken/ledger.db").open()


async def test_a_server_that_is_not_there_is_refused() -> None:
    """And the password is not in the sentence."""
    with pytest.raises(DatabaseUnusable) as refused:
        await SqlStore("postgresql://clerk:s3cret@127.0.0.1:1/ledger").open()
    assert "s3cret" not in refused.value.message


async def test_a_server_that_went_away_may_come_back() -> None:
    """A transaction that can't begin says that trying again may help."""
    store = SqlStore("postgresql://clerk@127.0.0.1:1/ledger")
    with pytest.raises(StoreUnavailable):
        async with store.begin():
            pass
    await store.close()


async def test_a_busy_file_may_be_free_later(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that writes for longer than we wait is no fault of the update."""
    path = copied(migrated_file, tmp_path)
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    one, other = SqlStore(f"sqlite:///{path}"), SqlStore(f"sqlite:///{path}")
    async with one.begin():
        with pytest.raises(StoreUnavailable, match="locked"):
            async with other.begin():
                pass
    await one.close()
    await other.close()


async def test_writers_take_turns(sql_store: SqlStore) -> None:
    """Forty at once, each reading and writing the same counter: none is lost, none fails, no gap."""

    async def take() -> str:
        async with sql_store.begin() as uow:
            return await uow.issues.next_number("XM", 2026)

    numbers = await asyncio.gather(*(take() for _ in range(40)))
    assert sorted(numbers) == [f"XM-2026-{count:04d}" for count in range(1, 41)]


async def test_two_processes_on_one_file_take_turns(sqlite_store: SqlStore) -> None:
    """The lock in the store is not the only one: a second store on the same file waits too."""
    other = SqlStore(str(sqlite_store._url))

    async def take(store: SqlStore) -> str:
        async with store.begin() as uow:
            return await uow.issues.next_number("XM", 2026)

    numbers = await asyncio.gather(*(take(store) for store in (sqlite_store, other) * 10))
    await other.close()
    assert len(set(numbers)) == 20


async def test_reading_does_not_wait_for_the_writer(sql_store: SqlStore) -> None:
    """A snapshot is had while a transaction is open, shows nothing of it, and keeps still when it commits."""
    async with sql_store.read() as reading:
        assert await reading.facts.get("bot") is None
        async with asyncio.timeout(30), sql_store.begin() as writing:
            await writing.facts.put("bot", "home_bot")
            assert await reading.facts.get("bot") is None
        assert await reading.facts.get("bot") is None
    async with sql_store.read() as reading:
        assert await reading.facts.get("bot") == "home_bot"


async def test_nothing_is_written_while_reading(sql_store: SqlStore) -> None:
    """A use case that writes in a reading transaction finds out at once."""
    with pytest.raises(Exception, match=r"read.?only"):
        async with sql_store.read() as uow:
            await uow.facts.put("bot", "home_bot")


async def test_a_cancelled_transaction_leaves_the_store_usable(sql_store: SqlStore) -> None:
    """Stopping a worker in the middle undoes its work and keeps nobody out."""

    async def hang() -> None:
        async with sql_store.begin() as uow:
            await uow.facts.put("bot", "home_bot")
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(30), sql_store.begin() as uow:
        assert await uow.facts.get("bot") is None


async def test_a_savepoint_after_a_broken_constraint(sql_store: SqlStore) -> None:
    """PostgreSQL spoils a transaction at the first error; a savepoint confines it."""
    async with sql_store.begin() as uow:
        city = await a_city(uow)
        with pytest.raises(Exception, match=r"(?i)unique"):
            async with uow.savepoint():
                await uow.people.add(city.clerk)
        await uow.facts.put("bot", "home_bot")
    async with sql_store.read() as uow:
        assert await uow.facts.get("bot") == "home_bot"


async def test_without_prepared_statements() -> None:
    """`?statement_cache_size=0` works with what PgBouncer's transaction mode asks: no statement has a name."""
    with postgres.database() as given:
        url = f"{given}{'&' if '?' in given else '?'}statement_cache_size=0"
        await upgrade(url)
        store = SqlStore(url)
        await store.open()
        async with store.begin() as uow:
            city = await a_city(uow)
            assert await uow.people.get(city.clerk.id) == city.clerk
            named = await uow._connection.execute(text("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"))
            assert named.scalar() == 0
        await store.close()


async def test_a_snapshot_asks_nothing_twice(sql_store: SqlStore) -> None:
    """The same question within one reading is answered from memory; what writes, and a new reading, ask anew."""
    async with sql_store.begin() as uow:
        person = await uow.people.add(a_person())
    async with sql_store.read() as uow:
        assert await uow.people.get(person.id) is not await uow.people.get(person.id)
        asked = heard(uow)
        assert await uow.people.get(person.id) == person
        assert asked == []
    async with sql_store.begin() as uow:
        await uow.people.save(replace(person, name="新"))
        assert (await uow.people.get(person.id)).name == "新"
    async with sql_store.read() as uow:
        assert (await uow.people.get(person.id)).name == "新"


class Racing:
    """A connection and its cursor, at a file that so many others want for themselves at that moment."""

    def __init__(self, others: int) -> None:
        self.others = others
        self.tries = 0

    def cursor(self) -> "Racing":
        return self

    def execute(self, _words: str) -> None:
        self.tries += 1
        if self.tries <= self.others:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error

    def close(self) -> None:
        pass


def test_who_makes_a_fresh_file_at_once_with_others_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says at once that it is locked: two that want it alone would wait for each other."""
    racing = Racing(others=2)
    engines._write_ahead(racing)
    assert racing.tries == 3
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0)
    with pytest.raises(sqlite3.OperationalError):
        engines._write_ahead(Racing(others=1_000))


async def test_what_a_whole_ledger_is_read_by_is_not_kept(sql_store: SqlStore) -> None:
    """An export asks for the evidence and the people of one portion after the other: none of it stays in memory."""
    async with sql_store.begin() as uow:
        city = await a_city(uow)
        issue = await filed(uow, an_issue(reporter=city.reporter.id))
    async with sql_store.read() as uow:
        assert await uow.evidence.of_issues([issue.id]) == {}
        assert await uow.people.many([city.reporter.id]) == {city.reporter.id: city.reporter}
        assert not uow._session._seen
