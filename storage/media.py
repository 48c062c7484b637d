"""Files under the SHA-256 of their bytes: the same picture is kept once, and a name can't lead anywhere.

Written to a temporary name, fsynced, renamed, and the folder fsynced: what `put` returned survives a power cut, and a file
under its final name is whole. Calls block; a coroutine goes through `asyncio.to_thread`.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class MediaStore:
    """A folder of files; `ab/cdef…` is made as needed."""

    def __init__(self, root: Path | str) -> None:
        self._root = Path(root)

    def put(self, source: bytes | Path) -> str:
        """Keep some bytes, or a copy of a file; returns their SHA-256 (hex). OSError if the disk refuses."""
        self._make(self._root)
        descriptor, name = tempfile.mkstemp(dir=self._root, prefix="incoming-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                sha256 = _copy(source, file)
            self._settle(Path(name), self.path(sha256))
        finally:
            Path(name).unlink(missing_ok=True)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where these bytes are or would be. ValueError for what is not a SHA-256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self._root / sha256[:2] / sha256[2:]

    def has(self, sha256: str) -> bool:
        """They are kept here."""
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """To read. FileNotFoundError if they are not kept."""
        return self.path(sha256).open("rb")

    def _settle(self, incoming: Path, final: Path) -> None:
        if final.is_file():
            return
        self._make(final.parent)
        incoming.replace(final)
        _sync_folder(final.parent)

    @staticmethod
    def _make(folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)


def _copy(source: bytes | Path, file: BinaryIO) -> str:
    digest = hashlib.sha256()
    for chunk in [source] if isinstance(source, bytes) else _chunks(source):
        digest.update(chunk)
        file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
