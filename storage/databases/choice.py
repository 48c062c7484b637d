"""Which of the two a URL speaks of."""

from sqlalchemy import URL

from storage.databases.connection import Database
from storage.databases.embedded import Embedded
from storage.databases.engines import is_sqlite


def database(url: URL, *, guest: bool = False) -> Database:
    """As `storage.databases.engines.parse` gives it."""
    if is_sqlite(url):
        return Embedded(url, guest=guest)
    from storage.databases.server import Server  # noqa: PLC0415 - SQLite goes without its driver

    return Server(url)
