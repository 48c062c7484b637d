"""Take a backup of a ledger and its photos while others work with both."""

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from storage.backups.archive import FORMAT, LEDGER, MANIFEST, Archive, Manifest, place
from storage.backups.snapshots import opened, photos_of, revision_of, rows_of, sha256_of, take
from storage.databases.engines import parse
from storage.files.media import MediaStore
from storage.files.shelves import INCOMING

AT_ONCE = 8  # photos copied side by side
Told = Callable[[str, int, int], None]
"""What is being done, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """`copied`: photos that were not there from an earlier backup."""

    name: str
    manifest: Manifest
    copied: int


@dataclass(frozen=True, slots=True)
class Job:
    """What to take from where to where. `again`: read also the photos that an earlier backup has brought, and bring anew what
    is damaged."""

    url: str
    media: MediaStore
    archive: Archive
    program: str
    told: Told
    again: bool = False


async def back_up(job: Job, at: datetime) -> BackedUp:
    """The ledger at one moment first, then every photo it speaks of: those were kept before it spoke of them. Raises
    DatabaseUnusable, NewerLedger, OSError."""
    await asyncio.to_thread(job.archive.shelf.tidy)
    with tempfile.TemporaryDirectory(prefix=INCOMING, dir=job.archive.shelf.scratch()) as folder:
        file = Path(folder) / LEDGER
        job.told("ledger", 0, 1)
        await take(job.url, file)
        job.told("ledger", 1, 1)
        return await asyncio.to_thread(_keep, job, file, at)


def _keep(job: Job, file: Path, at: datetime) -> BackedUp:
    archive, name = job.archive, job.archive.new_name(at)
    with opened(file) as ledger:
        rows, photos = rows_of(ledger), sum(1 for _ in photos_of(ledger))
        copied, missing = _photos(job, photos_of(ledger), photos)
        manifest = Manifest(
            format=FORMAT,
            program=job.program,
            made_at=at.astimezone(UTC).isoformat(timespec="seconds"),
            database=parse(job.url).get_backend_name(),
            revision=revision_of(ledger),
            ledger_sha256=sha256_of(file),
            ledger_bytes=file.stat().st_size,
            rows=rows,
            photos=photos,
            missing=missing,
        )
    archive.shelf.put(place(name, LEDGER), file)
    archive.shelf.put(place(name, MANIFEST), manifest.encode())
    return BackedUp(name, manifest, copied)


def _photos(job: Job, needed: Iterator[str], total: int) -> tuple[int, list[str]]:
    """How many were copied, and which could not be had."""
    done, copied, missing = 0, 0, list[str]()
    for group, there in _by_beginning(needed, job.archive.photos):
        wanted = group if job.again else [sha256 for sha256 in group if sha256 not in there]
        for sha256, brought in side_by_side(partial(_bring, job, there), wanted):
            copied += brought is True
            missing += [] if brought is not None else [sha256]
        done += len(group)
        job.told("photos", done, total)
    return copied, missing


def _bring(job: Job, there: set[str], sha256: str) -> bool | None:
    """True if it was copied, False if it is there already, None if it can't be had."""
    if sha256 in there and whole(job.archive.photos, sha256) is not None:
        return False
    content = whole(job.media, sha256)
    if content is None:
        return None
    job.archive.photos.put(content, anew=sha256 in there)
    return True


def whole(media: MediaStore, sha256: str) -> bytes | None:
    """The bytes, if they are there and are what their name says. OSError if the place can't be read."""
    try:
        with media.open(sha256) as file:
            content = file.read()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def side_by_side(work: Callable[[str], bool | None], names: Iterable[str]) -> Iterator[tuple[str, bool | None]]:
    """Each name with what came of it: a copy waits for a disk or a server most of the time."""
    names = list(names)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield from zip(names, threads.map(work, names), strict=True)


def _by_beginning(needed: Iterator[str], photos: MediaStore) -> Iterator[tuple[list[str], set[str]]]:
    """What is needed and what is there, by the first two digits: millions of names are never in memory at once."""
    for beginning, group in groupby(needed, key=lambda sha256: sha256[:2]):
        yield list(group), set(photos.kept(beginning))
