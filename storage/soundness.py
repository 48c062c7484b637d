"""Is a SQLite file one that can be worked with, and what is to be done if it isn't."""

import os
import pwd
import sqlite3
import time
from pathlib import Path

from storage.backups.snapshots import opened, trouble_in

SAFE_SQLITE = (3, 51, 3)  # before it, two connections that checkpoint may lose the write-ahead log
_STEPS = 10_000  # of SQLite's virtual machine between two looks at the clock


def glance(path: Path, seconds: float) -> str | None:
    """What a look of at most so long finds wrong inside the file; None if nothing. A big file is looked at in part: all of it is
    the doctor's work (`examine`)."""
    ends = time.monotonic() + seconds
    with opened(path) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
        try:
            answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return None
            raise
    return None if answer == "ok" else answer


def examine(path: Path) -> str | None:
    """What is wrong inside the file, after all of it was looked at: pages, indexes, references. Takes seconds for a big one.
    Raises sqlite3.Error if it can't be opened."""
    with opened(path) as connection:
        return trouble_in(connection)


def old_sqlite() -> str | None:
    """The version of SQLite if it is one to be careful with."""
    return sqlite3.sqlite_version if sqlite3.sqlite_version_info < SAFE_SQLITE else None


def advice(path: Path, why: str) -> str:
    """What to do about a file that can't be worked with."""
    if "not a database" in why:
        return "It is left as it is: see that PROJECT_HOME_DATABASE_URL names the ledger."
    if "full" in why:
        return "Make room on that disk."
    if bars := _what_bars(path):
        return bars
    return (
        "End whatever has it open, move it away together with its -wal and -shm files, and bring back a backup"
        " (`project-home restore`); what `project-home doctor` says of it tells how bad it is."
    )


def _what_bars(path: Path) -> str | None:
    """Rights that are missing, in the order in which they are needed."""
    us = _name_of(os.geteuid())
    for place in (path.parent, path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if not place.exists() or os.access(place, os.R_OK | os.W_OK, effective_ids=True):
            continue
        owner = _name_of(place.stat().st_uid)
        if owner == us:
            return f"{place} can't be written to: see its rights (chmod), and whether its disk is mounted read-only."
        return f"{place} belongs to {owner} and can't be written to by {us}: run the bot as {owner}, or `chown -R {us}` it."
    return None


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
