"""Where photos are kept, the fake one and the real ones: bytes under their SHA-256."""

import hashlib
from pathlib import Path

import pytest

from bot.ports import MediaFolder
from storage.files.media import MediaStore, name_of
from storage.files.shelves import Folder, open_shelf
from tests.fakes import FakeMediaFolder

PICTURE = b"\xff\xd8picture\x00" * 1000
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture(params=["fake", "disk", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> MediaFolder:
    """Each in turn, empty."""
    if request.param == "fake":
        return FakeMediaFolder()
    return MediaStore(open_shelf(str(tmp_path) if request.param == "disk" else request.getfixturevalue("s3_url")))


@pytest.mark.parametrize("content", [PICTURE, b""], ids=["picture", "nothing"])
def test_bytes_come_back_under_their_digest(folder: MediaFolder, content: bytes) -> None:
    """As they were, as often as one likes; put twice they are the same."""
    sha256 = hashlib.sha256(content).hexdigest()
    assert folder.put(content) == folder.put(content) == sha256
    for _ in range(2):
        with folder.open(sha256) as file:
            assert file.read() == content


def test_what_is_not_kept(folder: MediaFolder) -> None:
    """Is said to be missing."""
    folder.put(PICTURE)
    with pytest.raises(FileNotFoundError):
        folder.open("0" * 64)


def test_what_there_is(shelf_url: str) -> None:
    """Is told, all or by the first two digits; what somebody else put there is not ours."""
    shelf = open_shelf(shelf_url)
    media = MediaStore(shelf)
    kept = {media.put(b"%d" % number) for number in range(20)}
    shelf.put("ab/readme.txt", b"not ours")
    assert set(media.kept()) == kept
    first = min(kept)
    assert set(media.kept(first[:2])) == {sha256 for sha256 in kept if sha256[:2] == first[:2]}


def test_the_same_bytes_are_written_once(tmp_path: Path) -> None:
    """A picture everybody forwards costs nothing."""
    media = MediaStore(Folder(tmp_path))
    media.put(PICTURE)
    before = (tmp_path / name_of(SHA256)).stat().st_ino
    media.put(PICTURE)
    assert (tmp_path / name_of(SHA256)).stat().st_ino == before


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, SHA256.upper(), f"{SHA256}\n"])
def test_only_a_digest_is_a_name(tmp_path: Path, name: str) -> None:
    """What isn't one can't lead out of the folder."""
    with pytest.raises(ValueError, match="not a SHA-256"):
        MediaStore(Folder(tmp_path)).open(name)
