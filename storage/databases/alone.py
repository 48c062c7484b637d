"""One process at a time on a SQLite file: a lock beside it, which ends with the process however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.databases.engines import file_of, is_sqlite, parse


class FileInUse(Exception):  # noqa: N818 - the sentence is the name
    """Another process serves this file. The text says what to do."""


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the lock of the URL's file; nothing on PostgreSQL. Raises FileInUse, OSError. The file's folder must be there."""
    parsed = parse(url)
    if not is_sqlite(parsed):
        yield
        return
    path = file_of(parsed)
    with Path(f"{path}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileInUse(f"Another `project-home run` works with {path}. End it first.") from None
        yield
