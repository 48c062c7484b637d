"""The schema: up, down and up again on both databases, and equal to what the code believes."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, table, text

from storage.databases.choice import database
from storage.databases.engines import parse
from storage.migrate import NewerLedger, current, downgrade, revisions, upgrade
from storage.store import SqlStore
from storage.tables import metadata
from tests import postgres
from tests.builders import a_city, an_issue, filed

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind; the SQLite file's folder does not exist yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/ledger.db"
        return
    with postgres.database() as found:
        yield found


async def look(url: str, question: Any) -> Any:
    """Ask a question of the database on a plain connection."""
    place = database(parse(url))
    try:
        async with place.transaction(writing=True) as connection:
            return await connection.run_sync(question)
    finally:
        await place.close()


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
    await filled(url)
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


KILLED = """
import asyncio, os, signal, sys
from alembic.runtime import migration
from storage.migrate import upgrade
steps = []
note = migration.HeadMaintainer.update_to_step
def killed(self, step):
    steps.append(step)
    if len(steps) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return note(self, step)
migration.HeadMaintainer.update_to_step = killed
asyncio.run(upgrade(sys.argv[1]))
"""


def kill_upgrade(url: str, step: int) -> None:
    """A process that is killed once so many steps have done their work."""
    finished = subprocess.run([sys.executable, "-c", KILLED, url, str(step)], cwd=ROOT, check=False, timeout=60)
    assert finished.returncode == -9


@pytest.mark.parametrize("step", [1, 3, len(revisions())])
def test_a_kill_leaves_the_schema_as_it_was(url: str, step: int) -> None:
    """A process killed in the middle of its migrations leaves a database that the next one brings up."""
    kill_upgrade(url, step)
    assert asyncio.run(look(url, tables)) == set()
    asyncio.run(upgrade(url))
    assert asyncio.run(look(url, differences)) == []


def test_a_kill_leaves_the_rows_as_they_were(url: str) -> None:
    """A ledger in use is brought up from an older version, killed on the way: no row is lost, the next start goes all the way."""
    asyncio.run(upgrade(url))
    asyncio.run(filled(url))
    older = revisions()[5]
    asyncio.run(downgrade(url, older))
    before = asyncio.run(look(url, counts))
    kill_upgrade(url, len(revisions()) - 6)
    assert asyncio.run(current(url)) == older
    assert asyncio.run(look(url, counts)) == before
    asyncio.run(upgrade(url))
    after = asyncio.run(look(url, counts))
    assert {table: after[table] for table in before} == before


async def test_a_later_ledger_is_left_alone(url: str) -> None:
    """A program that was put back to an older version says so, instead of guessing."""
    await upgrade(url)
    await look(
        url, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    )
    with pytest.raises(NewerLedger, match="9999_later is of a later version"):
        await upgrade(url)
    assert await current(url) == "9999_later"


async def filled(url: str) -> None:
    """A city and an issue."""
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        city = await a_city(uow)
        await filed(uow, an_issue(reporter=city.reporter.id))
    await store.close()


def counts(connection: Connection) -> dict[str, int]:
    """Rows by table."""
    return {
        name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in tables(connection) - {"alembic_version"}
    }
