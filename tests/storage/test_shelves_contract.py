"""A folder and an S3 server: both keep files by name, whole or not at all."""

import os
import socket
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from storage.files.objects import Objects
from storage.files.shelves import Folder, Shelf, open_shelf
from tests import s3

PICTURE = b"\xff\xd8" + b"picture" * 50_000


@pytest.fixture
def shelf(shelf_url: str) -> Shelf:
    """Each kind in turn, empty."""
    return open_shelf(shelf_url)


@pytest.mark.parametrize("content", [PICTURE, b""], ids=["picture", "nothing"])
def test_what_was_put_is_there(shelf: Shelf, content: bytes) -> None:
    """As it was, as often as one likes."""
    assert not shelf.has("ab/cd")
    shelf.put("ab/cd", content)
    assert shelf.has("ab/cd")
    for _ in range(2):
        with shelf.open("ab/cd") as file:
            assert file.read() == content


def test_a_file_is_copied(shelf: Shelf, tmp_path: Path) -> None:
    """One too big to be sent in one piece; the original stays where it was."""
    original = tmp_path / "ledger.db"
    original.write_bytes(os.urandom(12 << 20))
    shelf.put("ledger.db", original)
    with shelf.open("ledger.db") as file:
        assert file.read() == original.read_bytes()
    shelf.copy_to("ledger.db", tmp_path / "back.db")
    assert (tmp_path / "back.db").read_bytes() == original.read_bytes()
    with pytest.raises(FileNotFoundError):
        shelf.copy_to("absent.db", tmp_path / "none.db")


def test_the_last_one_stands(shelf: Shelf) -> None:
    """A name is taken over, in one step."""
    shelf.put("manifest", b"old, and longer")
    shelf.put("manifest", b"new")
    with shelf.open("manifest") as file:
        assert file.read() == b"new"


def test_names_are_listed(shelf: Shelf) -> None:
    """All, or those inside a folder; of a folder that isn't there, none."""
    assert list(shelf.names()) == []
    for name in ("ab/1", "ab/2", "abc/3", "top"):
        shelf.put(name, b"x")
    assert sorted(shelf.names()) == ["ab/1", "ab/2", "abc/3", "top"]
    assert sorted(shelf.names("ab")) == ["ab/1", "ab/2"]
    assert list(shelf.names("zz")) == []


def test_what_is_removed_is_gone(shelf: Shelf) -> None:
    """Once or twice."""
    shelf.put("ab/cd", b"x")
    for _ in range(2):
        shelf.remove("ab/cd")
        assert not shelf.has("ab/cd")
    with pytest.raises(FileNotFoundError):
        shelf.open("ab/cd")


def test_its_name_can_be_shown(shelf: Shelf, shelf_url: str) -> None:
    """As people wrote it."""
    assert str(shelf) == shelf_url.partition("?")[0]


def test_a_wrong_secret_is_refused(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the server, which checks the signature; the sentence is one line and names the place, not the secret."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    with pytest.raises(PermissionError, match="403") as refused:
        open_shelf(s3_url).put("ab/cd", b"x")
    assert s3.BUCKET in str(refused.value)
    assert "another-secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_bucket_that_is_not_there(s3_server: str, s3_url: str) -> None:
    """Is an OSError, like all that can go wrong with a disk."""
    with pytest.raises(OSError, match="nowhere"):
        Objects(f"s3://nowhere?endpoint={s3_server}").put("ab/cd", b"x")


def test_an_address_that_says_too_little() -> None:
    """What the library has to say about it, in one line."""
    with pytest.raises(OSError, match="Account must be specified"):
        open_shelf("az://container/photos")


def test_a_server_that_is_not_there(s3_url: str) -> None:
    """Is known as such within seconds."""
    started = time.monotonic()
    with pytest.raises(OSError, match=r"127\.0\.0\.1:1"):
        Objects(f"s3://{s3.BUCKET}?endpoint=http://127.0.0.1:1").put("ab/cd", b"x")
    assert time.monotonic() - started < 10


def test_a_server_that_never_answers(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds nobody for ever."""
    monkeypatch.setattr("storage.files.objects._WHOLE", timedelta(seconds=1))
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        place = Objects(f"s3://{s3.BUCKET}?endpoint=http://127.0.0.1:{deaf.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(OSError, match=r"127\.0\.0\.1"):
            place.has("ab/cd")
        assert time.monotonic() - started < 10


def test_many_at_once(shelf: Shelf) -> None:
    """From several threads, the same name too."""
    failed: list[BaseException] = []

    def put(number: int) -> None:
        try:
            shelf.put(f"ab/{number % 5}", PICTURE)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for name in shelf.names("ab"):
        with shelf.open(name) as file:
            assert file.read() == PICTURE
    # the tests' S3 server may list a name twice that was just put twice at once
    assert set(shelf.names()) == {f"ab/{number}" for number in range(5)}


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is an error, not half a picture."""
    folder = Folder(tmp_path / "shelf")
    folder.put("ab/other", b"another")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        folder.put("ab/cd", PICTURE)
    assert not folder.has("ab/cd")
    assert [path.name for path in (tmp_path / "shelf").rglob("*") if path.is_file()] == ["other"]


def test_bytes_are_on_disk_before_they_have_their_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folder above, file, then name, then folder: a power cut can't leave a name without its bytes, nor lose the name."""
    steps: list[str] = []
    sync, move = os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        steps.append("file" if os.path.isfile(f"/proc/self/fd/{descriptor}") else "folder")
        sync(descriptor)

    def note_move(path: Path, target: Path) -> Path:
        steps.append("name")
        return move(path, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_move)
    Folder(tmp_path / "new").put("ab/cd", PICTURE)
    assert steps == ["folder", "folder", "file", "name", "folder"]


def test_leftovers_are_cleared(tmp_path: Path) -> None:
    """What a kill left of a write; not what somebody is writing now. They are never taken for files."""
    folder = Folder(tmp_path)
    folder.put("ab/cd", b"x")
    old, new = tmp_path / "incoming-old", tmp_path / "incoming-new"
    for path in (old, new):
        path.write_bytes(PICTURE[:100])
    os.utime(old, (0, 0))
    assert list(folder.names()) == ["ab/cd"]
    folder.tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ab", "incoming-new"]
