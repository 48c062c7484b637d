"""Put a backup back: into an empty place only, and only what is whole."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from storage.backups.archive import LEDGER, Archive, BackupUnusable, Manifest, place
from storage.backups.backup import Told, side_by_side, whole
from storage.backups.snapshots import opened, photos_of, rows_of, sha256_of, trouble_in
from storage.backups.transfer import copy_in, rows_in
from storage.databases.alone import alone
from storage.databases.engines import file_of, is_sqlite, parse
from storage.files.media import MediaStore
from storage.files.shelves import Shelf, sync
from storage.migrate import current, known, upgrade

_MARK = "restoring"  # on the media shelf while a restore is under way: one that was cut off may go on
_WORK = "restoring-"  # beside the ledger
_SHOWN = 5
_BATCH = 256  # photos between two reports


@dataclass(frozen=True, slots=True)
class Restored:
    """`photos`: how many the ledger speaks of; `missing`: those of them that were not in the backup, or damaged there."""

    name: str
    manifest: Manifest
    photos: int
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Task:
    """What to put where. `name`: None for the newest backup. `reuse`: the media place may hold photos already. `despite`: put
    back what can be put back even if photos are damaged."""

    archive: Archive
    url: str
    shelf: Shelf
    told: Told
    name: str | None = None
    reuse: bool = False
    despite: bool = False


async def restore(task: Task) -> Restored:
    """Photos first, the ledger last: where there is a ledger, the restore was whole. Raises BackupUnusable, NewerLedger,
    DatabaseUnusable, FileInUse, OSError."""
    name, manifest = await asyncio.to_thread(_chosen, task)
    parsed = parse(task.url)
    if is_sqlite(parsed):
        file_of(parsed).parent.mkdir(parents=True, exist_ok=True)
    with alone(task.url):
        await _see_that_there_is_room(task, name)
        with _workplace(task.url) as folder:
            file = folder / LEDGER
            await asyncio.to_thread(_fetch, task, name, manifest, file)
            photos, missing = await asyncio.to_thread(_photos, task, name, manifest, file)
            await _place(file, task.url, manifest.revision)
        await asyncio.to_thread(task.shelf.remove, _MARK)
    return Restored(name, manifest, photos, missing)


def _chosen(task: Task) -> tuple[str, Manifest]:
    names = task.archive.backups()
    if not names:
        raise BackupUnusable(f"There is no backup in {task.archive}.")
    name = task.name or names[-1]
    if name not in names:
        raise BackupUnusable(f"There is no backup {name} in {task.archive}; there are: {', '.join(names[-_SHOWN:])}.")
    manifest = task.archive.manifest(name)
    known(manifest.revision)
    return name, manifest


async def _see_that_there_is_room(task: Task, name: str) -> None:
    """Nothing of anybody's is written over."""
    parsed = parse(task.url)
    if is_sqlite(parsed):
        path = file_of(parsed)
        for there in (path, Path(f"{path}-wal"), Path(f"{path}-journal")):
            if there.exists():
                raise BackupUnusable(
                    f"{there} is there already. Move it away, or set PROJECT_HOME_DATABASE_URL to another."
                )
    elif await rows_in(task.url):
        where = parsed.render_as_string(hide_password=True)
        raise BackupUnusable(f"{where} holds rows already. Set PROJECT_HOME_DATABASE_URL to an empty database.")
    if not task.reuse:
        await asyncio.to_thread(_see_that_no_photo_is_there, task.shelf, name)


def _see_that_no_photo_is_there(shelf: Shelf, name: str) -> None:
    if shelf.has(_MARK):
        with shelf.open(_MARK) as mark:
            if mark.read() == name.encode():
                return  # of this very restore, cut off
    if next(shelf.names(), None) is not None:
        raise BackupUnusable(
            f"{shelf} is not empty. Set PROJECT_HOME_MEDIA_URL to another place; or, if these are this ledger's photos and are to"
            " stay, say --reuse-photos."
        )


@contextmanager
def _workplace(url: str) -> Iterator[Path]:
    """Beside the ledger's place, so that it gets there in one step."""
    parsed = parse(url)
    beside = file_of(parsed).parent if is_sqlite(parsed) else None
    if beside is not None:  # we are alone here: what is there was left by a restore that was killed
        for left in beside.glob(f"{_WORK}*"):
            shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_WORK, dir=beside) as folder:
        yield Path(folder)


def _fetch(task: Task, name: str, manifest: Manifest, file: Path) -> None:
    """The ledger's file, looked at from all sides."""
    task.told("ledger", 0, 1)
    task.archive.shelf.copy_to(place(name, LEDGER), file)
    if sha256_of(file) != manifest.ledger_sha256:
        raise BackupUnusable(
            f"The ledger of {name} is not what was backed up: its checksum differs. Take another backup (--at)."
        )
    with opened(file) as ledger:
        if trouble := trouble_in(ledger):
            raise BackupUnusable(f"The ledger of {name} is damaged: {trouble}. Take another backup (--at).")
        if rows_of(ledger) != manifest.rows:
            raise BackupUnusable(
                f"The ledger of {name} has not the rows its manifest tells of. Take another backup (--at)."
            )
    task.told("ledger", 1, 1)


def _photos(task: Task, name: str, manifest: Manifest, file: Path) -> tuple[int, list[str]]:
    """Each one checked on its way. How many there are, and which could not be had."""
    task.shelf.put(_MARK, name.encode())
    media, done, damaged = MediaStore(task.shelf), 0, list[str]()
    with opened(file) as ledger:
        needed = photos_of(ledger)
        while batch := list(islice(needed, _BATCH)):
            for sha256, brought in side_by_side(partial(_bring, task, media), batch):
                damaged += [] if brought else [sha256]
            done += len(batch)
            task.told("photos", done, manifest.photos)
    unexpected = [sha256 for sha256 in damaged if sha256 not in set(manifest.missing)]
    if unexpected and not task.despite:
        raise BackupUnusable(
            f"{len(unexpected)} photos of {name} are missing or damaged in the backup ({', '.join(unexpected[:_SHOWN])}…)."
            " Take another backup (--at), or say --despite-damage to go on without them."
        )
    return done, damaged


def _bring(task: Task, media: MediaStore, sha256: str) -> bool:
    """It is there now. What was there before is looked at too."""
    if media.has(sha256) and whole(media, sha256) is not None:
        return True
    content = whole(task.archive.photos, sha256)
    if content is not None:
        media.put(content, anew=True)
    return content is not None


async def _place(file: Path, url: str, revision: str) -> None:
    """The ledger, brought up to date, in its place."""
    if not is_sqlite(parse(url)):
        await _into_server(file, url, revision)
        return
    await upgrade(f"sqlite:///{file}")
    await asyncio.to_thread(_settle, file, file_of(parse(url)))


async def _into_server(file: Path, url: str, revision: str) -> None:
    """Rows go into a schema of their own time, which then comes up to date with them in it."""
    if (present := await current(url)) not in {None, revision}:
        raise BackupUnusable(
            f"The database's tables are at {present}, the backup's at {revision}: name a database without tables."
        )
    await upgrade(url, revision)
    await copy_in(file, url)
    await upgrade(url)


def _settle(file: Path, final: Path) -> None:
    """On disk before it has its name, and its name on disk before anybody is told."""
    sync(file)
    file.replace(final)
    sync(final.parent)
