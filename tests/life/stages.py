"""The stores a life is lived on, each opened once with the sample city in it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.ports import Store
from storage.migrate import upgrade
from storage.store import SqlStore
from tests import postgres
from tests.builders import City, a_city
from tests.fakes import FakeStore
from tests.life.machine import Stage

STORES = ("fake", "sqlite", "postgres")


@contextmanager
def stage(store: str, folder: Path) -> Iterator[Stage]:
    """By name; PostgreSQL skips the test where there is none."""
    with asyncio.Runner() as runner:
        if store == "fake":
            yield Stage(runner, found := FakeStore(), runner.run(_settle(found)))
        elif store == "sqlite":
            with _opened(runner, f"sqlite:///{folder / 'life.db'}") as opened:
                yield opened
        else:
            with postgres.database() as url, _opened(runner, url) as opened:
                yield opened


@contextmanager
def _opened(runner: asyncio.Runner, url: str) -> Iterator[Stage]:
    runner.run(upgrade(url))
    store = SqlStore(url)
    runner.run(store.open())
    try:
        yield Stage(runner, store, runner.run(_settle(store)))
    finally:
        runner.run(store.close())


async def _settle(store: Store) -> City:
    async with store.begin() as uow:
        return await a_city(uow)
