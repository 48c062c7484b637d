"""The chain of seals: each line of history and of the journal is sealed, in the order of commits, over the seal before.

Sealing is the last thing a transaction does: nobody waits for another's seal longer than a commit takes. The number of a seal
is the lock: of two transactions that want the same one, the second waits for the first's commit, inserts nothing, looks again.
One statement as a rule; two more where somebody else sealed since.

The format of what is hashed is fixed for good: old seals are verified by it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, cast, func, insert, select

from bot.ports import StoreUnavailable
from storage.databases.connection import Connection
from storage.databases.dialect import SEAL_LOCK, insert_into, is_postgres
from storage.tables import seals
from storage.tables.base import clean

START = "0" * 64  # the hash before the first
TRIES = 50
_HOUSEKEEPING = frozenset({"id", "asks", "asked_until", "former_description", "salt"})  # of no weight to anybody


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal. As text `SEQ:HASH`, to be kept outside."""

    seq: int = 0
    hash: str = START

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Raises ValueError."""
        seq, _, hash_ = text.strip().partition(":")
        if len(hash_) != len(START) or set(hash_) - set("0123456789abcdef"):
            raise ValueError(text)
        return cls(int(seq), hash_)


@dataclass(slots=True)
class Known:
    """The head as this process saw it last; may be out of date."""

    head: Head = field(default_factory=Head)


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A line just written. `column` is 'line' or 'entry'."""

    column: str
    id: int
    digest: str


class Trail:
    """What one transaction wrote and has not sealed yet."""

    def __init__(self, connection: Connection, known: Known) -> None:
        self._connection = connection
        self._known = known
        self._lines: list[Unsealed] = []

    def add(self, line: Unsealed) -> None:
        """To be sealed at the end."""
        self._lines.append(line)

    def mark(self) -> int:
        """For `back_to`."""
        return len(self._lines)

    def back_to(self, mark: int) -> None:
        """What came after was rolled back."""
        del self._lines[mark:]

    async def seal(self) -> None:
        """Seal all that was written. Raises StoreUnavailable if others are always faster."""
        if not self._lines:
            return
        for _ in range(TRIES):
            rows = chained(self._known.head, self._lines)
            if await self._first(rows[0]):
                break
            await self._stand_in_line()
            self._known.head = await head_of(self._connection)
        else:
            raise StoreUnavailable("others seal all the time")
        if len(rows) > 1:
            await self._connection.execute(insert(seals), rows[1:])
        self._known.head = Head(rows[-1]["seq"], rows[-1]["hash"])
        self._lines.clear()

    async def _stand_in_line(self) -> None:
        """Whoever found somebody else before them waits their turn, until they commit: many at once would try in vain."""
        if is_postgres(self._connection):
            await self._connection.execute(SEAL_LOCK)

    async def _first(self, row: Mapping[str, Any]) -> bool:
        """True if the seal before is the one we chained it to, and nobody took this one's number meanwhile."""
        values = {**row, "before": row["seq"] - 1, "wanted": row["seq"], "previous": self._known.head.hash}
        return (await self._connection.execute(_FIRST[is_postgres(self._connection)], values)).rowcount == 1


def chained(head: Head, lines: Sequence[Unsealed]) -> list[dict[str, Any]]:
    """The rows that seal these lines after `head`."""
    rows: list[dict[str, Any]] = []
    for line in lines:
        head = Head(head.seq + 1, sha256(head.hash, line.column, str(line.id), line.digest))
        rows.append({"seq": head.seq, "line": None, "entry": None, "hash": head.hash} | {line.column: line.id})
    return rows


async def head_of(connection: Connection) -> Head:
    """The newest seal."""
    row = (await connection.execute(_HEAD)).first()
    return Head() if row is None else Head(row.seq, row.hash)


def sha256(*parts: str) -> str:
    """In hexadecimal, of parts that can't run into each other."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "ignore")).hexdigest()


def digest_of(row: Mapping[str, Any]) -> str:
    """Of a row of history or of the journal, as it was written or as it is read; null says nothing, as in a later column."""
    return sha256(_canonical({name: value for name, value in row.items() if name != "id" and value is not None}))


def state_of(row: Mapping[str, Any], salt: str) -> str:
    """Of an issue's row: what it was after a line. What is not set counts for nothing, so that a later column does not
    change it; with the salt gone nobody can try out what the erased words were."""
    told = {name: value for name, value in row.items() if value and name not in _HOUSEKEEPING}
    return sha256(salt, _canonical(told))


def words_digest(salt: str, text: str) -> str:
    """Of a person's words."""
    return hashlib.sha256((salt + clean(text)).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """As JSON on either side of the database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bool):
        return int(value)  # SQLite knows no other
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, Mapping):
        return {clean(str(name)): _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


_HEAD = select(seals.c.seq, seals.c.hash).order_by(seals.c.seq.desc()).limit(1)


def _first(*, postgres: bool) -> Any:
    before = seals.alias("before")
    names = ("seq", "line", "entry", "hash")
    given = [cast(bindparam(name, type_=seals.c[name].type), seals.c[name].type) for name in names]
    found = select(before.c.hash).where(before.c.seq == bindparam("before", type_=BigInteger)).scalar_subquery()
    linked = func.coalesce(found, START) == bindparam("previous", type_=Text)
    free = ~select(before.c.seq).where(before.c.seq == bindparam("wanted", type_=BigInteger)).exists()
    row = select(*given).where(linked, free)
    return insert_into(seals, postgres=postgres).from_select(names, row).on_conflict_do_nothing()


_FIRST = {postgres: _first(postgres=postgres) for postgres in (False, True)}
