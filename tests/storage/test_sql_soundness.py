"""SQLite files that can't be worked with: each is refused at the start with a sentence that says what to do."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import soundness
from storage.databases.engines import WAL_BYTES
from storage.databases.errors import DatabaseUnusable
from storage.store import SqlStore

NOBODY = 65534


@pytest.fixture
def file(migrated_file: Path) -> Iterator[Path]:
    """A ledger of its own, in a folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield Path(shutil.copyfile(migrated_file, folder / "ledger.db"))
    shutil.rmtree(folder)


@pytest.fixture
def somebody_else() -> Iterator[None]:
    """We are not root, who may write anywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(before)


async def refused(file: Path) -> str:
    """Why it isn't opened; it is left as it was."""
    before = bytes_of(file)
    with pytest.raises(DatabaseUnusable) as error:
        await SqlStore(f"sqlite:///{file}").open()
    assert bytes_of(file) == before
    return error.value.message


def bytes_of(file: Path) -> bytes:
    """All of them."""
    return file.read_bytes()


@pytest.mark.parametrize("kept", [0.5, 0.99])
async def test_a_file_cut_short(file: Path, kept: float) -> None:
    """A copy that was interrupted, a disk that lost its end."""
    os.truncate(file, int(len(bytes_of(file)) * kept) // 4096 * 4096)
    said = await refused(file)
    assert "malformed" in said
    assert "project-home restore" in said


async def test_another_file(file: Path) -> None:
    """Somebody's letter is not written over."""
    Path.write_bytes(file, b"Dear Sirs, " * 1000)
    assert "names the ledger" in await refused(file)


async def test_a_page_gone_bad(file: Path) -> None:
    """In the middle, with the header right."""
    with file.open("r+b") as open_file:
        open_file.seek(5 * 4096)
        open_file.write(os.urandom(4096))
    assert "-wal and -shm" in await refused(file)


async def test_a_folder_that_is_read_only(file: Path, somebody_else: None) -> None:
    """Whose it is, and who we are."""
    said = await refused(file)
    assert f"{file.parent} belongs to" in said or "can't be written to" in said


async def test_a_file_of_somebody_else(file: Path, request: pytest.FixtureRequest) -> None:
    """A ledger that root made by running a command once."""
    os.chmod(file.parent, 0o777)  # noqa: S103 - into which anybody may write
    os.chmod(file, 0o444)
    request.getfixturevalue("somebody_else")
    assert f"{file} " in (await refused(file)).partition("can't be used")[2]


def test_a_look_has_its_time(file: Path) -> None:
    """However big the file: what was not reached counts as sound, and is the doctor's."""
    assert soundness.glance(file, -1.0) is None
    started = time.monotonic()
    assert soundness.glance(file, 5.0) is None
    assert time.monotonic() - started < 5


def test_the_doctor_looks_at_references(file: Path) -> None:
    """A row that refers to nothing is no fault of the pages: only the whole look finds it."""
    import sqlite3  # noqa: PLC0415 - only here

    with sqlite3.connect(file) as connection:
        connection.execute("INSERT INTO service_cards (token, project, issued_at) VALUES ('x', 'P404', 0)")
    connection.close()
    assert soundness.glance(file, 5.0) is None
    assert "refers to" in str(soundness.examine(file))


@pytest.mark.parametrize(("version", "old"), [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)])
def test_old_versions(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], old: bool) -> None:
    """Up to the one in which the write-ahead log could be reset by two."""
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    assert (soundness.old_sqlite() is not None) is old


async def test_the_log_shrinks_again(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """While somebody reads for long it can't be put back into the file; after that it can, and takes no more room than it may."""
    wal = tmp_path / "ledger.db-wal"
    async with sqlite_store.read() as reading:
        await reading.facts.get("x")
        for number in range(50):
            async with sqlite_store.begin() as uow:
                await uow.facts.put("x", str(number % 10) * 1_000_000)
        assert wal.stat().st_size > WAL_BYTES
    for number in range(3):
        async with sqlite_store.begin() as uow:
            await uow.facts.put("x", "y" * number)
    assert wal.stat().st_size <= WAL_BYTES


async def test_a_guest_leaves_checkpoints_to_the_owner(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """`import` beside `run`: its rows wait in the log, and are there for everybody."""
    before = (tmp_path / "ledger.db").read_bytes()
    guest = SqlStore(f"sqlite:///{tmp_path}/ledger.db", guest=True)
    await guest.open()
    async with sqlite_store.begin() as uow:
        await uow.facts.put("owner", "here")
    for number in range(10):
        async with guest.begin() as uow:
            await uow.facts.put(f"guest {number}", "y" * 1_000_000)
    await guest.close()
    assert (tmp_path / "ledger.db").read_bytes() == before
    async with sqlite_store.read() as uow:
        assert (await uow._connection.execute(text("SELECT count(*) FROM facts"))).scalar() == 11
