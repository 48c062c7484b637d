"""Both media folders, the fake one and the real: bytes under their SHA-256."""

import hashlib
from pathlib import Path

import pytest

from bot.ports import MediaFolder
from storage.media import MediaStore
from tests.fakes import FakeMediaFolder

PICTURE = b"\xff\xd8picture\x00" * 1000


@pytest.fixture(params=["fake", "disk"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> MediaFolder:
    """Each folder in turn, empty."""
    return FakeMediaFolder() if request.param == "fake" else MediaStore(tmp_path)


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
