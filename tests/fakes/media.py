"""Files by their SHA-256, in memory."""

import hashlib
from io import BytesIO
from typing import BinaryIO

from bot.ports import MediaFolder


class FakeMediaFolder:
    """A folder that is a dict. `files` maps a SHA-256 to its bytes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, source: bytes) -> str:
        """Returns the SHA-256 in hexadecimal."""
        sha256 = hashlib.sha256(source).hexdigest()
        self.files[sha256] = source
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        """To read. FileNotFoundError if it isn't kept."""
        if sha256 not in self.files:
            raise FileNotFoundError(sha256)
        return BytesIO(self.files[sha256])


_: MediaFolder = FakeMediaFolder()  # for the type checker
