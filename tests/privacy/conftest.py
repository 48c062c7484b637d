"""The whole office on each database, with a person whose every trace must go."""

import pytest

from bot.ports import Store
from storage.store import SqlStore
from tests.builders import City, a_city
from tests.handlers.conftest import assignee, clerk, worker, world
from tests.storage.conftest import migrated_file, postgres_store, postgres_url, sql_store, sqlite_store

__all__ = [
    "assignee",
    "clerk",
    "migrated_file",
    "postgres_store",
    "postgres_url",
    "sql_store",
    "sqlite_store",
    "worker",
    "world",
]


@pytest.fixture
def store(sql_store: SqlStore) -> Store:
    """SQLite, then PostgreSQL."""
    return sql_store


@pytest.fixture
async def city(sql_store: SqlStore) -> City:
    """The people of the sample city, their accounts bound."""
    async with sql_store.begin() as uow:
        return await a_city(uow)
