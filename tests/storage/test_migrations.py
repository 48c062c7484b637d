"""The schema: up, down and up again on both databases, and equal to what the code believes."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from storage.engines import is_sqlite, parse, postgres_engine, sqlite_engine
from storage.migrate import downgrade, revisions, upgrade
from storage.store import SqlStore
from storage.tables import metadata
from tests import postgres
from tests.builders import a_city, an_issue, filed

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind; the SQLite file's folder does not exist yet."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/new/ledger.db"
        return
    with postgres.database() as found:
        yield found


async def look(url: str, question: Any) -> Any:
    """Ask a question of the database on a plain connection."""
    parsed = parse(url)
    engine = sqlite_engine(parsed, writer=True) if is_sqlite(parsed) else postgres_engine(parsed)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(question)
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[Any]:
    """What Alembic would change to make the database equal to the tables of the code."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return list(compare_metadata(context, metadata))


def tables(connection: Connection) -> set[str]:
    """The tables there are."""
    return set(inspect(connection).get_table_names())


async def test_the_migrations_add_up_to_the_schema(url: str) -> None:
    """After all of them nothing differs from the tables the code works with, and going up again changes nothing."""
    await upgrade(url)
    await upgrade(url)
    assert await look(url, differences) == []


async def test_every_step_goes_up_down_and_up(url: str) -> None:
    """Each revision can be taken back right after it was made, and made again."""
    before = "base"
    for revision in revisions():
        await upgrade(url, revision)
        await downgrade(url, before)
        await upgrade(url, revision)
        before = revision
    await downgrade(url, "base")
    assert await look(url, tables) == {"alembic_version"}
    await upgrade(url)
    assert await look(url, differences) == []


async def test_a_ledger_in_use_can_go_down(url: str) -> None:
    """Rows that point to each other in a circle don't keep the schema from going."""
    await upgrade(url)
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        city = await a_city(uow)
        await filed(uow, an_issue(reporter=city.reporter.id))
    await store.close()
    await downgrade(url, "base")
    assert await look(url, tables) == {"alembic_version"}


def test_scripts_are_named_after_their_revisions() -> None:
    """So the newest revision is known without Alembic, which a start that finds its schema need not wait for."""
    found = ScriptDirectory(str(ROOT / "storage" / "migrations")).walk_revisions()
    assert revisions() == [script.revision for script in found][::-1]


def test_a_database_at_the_newest_revision_needs_no_alembic(tmp_path: Path) -> None:
    """Nearly every start: the schema is there."""
    url = f"sqlite:///{tmp_path}/ledger.db"
    asyncio.run(upgrade(url))
    script = f"import asyncio, sys, storage.migrate as m; asyncio.run(m.upgrade({url!r})); assert 'alembic' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)


async def test_two_processes_may_start_at_once(url: str) -> None:
    """They take turns; the second finds nothing left to do."""
    await asyncio.gather(upgrade(url), upgrade(url), upgrade(url))
    assert await look(url, differences) == []


async def test_a_failing_step_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps are one transaction: what was made before the failure is gone too."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
        with pytest.raises(RuntimeError, match="power cut"):
            await upgrade(url)
    assert await look(url, tables) == set()
    await upgrade(url)


def test_a_kill_leaves_the_schema_as_it_was(tmp_path: Path) -> None:
    """A process killed in the middle of its migrations leaves a file that the next one brings up."""
    path = tmp_path / "ledger.db"
    script = f"""
import asyncio, os, signal
from alembic.runtime import migration
from storage.migrate import upgrade
steps = []
note = migration.HeadMaintainer.update_to_step
def killed_at_the_third(self, step):
    steps.append(step)
    if len(steps) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return note(self, step)
migration.HeadMaintainer.update_to_step = killed_at_the_third
asyncio.run(upgrade("sqlite:///{path}"))
"""
    finished = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60)
    assert finished.returncode == -9
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    file.close()
    asyncio.run(upgrade(f"sqlite:///{path}"))
