"""Backup and restore: from each database into each, to a folder and to a bucket; and what is refused."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.domain.ids import ChatId, MessageId
from storage.backups.archive import Archive, BackupUnusable
from storage.backups.backup import BackedUp, Job, back_up
from storage.backups.restore import Restored, Task, restore
from storage.databases.errors import DatabaseUnusable
from storage.files.media import MediaStore, name_of
from storage.files.shelves import open_shelf
from storage.migrate import NewerLedger, current, downgrade, revisions, upgrade
from storage.store import SqlStore
from storage.tables import metadata
from tests import postgres
from tests.builders import NOW, a_city, a_message, a_photo, an_issue, filed

PHOTOS = 12


class Place:
    """A ledger with photos, and a place for its backups."""

    def __init__(self, url: str, media: str, backups: str) -> None:
        self.url, self.media_url, self.backups_url = url, media, backups
        self.media = MediaStore(open_shelf(media))
        self.archive = Archive(open_shelf(backups))
        self.said: list[tuple[str, int, int]] = []

    async def back_up(self, at: datetime = NOW, *, again: bool = False) -> BackedUp:
        job = Job(self.url, self.media, self.archive, "1.0", lambda *said: self.said.append(said), again)
        return await back_up(job, at)

    async def restore(self, url: str, media: str, **more: Any) -> Restored:
        return await restore(Task(self.archive, url, open_shelf(media), lambda *_: None, **more))


async def fill(url: str, media: MediaStore) -> None:
    """The sample city, issues, photos, an outbox, words no database likes."""
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        city = await a_city(uow)
        for number in range(PHOTOS):
            issue = await filed(uow, an_issue(reporter=city.reporter.id, description=f"塔吊 '{number}' \\ \"停了\" 🏗"))
            photo = await uow.evidence.add(
                a_photo(f"photo-{number}"), city.reporter.id, ChatId(4001), MessageId(number), NOW, issue=issue.id
            )
            sha256, clean = media.put(b"original %d" % number), media.put(b"clean %d" % number)
            await uow.evidence.stored(photo.id, sha256, clean, 10, "image/jpeg")
            await uow.outbox.queue(a_message(), NOW)
        await uow.facts.put("note", "第一行\n第二行")
    await store.close()


async def contents(url: str) -> dict[str, list[Any]]:
    """Every row of every table, as the code reads them."""
    store = SqlStore(url)
    await store.open()
    async with store.read() as uow:
        found = {
            table.name: sorted(map(repr, (await uow._connection.execute(select(table))).all()))
            for table in metadata.sorted_tables
        }
    await store.close()
    return found


@pytest.fixture
def fresh_postgres() -> Iterator[str]:
    """A database without tables."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def source(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> str:
    """A ledger with the present schema and no rows, in each database."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copyfile(migrated_file, tmp_path / 'city.db')}"
    url: str = request.getfixturevalue("postgres_url")
    postgres.empty(url)
    return url


@pytest.fixture
async def ledger(source: str, tmp_path: Path) -> Place:
    """It, filled; its photos and backups are in folders."""
    place = Place(source, str(tmp_path / "media"), str(tmp_path / "backups"))
    await fill(source, place.media)
    return place


@pytest.fixture
async def on_sqlite(tmp_path: Path, migrated_file: Path) -> Place:
    """The same on SQLite alone, for what does not depend on the database."""
    url = f"sqlite:///{shutil.copyfile(migrated_file, tmp_path / 'city.db')}"
    place = Place(url, str(tmp_path / "media"), str(tmp_path / "backups"))
    await fill(url, place.media)
    return place


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place for a ledger in each database; the file's folder does not exist yet."""
    return (
        f"sqlite:///{tmp_path}/new/back.db" if request.param == "sqlite" else request.getfixturevalue("fresh_postgres")
    )


async def test_everything_comes_back(ledger: Place, target: str, tmp_path: Path) -> None:
    """From either database into either: each row as it was, each photo by its SHA-256, and the next number goes on."""
    made = await ledger.back_up()
    back = await ledger.restore(target, str(tmp_path / "back"))
    assert await contents(target) == await contents(ledger.url)
    assert back.photos == made.manifest.photos == made.copied == 2 * PHOTOS
    media = MediaStore(open_shelf(str(tmp_path / "back")))
    assert set(media.kept()) == set(ledger.media.kept())
    store = SqlStore(target)
    await store.open()
    async with store.begin() as uow:
        reporter = (await uow.people.all())[0].id
        issue = await filed(uow, an_issue(reporter=reporter))
        assert issue.number == f"XM-2026-{PHOTOS + 1:04d}"
    await store.close()


async def test_a_backup_in_a_bucket(ledger: Place, s3_url: str, tmp_path: Path) -> None:
    """Photos and backups in an object store, restored from there."""
    away = Place(ledger.url, str(ledger.media_url), s3_url)
    await away.back_up()
    target = f"sqlite:///{tmp_path}/new/back.db"
    await away.restore(target, s3_url.replace("?", "-media?"))
    assert await contents(target) == await contents(ledger.url)
    assert set(MediaStore(open_shelf(s3_url.replace("?", "-media?"))).kept()) == set(ledger.media.kept())


async def test_photos_are_copied_once(on_sqlite: Place) -> None:
    """The second backup brings only what is new; both can be restored."""
    first = await on_sqlite.back_up()
    await add_photo(on_sqlite, b"one more")
    second = await on_sqlite.back_up()
    assert (first.copied, second.copied) == (2 * PHOTOS, 1)
    assert first.name < second.name
    assert on_sqlite.archive.backups() == [first.name, second.name]


async def add_photo(place: Place, content: bytes) -> str:
    """One more file the ledger speaks of."""
    sha256 = place.media.put(content)
    store = SqlStore(place.url)
    await store.open()
    async with store.begin() as uow:
        people = await uow.people.all()
        photo = await uow.evidence.add(a_photo(sha256), people[0].id, ChatId(1), MessageId(99), NOW)
        await uow.evidence.stored(photo.id, sha256, None, 1, "x")
    await store.close()
    return sha256


async def test_a_backup_is_of_one_moment(ledger: Place, tmp_path: Path) -> None:
    """While somebody writes: what is half written is not in it, and the writer isn't held up."""
    store = SqlStore(ledger.url)
    await store.open()
    async with store.begin() as uow:
        await uow.facts.put("note", "half")
        made = await ledger.back_up()
        await uow.facts.put("other", "half")
    await store.close()
    assert made.manifest.rows["facts"] == 1
    await ledger.restore(f"sqlite:///{tmp_path}/new/back.db", str(tmp_path / "back"))
    assert "half" not in str((await contents(f"sqlite:///{tmp_path}/new/back.db"))["facts"])


async def test_what_was_erased_is_not_in_it(on_sqlite: Place, tmp_path: Path) -> None:
    """Nor in free pages of the file."""
    store = SqlStore(on_sqlite.url)
    await store.open()
    async with store.begin() as uow:
        await uow.facts.put("secret", "GEHEIM" * 5000)
    async with store.begin() as uow:
        await uow._connection.execute(text("DELETE FROM facts WHERE name = 'secret'"))
    await on_sqlite.back_up()
    await store.close()
    assert not [path for path in (tmp_path / "backups").rglob("*") if path.is_file() and b"GEHEIM" in path.read_bytes()]


async def test_a_photo_that_is_lost(on_sqlite: Place, tmp_path: Path) -> None:
    """Makes the backup no less: it is named, and a restore goes on without it and names it too."""
    lost, broken = sorted(on_sqlite.media.kept())[:2]
    (tmp_path / "media" / name_of(lost)).unlink()
    (tmp_path / "media" / name_of(broken)).write_bytes(b"rot")
    made = await on_sqlite.back_up()
    assert made.manifest.missing == [lost, broken]
    back = await on_sqlite.restore(f"sqlite:///{tmp_path}/new/back.db", str(tmp_path / "back"))
    assert back.missing == [lost, broken]


async def test_verify_mends_what_rots_in_the_backup(on_sqlite: Place, tmp_path: Path) -> None:
    """A plain backup trusts what it brought before; with --verify it is read again and replaced."""
    await on_sqlite.back_up()
    rotten = min(on_sqlite.media.kept())
    path = tmp_path / "backups" / "photos" / name_of(rotten)
    path.write_bytes(b"rot")
    assert (await on_sqlite.back_up()).copied == 0
    assert (await on_sqlite.back_up(again=True)).copied == 1
    assert hashlib.sha256(path.read_bytes()).hexdigest() == rotten


async def refused(place: Place, tmp_path: Path, url: str | None = None, media: str | None = None, **more: Any) -> str:
    """Why it isn't restored; nothing is there after."""
    with pytest.raises((BackupUnusable, NewerLedger)) as error:
        await place.restore(url or f"sqlite:///{tmp_path}/new/back.db", media or str(tmp_path / "back"), **more)
    assert not (tmp_path / "new" / "back.db").exists()
    return str(error.value)


async def test_a_damaged_backup_is_refused(on_sqlite: Place, tmp_path: Path) -> None:
    """A photo that is gone or changed, a ledger with a flipped bit, one that is cut short, no manifest: each is said, and what
    can be done. With --despite-damage the ledger comes back without the photo."""
    name = (await on_sqlite.back_up()).name
    folder = tmp_path / "backups"
    photo = folder / "photos" / name_of(min(on_sqlite.media.kept()))
    kept = photo.read_bytes()
    photo.write_bytes(b"rot")
    assert "damaged in the backup" in await refused(on_sqlite, tmp_path)
    back = await on_sqlite.restore(f"sqlite:///{tmp_path}/despite/a.db", str(tmp_path / "despite/media"), despite=True)
    assert back.missing == [min(on_sqlite.media.kept())]
    photo.write_bytes(kept)
    ledger = folder / "ledgers" / name / "ledger.db"
    whole = ledger.read_bytes()
    for content in (whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:], whole[: len(whole) // 2], b""):
        ledger.write_bytes(content)
        assert "checksum" in await refused(on_sqlite, tmp_path)
    ledger.write_bytes(whole)
    (folder / "ledgers" / name / "manifest.json").write_text("{")
    assert "manifest" in await refused(on_sqlite, tmp_path)
    (folder / "ledgers" / name / "manifest.json").unlink()
    assert "no backup" in await refused(on_sqlite, tmp_path)


async def test_a_ledger_that_lies_is_refused(on_sqlite: Place, tmp_path: Path) -> None:
    """The checksum is right, but a reference leads nowhere, or rows are gone."""
    name = (await on_sqlite.back_up()).name
    folder = tmp_path / "backups" / "ledgers" / name
    manifest = json.loads((folder / "manifest.json").read_text())
    for statement, said in (("DELETE FROM people", "refers to"), ("DELETE FROM facts", "rows")):
        whole = (folder / "ledger.db").read_bytes()
        with sqlite3.connect(folder / "ledger.db") as file:
            file.execute(statement)
        file.close()
        changed = {"ledger_sha256": hashlib.sha256((folder / "ledger.db").read_bytes()).hexdigest()}
        (folder / "manifest.json").write_text(json.dumps(manifest | changed))
        assert said in await refused(on_sqlite, tmp_path)
        (folder / "ledger.db").write_bytes(whole)


async def test_nothing_is_written_over(ledger: Place, tmp_path: Path) -> None:
    """A ledger that is there, a write-ahead log left of one, a database with rows, a place with photos."""
    await ledger.back_up()
    with pytest.raises(BackupUnusable, match="already"):
        await ledger.restore(ledger.url, str(tmp_path / "back"))
    assert not (tmp_path / "back").exists()
    (tmp_path / "new").mkdir()
    (tmp_path / "new/back.db-wal").write_bytes(b"of an older one")
    assert "back.db-wal" in await refused(ledger, tmp_path)
    (tmp_path / "new/back.db-wal").unlink()
    assert "not empty" in await refused(ledger, tmp_path, media=ledger.media_url)
    await ledger.restore(f"sqlite:///{tmp_path}/new/back.db", ledger.media_url, reuse=True)


async def test_a_restore_that_was_cut_off_goes_on(
    on_sqlite: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same backup into the same place: photos that are there already are looked at, and the ledger comes last."""
    await on_sqlite.back_up()
    later = await on_sqlite.back_up()

    async def cut(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("storage.backups.restore._place", cut)
        with pytest.raises(KeyboardInterrupt):
            await on_sqlite.restore(f"sqlite:///{tmp_path}/new/back.db", str(tmp_path / "back"))
    (tmp_path / "new" / "restoring-killed").mkdir()
    earlier = on_sqlite.archive.backups()[0]
    assert "not empty" in await refused(on_sqlite, tmp_path, name=earlier)
    back = await on_sqlite.restore(f"sqlite:///{tmp_path}/new/back.db", str(tmp_path / "back"))
    assert back.name == later.name
    assert set(open_shelf(str(tmp_path / "back")).names()) == {name_of(sha256) for sha256 in on_sqlite.media.kept()}
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["back.db", "back.db.lock"]


async def test_an_older_backup_is_brought_up_to_date(ledger: Place, target: str, tmp_path: Path) -> None:
    """Backed up by a program of a while ago; one of a later program is refused."""
    older = revisions()[-2]
    await downgrade(ledger.url, older)
    made = await ledger.back_up()
    assert made.manifest.revision == older
    await upgrade(ledger.url)
    await ledger.restore(target, str(tmp_path / "back"))
    assert await current(target) == revisions()[-1]
    restored, kept = await contents(target), await contents(ledger.url)
    for table in ("people", "media", "outbox", "facts"):
        assert restored[table] == kept[table]
    assert len(restored["issues"]) == len(restored["history"]) == PHOTOS


async def test_a_newer_backup_is_refused(on_sqlite: Place, tmp_path: Path) -> None:
    """It may hold what this program knows nothing of."""
    name = (await on_sqlite.back_up()).name
    path = tmp_path / "backups" / "ledgers" / name / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"revision": "9999_future"}))
    assert "later version" in await refused(on_sqlite, tmp_path)
    path.write_text(json.dumps(manifest | {"format": 99}))
    assert "later version" in await refused(on_sqlite, tmp_path)


async def test_there_must_be_a_ledger(tmp_path: Path) -> None:
    """Nothing is made where there is none."""
    with pytest.raises(DatabaseUnusable, match="isn't there"):
        await Place(f"sqlite:///{tmp_path}/no.db", str(tmp_path / "m"), str(tmp_path / "b")).back_up()
    assert not (tmp_path / "no.db").exists()


async def test_backups_at_once(on_sqlite: Place) -> None:
    """Two of the same second have two names."""
    await asyncio.gather(on_sqlite.back_up(), on_sqlite.back_up(NOW.replace(second=1)))
    third = await on_sqlite.back_up()
    assert len(set(on_sqlite.archive.backups())) == 3
    assert third.name.endswith(".2")
