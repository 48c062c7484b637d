"""Files under the SHA-256 of their bytes: the same picture is kept once, and a name can't lead anywhere."""

import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO

from storage.files.shelves import Shelf

EXPORTS = "exports/"  # folder of files that were made to be sent: nothing refers to them later
_SHA256 = re.compile(r"[0-9a-f]{64}")


class MediaStore:
    """Keeps `bot.ports.MediaFolder` on a shelf; names are `ab/cdef…`, within a folder of the shelf if told so (`photos/`)."""

    def __init__(self, shelf: Shelf, within: str = "") -> None:
        self._shelf = shelf
        self._within = within

    def put(self, source: bytes, *, anew: bool = False) -> str:
        """Keep some bytes; returns their SHA-256 (hex). `anew`: even if they seem to be there. OSError if the disk or the
        server refuses."""
        sha256 = hashlib.sha256(source).hexdigest()
        if anew or not self.has(sha256):
            self._shelf.put(self._name(sha256), source)
        return sha256

    def has(self, sha256: str) -> bool:
        """They are kept here."""
        return self._shelf.has(self._name(sha256))

    def open(self, sha256: str) -> BinaryIO:
        """To read. FileNotFoundError if they are not kept."""
        return self._shelf.open(self._name(sha256))

    def remove(self, sha256: str) -> None:
        """For good; nothing happens if they are not kept."""
        self._shelf.remove(self._name(sha256))

    def wipe(self) -> None:
        """Remove all there is."""
        for sha256 in list(self.kept()):
            self.remove(sha256)

    def kept(self, beginning: str = "") -> Iterator[str]:
        """Every SHA-256 there is, or those that begin with these two digits."""
        for name in self._shelf.names(self._within + beginning):
            if _SHA256.fullmatch(sha256 := name.removeprefix(self._within).replace("/", "", 1)):
                yield sha256

    def _name(self, sha256: str) -> str:
        return self._within + name_of(sha256)


def name_of(sha256: str) -> str:
    """The name of these bytes on a shelf. ValueError for what is not a SHA-256."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return f"{sha256[:2]}/{sha256[2:]}"


class Either:
    """Files that lie in one of two places. To read."""

    def __init__(self, first: MediaStore, second: MediaStore) -> None:
        self._first, self._second = first, second

    def open(self, sha256: str) -> BinaryIO:
        """FileNotFoundError if they are kept in neither."""
        try:
            return self._first.open(sha256)
        except FileNotFoundError:
            return self._second.open(sha256)

    def put(self, source: bytes) -> str:
        """Into the first."""
        return self._first.put(source)
