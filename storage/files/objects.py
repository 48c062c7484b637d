"""An object store as a shelf: S3 and what speaks like it (s3://bucket/prefix), also Google's (gs://) and Azure's (az://).

Credentials are not ours to keep: the usual AWS_*, GOOGLE_* or AZURE_* variables, or what the machine itself is granted.
`?endpoint=https://…` names a server of one's own, `&region=…` its region.
"""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Unpack, cast
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import from_url

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

_CONNECT, _WHOLE, _HOURS = timedelta(seconds=5), timedelta(seconds=30), timedelta(hours=6)
_TRIES = 3
_PART = 1 << 20  # bytes of a big object in memory at once
_HOME = "us-east-1"  # what servers of one's own take for theirs unless told otherwise


class Objects:
    """A bucket, or what begins with a prefix in it. An object appears whole or not at all."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._place = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.scheme == "s3":
            options.setdefault("region", os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or _HOME)
        self._store = self._opened(options, timeout=_WHOLE)
        self._patient = self._opened(options, timeout=_HOURS, read_timeout=_WHOLE)

    def _opened(self, options: Mapping[str, str], **timeouts: "Unpack[ClientConfig]") -> "S3Store":
        client: ClientConfig = {
            "allow_http": options.get("endpoint", "").startswith("http://"),
            "connect_timeout": _CONNECT,
            **timeouts,
        }
        retries: RetryConfig = {"max_retries": _TRIES - 1, "retry_timeout": _WHOLE}
        config = cast("S3Config", dict(options))  # the other stores' options have the same names
        with self._understandable(""):
            found = from_url(self._place, config=config, client_options=client, retry_config=retries)
        return cast("S3Store", found)

    def __str__(self) -> str:
        return self._place

    def put(self, name: str, source: bytes | Path) -> None:
        """See Shelf. What is big goes in parts, one or two at a time: on a slow line each has to arrive before it is given up."""
        with self._understandable(name):
            obstore.put(self._store, name, source, max_concurrency=2 if isinstance(source, Path) else 1)

    def open(self, name: str) -> BinaryIO:
        """See Shelf. All of it is in memory."""
        with self._understandable(name):
            return BytesIO(obstore.get(self._store, name).bytes().to_bytes())

    def copy_to(self, name: str, target: Path) -> None:
        """See Shelf. As long as it takes, if only it does not stand still."""
        with self._understandable(name), target.open("wb") as file:
            for part in obstore.get(self._patient, name).stream(min_chunk_size=_PART):
                file.write(part)

    def has(self, name: str) -> bool:
        """See Shelf."""
        try:
            with self._understandable(name):
                obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        return True

    def names(self, folder: str = "") -> Iterator[str]:
        """See Shelf."""
        with self._understandable(folder):
            for some in obstore.list(self._store, prefix=folder or None):
                yield from (found["path"] for found in some)

    def remove(self, name: str) -> None:
        """See Shelf."""
        with self._understandable(name):
            obstore.delete(self._store, name)

    def tidy(self) -> None:
        """See Shelf. The store's own rules clear away uploads that were cut off."""

    def scratch(self) -> Path | None:
        """See Shelf."""
        return None

    @contextmanager
    def _understandable(self, name: str) -> Iterator[None]:
        """The library's errors as OSErrors of one line: the rest of theirs is for its own authors."""
        try:
            yield
        except FileNotFoundError:
            raise FileNotFoundError(
                errno.ENOENT, "there is no such object, or no such bucket", f"{self._place}/{name}"
            ) from None
        except (BaseError, OSError) as error:
            denied = isinstance(error, PermissionDeniedError | UnauthenticatedError)
            said = str(error).partition("\n")[0]
            raise OSError(errno.EACCES if denied else errno.EIO, said, f"{self._place}/{name}") from None
