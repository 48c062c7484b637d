"""The real process against the sandbox, on SQLite and on PostgreSQL."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.narrator import Narrator
from bot.demo.stage import Stage, set_up
from bot.demo.story import START
from bot.sandbox.client import Phone
from tests import postgres

PATIENCE = 90.0  # a process starts in two seconds, on a crowded machine in thirty
# for what does not depend on the database: the storage contract has shown that both keep the same promises
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def postgres_database() -> Iterator[str]:
    """A fresh, empty database."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str | None:
    """Each in turn; None is a SQLite file in the stage's own folder."""
    return request.getfixturevalue("postgres_database") if request.param == "postgres" else None


@pytest.fixture
async def stage(tmp_path: Path, database: str | None) -> AsyncIterator[Stage]:
    """The sample city, imported; no bot runs yet."""
    async with set_up(tmp_path / "stage", START, database) as stage:
        yield stage


@pytest.fixture
def silent() -> Narrator:
    """Tells nobody."""
    from rich.console import Console  # noqa: PLC0415 - only here

    return Narrator(Console(quiet=True), START.tzinfo)  # type: ignore[arg-type]


async def bound(stage: Stage, code: str, name: str, language: str = "zh-hans") -> Phone:
    """A phone that opened its invitation."""
    phone = await stage.world.user(name, language)
    await phone.opens((await stage.invitations(code))[code])
    await phone.sees(timeout=PATIENCE)
    return phone


async def ledger(stage: Stage) -> list[dict[str, Any]]:
    """The export, as another program would read it."""
    out = stage.folder / "export.json"
    await stage.command("export", "--format", "json", "--out", str(out))
    return list(json.loads(out.read_text("utf-8")))
