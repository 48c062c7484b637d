"""The command line, each command run as a person would, on a ledger of its own."""

import asyncio
import json
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.ports import UnitOfWork
from bot.sandbox.server import Sandbox
from bot.settings import PREFIX, Settings
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.sheets import write_folder

T = TypeVar("T")
Do = Callable[[Callable[[UnitOfWork], Coroutine[Any, Any, T]]], T]


class CommandLine:
    """Runs commands and keeps what they said."""

    def __call__(self, *words: str, code: int = 0) -> Result:
        """Run a command that must end with this code."""
        result = CliRunner().invoke(app, words)
        assert result.exit_code == code, f"{result.exit_code}: {result.output}{result.exception!r}"
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        """The JSON value on stdout of a command with --json."""
        return json.loads(self(*words, "--json", code=code).stdout)

    def refused(self, *words: str) -> str:
        """Why a command ends with 1: what is on stderr, without a traceback."""
        said = self(*words, code=1).stderr
        assert "Traceback" not in said
        return said.strip()


@pytest.fixture
def cli() -> CommandLine:
    """`project-home`."""
    return CommandLine()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the present schema, to copy from."""
    path = tmp_path_factory.mktemp("cli") / "ledger.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, and no settings but those of the test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ledger(place: Path, migrated: Path) -> Path:
    """An empty ledger, where the default settings look for it."""
    (place / "data").mkdir()
    return Path(shutil.copyfile(migrated, place / "data" / "ledger.db"))


@pytest.fixture
def in_ledger(ledger: Path) -> Do[Any]:
    """Does something in the ledger, in a transaction of its own, as a running bot would."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[UnitOfWork]:
        store = SqlStore(f"sqlite:///{ledger}")
        await store.open()
        try:
            async with store.begin() as uow:
                yield uow
        finally:
            await store.close()

    def do(work: Callable[[UnitOfWork], Coroutine[Any, Any, T]]) -> T:
        async def whole() -> T:
            async with opened() as uow:
                return await work(uow)

        return asyncio.run(whole())

    return do


@pytest.fixture
def city(place: Path) -> str:
    """A folder with the three sheets."""
    return str(write_folder(place / "city"))


@pytest.fixture
def imported(ledger: Path, city: str, cli: CommandLine) -> str:
    """A ledger with that city in it."""
    cli("import", city)
    return city


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A Bot API in a thread of its own, and the settings that lead there."""
    sandbox, loop = Sandbox(), asyncio.new_event_loop()
    loop.run_until_complete(sandbox.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    monkeypatch.setenv("PROJECT_HOME_BOT_API_URL", sandbox.url)
    monkeypatch.setenv("PROJECT_HOME_BOT_TOKEN", sandbox.token)
    yield sandbox
    asyncio.run_coroutine_threadsafe(sandbox.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
