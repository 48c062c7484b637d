"""`project-home backup` and `restore`, as a person or a cron job runs them."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.ids import ChatId, MessageId
from storage.files.media import MediaStore, name_of
from storage.files.shelves import open_shelf
from tests import s3
from tests.builders import NOW, a_photo
from tests.cli.conftest import CommandLine, Do

TOKEN = "123456:a-token-that-must-never-be-in-a-backup"


@pytest.fixture
def photo(imported: str, in_ledger: Do[Any]) -> str:
    """A photo in a ledger with the city in it; its SHA-256."""
    sha256 = MediaStore(open_shelf("data/media")).put(b"a picture")

    async def add(uow: Any) -> None:
        people = await uow.people.all()
        media = await uow.evidence.add(a_photo(), people[0].id, ChatId(1), MessageId(1), NOW)
        await uow.evidence.stored(media.id, sha256, None, 9, "image/jpeg")

    in_ledger(add)
    return sha256


def moved(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """From now on the settings name another machine's places."""
    monkeypatch.setenv("PROJECT_HOME_DATABASE_URL", f"sqlite:///{place}/there/ledger.db")
    monkeypatch.setenv("PROJECT_HOME_MEDIA_URL", f"{place}/there/media")


def test_there_and_back(cli: CommandLine, photo: str, place: Path, monkeypatch: pytest.MonkeyPatch):
    """What was done is said, for people and for scripts; the export of both ledgers is the same."""
    first = cli.json("backup", "backups")
    assert (first["photos"], first["copied"], first["missing"]) == (1, 1, [])
    assert "1 photos, 0 of them new" in cli("backup", "backups").stdout
    cli("export", "--format", "json", "--out", "before.json")
    moved(monkeypatch, place)
    back = cli.json("restore", "backups", "--at", first["backup"])
    assert back["rows"] == first["rows"]
    cli("export", "--format", "json", "--out", "after.json")
    assert (place / "before.json").read_bytes() == (place / "after.json").read_bytes()
    assert (place / "there/media" / name_of(photo)).read_bytes() == b"a picture"
    assert "already" in cli.refused("restore", "backups")


def test_the_token_stays_out(cli: CommandLine, photo: str, place: Path, monkeypatch: pytest.MonkeyPatch):
    """A backup may lie about; who has it can't speak as the bot."""
    monkeypatch.setenv("PROJECT_HOME_BOT_TOKEN", TOKEN)
    cli("backup", "backups")
    files = [path for path in (place / "backups").rglob("*") if path.is_file()]
    assert len(files) == 3
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


def test_a_lost_photo_is_told(cli: CommandLine, photo: str, place: Path):
    """The backup is made all the same; the exit code wakes somebody."""
    (place / "data/media" / name_of(photo)).unlink()
    assert photo in cli.refused("backup", "backups")
    assert cli.json("backup", "backups", code=1)["missing"] == [photo]


def test_to_a_bucket(cli: CommandLine, photo: str, place: Path, monkeypatch: pytest.MonkeyPatch):
    """And back from it; a wrong secret is refused in a sentence without it."""
    for name, value in s3.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with s3.server(place / "s3") as address:
        bucket = s3.bucket(address, "backups")
        cli("backup", bucket)
        moved(monkeypatch, place)
        cli("restore", bucket)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "geheim-geheim")
        said = cli.refused("backup", bucket)
    assert "s3://photos/backups" in said
    assert "geheim" not in said
    assert (place / "there/media" / name_of(photo)).is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backup", "ftp://x/y"], "no place for a backup"),
        (["backup", "s3://key:geheim@x/y"], "no place for a backup"),
        (["restore", "nowhere"], "no backup in nowhere"),
    ],
)
def test_refusals(cli: CommandLine, ledger: Path, words: list[str], said: str):
    """In a sentence."""
    answer = cli.refused(*words)
    assert said in answer
    assert "geheim" not in answer


def test_no_ledger(cli: CommandLine, place: Path):
    """Nothing to back up, and nothing is made."""
    assert "isn't there" in cli.refused("backup", "backups")
    assert not (place / "data").exists()
