"""Where files are kept by name: a folder, or an object store (`storage.files.objects`). What `put` returned from survives a
power cut, and what stands under its name is whole: it got that name only when all of it was there.

Calls block; a coroutine goes through `asyncio.to_thread`. Every failure is an OSError; what isn't there, FileNotFoundError.
"""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

_CHUNK = 1 << 20
INCOMING = "incoming-"
_LEFTOVER_SECONDS = 3600.0  # a write under way is never as old as that


class Shelf(Protocol):
    """Files under names like `ab/cdef`."""

    def put(self, name: str, source: bytes | Path) -> None:
        """Keep some bytes, or a copy of a file, in place of what had that name."""
        ...

    def open(self, name: str) -> BinaryIO:
        """To read."""
        ...

    def copy_to(self, name: str, target: Path) -> None:
        """Write it to a file of this machine, however big it is."""
        ...

    def has(self, name: str) -> bool:
        """There is such a file."""
        ...

    def names(self, folder: str = "") -> Iterator[str]:
        """All names, or those inside a folder, whole."""
        ...

    def remove(self, name: str) -> None:
        """Nothing happens if it isn't there."""
        ...

    def tidy(self) -> None:
        """Remove what writes that were cut off have left behind."""
        ...

    def scratch(self) -> Path | None:
        """A folder for what is made before it is put here; None for the system's own. What is left in it as `incoming-…` is
        tidied too."""
        ...


def open_shelf(url: str) -> Shelf:
    """A folder's path, or the URL of an object store. Nothing is asked of it yet."""
    if "://" not in url:
        return Folder(url)
    from storage.files.objects import Objects  # noqa: PLC0415 - who keeps files in a folder need not wait for it

    return Objects(url)


def try_out(shelf: Shelf) -> None:
    """Write a file, read it, remove it. OSError says what can't be done; the file is gone either way if it can be."""
    name, content = f"probe-{uuid4().hex}", os.urandom(32)
    shelf.put(name, content)
    try:
        with shelf.open(name) as file:
            if file.read() != content:
                raise OSError(errno.EIO, "what is read is not what was written", str(shelf))
    finally:
        shelf.remove(name)


class Folder:
    """A folder, made when it is first needed. Written to a temporary name, fsynced, renamed, and the folder fsynced."""

    def __init__(self, root: Path | str) -> None:
        self._root = Path(root)

    def __str__(self) -> str:
        return str(self._root)

    def put(self, name: str, source: bytes | Path) -> None:
        """See Shelf."""
        final = self._root / name
        self._make(final.parent)
        descriptor, incoming = tempfile.mkstemp(dir=self._root, prefix=INCOMING)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _copy(source, file)
            Path(incoming).replace(final)
            sync(final.parent)
        except BaseException:
            Path(incoming).unlink(missing_ok=True)
            raise

    def open(self, name: str) -> BinaryIO:
        """See Shelf."""
        return (self._root / name).open("rb")

    def copy_to(self, name: str, target: Path) -> None:
        """See Shelf."""
        shutil.copyfile(self._root / name, target)

    def has(self, name: str) -> bool:
        """See Shelf."""
        return (self._root / name).is_file()

    def names(self, folder: str = "") -> Iterator[str]:
        """See Shelf."""
        for path in sorted((self._root / folder).rglob("*")):
            name = path.relative_to(self._root).as_posix()
            if path.is_file() and not name.startswith(INCOMING):
                yield name

    def remove(self, name: str) -> None:
        """See Shelf."""
        (self._root / name).unlink(missing_ok=True)

    def tidy(self) -> None:
        """See Shelf. Another process may be writing beside us: only what is old goes."""
        for path in self._root.glob(f"{INCOMING}*"):
            if time.time() - path.stat().st_mtime < _LEFTOVER_SECONDS:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def scratch(self) -> Path | None:
        """See Shelf. There has to be room here anyway."""
        self._make(self._root)
        return self._root

    def _make(self, folder: Path) -> None:
        """With every folder above it, each on disk before it is built upon."""
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            sync(folder.parent)


def _copy(source: bytes | Path, file: BinaryIO) -> None:
    for chunk in [source] if isinstance(source, bytes) else _chunks(source):
        file.write(chunk)
    file.flush()
    os.fsync(file.fileno())


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def sync(path: Path) -> None:
    """A file's bytes, or a folder's names, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
