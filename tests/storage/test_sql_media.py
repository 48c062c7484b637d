"""Files by their SHA-256."""

import hashlib
import os
from pathlib import Path

import pytest

from storage.media import MediaStore

PICTURE = b"\xff\xd8" + b"picture" * 50_000
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    """A store whose folder does not exist yet."""
    return MediaStore(tmp_path / "data" / "media")


def test_bytes_are_kept_under_their_digest(media: MediaStore) -> None:
    """And given back as they were."""
    assert not media.has(SHA256)
    assert media.put(PICTURE) == SHA256
    assert media.has(SHA256)
    assert media.path(SHA256).read_bytes() == PICTURE
    with media.open(SHA256) as file:
        assert file.read() == PICTURE


def test_a_file_is_copied(media: MediaStore, tmp_path: Path) -> None:
    """The original stays where it was."""
    original = tmp_path / "download.jpg"
    original.write_bytes(PICTURE)
    assert media.put(original) == SHA256
    assert original.read_bytes() == PICTURE
    assert media.path(SHA256).read_bytes() == PICTURE


def test_the_same_bytes_are_kept_once(media: MediaStore, tmp_path: Path) -> None:
    """Nothing temporary is left, whichever way it went."""
    media.put(PICTURE)
    media.put(PICTURE)
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == [media.path(SHA256)]


def test_a_write_that_fails_leaves_nothing(media: MediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is an error, not half a picture."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    media.put(b"another")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        media.put(PICTURE)
    assert not media.has(SHA256)
    assert not list((tmp_path / "data" / "media").glob("incoming-*"))


def test_bytes_are_on_disk_before_they_have_their_name(media: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, then name, then folder: a power cut can't leave a name without its bytes."""
    media.put(PICTURE[:-1])
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
    media.put(PICTURE)
    assert steps[0] == "file"
    assert steps[-2:] == ["name", "folder"]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, SHA256.upper(), f"{SHA256}\n"])
def test_only_a_digest_is_a_name(media: MediaStore, name: str) -> None:
    """What isn't one can't lead out of the folder."""
    with pytest.raises(ValueError, match="not a SHA-256"):
        media.path(name)
