"""A place for backups, on a shelf: `ledgers/MOMENT/ledger.db` and its `manifest.json`, and `photos/ab/cdef…`, which all of them
share. The manifest is written last: a backup without one is none."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from storage.files.media import MediaStore
from storage.files.shelves import Shelf

FORMAT = 1
LEDGER, MANIFEST = "ledger.db", "manifest.json"


class BackupUnusable(Exception):  # noqa: N818 - the sentence is the name
    """There is no such backup, or it is not whole, or it can't be put there. The text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `made_at`: ISO 8601, UTC. `revision`: the ledger's schema. `rows`: by table. `photos`: how
    many files the ledger speaks of; `missing`: those of them (SHA-256) that could not be had when the backup was made."""

    format: int
    program: str
    made_at: str
    database: str
    revision: str
    ledger_sha256: str
    ledger_bytes: int
    rows: dict[str, int]
    photos: int
    missing: Sequence[str] = ()

    def encode(self) -> bytes:
        """As it is kept: JSON, for people too."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


class Archive:
    """The backups of one ledger."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.photos = MediaStore(shelf, "photos/")

    def __str__(self) -> str:
        return str(self.shelf)

    def backups(self) -> list[str]:
        """Their names, oldest first."""
        names = (name.split("/") for name in self.shelf.names("ledgers"))
        return sorted(parts[1] for parts in names if parts[2:] == [MANIFEST])

    def new_name(self, at: datetime) -> str:
        """One that sorts after the earlier ones."""
        name, taken = f"{at:%Y-%m-%dT%H-%M-%SZ}", set(self.backups())
        return next(way for way in (name, *(f"{name}.{n}" for n in range(2, 100))) if way not in taken)

    def manifest(self, name: str) -> Manifest:
        """Raises BackupUnusable, OSError."""
        with self.shelf.open(place(name, MANIFEST)) as file:
            return _decoded(file.read())


def place(backup: str, file: str) -> str:
    """Where a backup's file stands on the shelf."""
    return f"ledgers/{backup}/{file}"


def _decoded(content: bytes) -> Manifest:
    try:
        value: Any = json.loads(content)
        if value["format"] > FORMAT:
            raise BackupUnusable("The backup was made by a later version of the program: install that one first.")
        return Manifest(**value)
    except (ValueError, TypeError, KeyError) as error:
        raise BackupUnusable(f"The backup's manifest can't be read ({error!r}): take another backup (--at).") from error
