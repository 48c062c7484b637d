"""The stores that must keep the same promises: the fake, SQLite and PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bot.ports import Store
from storage.databases.connection import Database
from storage.databases.embedded import Embedded
from storage.databases.engines import parse
from storage.databases.server import Server
from storage.migrate import upgrade
from storage.store import SqlStore
from tests import postgres, s3
from tests.fakes import FakeStore
from tests.storage.things import things


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the present schema, to copy from."""
    path = tmp_path_factory.mktemp("schema") / "ledger.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database with the present schema, one per test session."""
    with postgres.database() as url:
        asyncio.run(upgrade(url))
        yield url


@pytest.fixture
async def sqlite_store(migrated_file: Path, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """An empty store in a file of its own."""
    path = tmp_path / "ledger.db"
    shutil.copyfile(migrated_file, path)
    store = SqlStore(f"sqlite:///{path}")
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def postgres_store(postgres_url: str) -> AsyncIterator[SqlStore]:
    """An empty store on PostgreSQL."""
    postgres.empty(postgres_url)
    store = SqlStore(postgres_url)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Embedded]:
    """A file with one empty table."""
    found = Embedded(parse(f"sqlite:///{tmp_path}/a.db"))
    async with found.transaction(writing=True) as connection:
        await connection.run_sync(things.create)
    yield found
    await found.close()


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Server]:
    """The same on PostgreSQL, beside tables of ours."""
    found = Server(parse(postgres_url))
    async with found.transaction(writing=True) as connection:
        await connection.run_sync(things.create)
    yield found
    async with found.transaction(writing=True) as connection:
        await connection.run_sync(things.drop)
    await found.close()


@pytest.fixture(params=["embedded", "server"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each of the two in turn."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["fake", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store in turn."""
    if request.param == "fake":
        return FakeStore()
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def sql_store(request: pytest.FixtureRequest) -> SqlStore:
    """Each database in turn."""
    found: SqlStore = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server, one per test session."""
    with s3.server(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A place of its own in a bucket, and the credentials for it."""
    for name, value in s3.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return s3.bucket(s3_server, uuid4().hex)


@pytest.fixture(params=["folder", "s3"])
def shelf_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder that does not exist yet, and a bucket."""
    return str(tmp_path / "new" / "shelf") if request.param == "folder" else str(request.getfixturevalue("s3_url"))
