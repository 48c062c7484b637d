"""Several processes on one database: the lock beside a SQLite file, the bell of a PostgreSQL."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from storage.databases import bell as module
from storage.databases.alone import FileInUse, alone
from storage.databases.bell import Bell
from storage.store import SqlStore

ROOT = Path(__file__).parents[2]


def test_one_at_a_time(tmp_path: Path) -> None:
    """The second is told which file it is about; after the first has ended the way is free."""
    url = f"sqlite:///{tmp_path}/ledger.db"
    with alone(url), pytest.raises(FileInUse, match=r"ledger\.db.*End it first"), alone(url):
        pass
    with alone(url):
        pass


def test_another_file_is_another(tmp_path: Path) -> None:
    """Two cities on one machine."""
    with alone(f"sqlite:///{tmp_path}/a.db"), alone(f"sqlite:///{tmp_path}/b.db"):
        pass


def test_postgres_needs_no_file() -> None:
    """There the lease says who leads."""
    with alone("postgresql://u:p@h/d"), alone("postgresql://u:p@h/d"):
        pass


def test_a_kill_frees_the_file(tmp_path: Path) -> None:
    """The lock is the system's, not the file's."""
    script = f"""
import os, signal
from storage.databases.alone import alone
with alone("sqlite:///{tmp_path}/ledger.db"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60).returncode == -9
    with alone(f"sqlite:///{tmp_path}/ledger.db"):
        pass


async def test_the_bell_is_heard_elsewhere(postgres_store: SqlStore, postgres_url: str) -> None:
    """By whoever listens to that name."""
    heard, other = asyncio.Event(), asyncio.Event()
    here = Bell(postgres_url, {})
    there = Bell(postgres_url, {"inbox": heard.set, "outbox": other.set})
    tasks = [asyncio.create_task(bell.run()) for bell in (here, there)]
    async with asyncio.timeout(30):
        while not heard.is_set():
            here.ring("inbox")
            await asyncio.sleep(0.05)
        for bell in (here, there):
            bell.stop()
        await asyncio.gather(*tasks)
    assert not other.is_set()


async def test_a_bell_without_line_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tries again, harms nobody, and ends when asked to."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    bell = Bell("postgresql://u:p@127.0.0.1:1/d", {})
    running = asyncio.create_task(bell.run())
    for _ in range(5):
        bell.ring("inbox")
        await asyncio.sleep(0.05)
    assert not running.done()
    bell.stop()
    await asyncio.wait_for(running, 2)
