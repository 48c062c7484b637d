"""`audit verify`: is the past as it was written? Reads every line as it lies in the database, whatever somebody made of it."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, Dialect, select, type_coerce
from sqlalchemy.types import NullType

from bot.domain.issue import NUMBER
from bot.domain.journal import Event
from storage.chain.trail import START, Head, digest_of, head_of, sha256, state_of, words_digest
from storage.chain.triggers import missing_triggers
from storage.databases.connection import Connection
from storage.tables import counters, history, issues, journal, seals, words
from storage.tables.base import Moment

PORTION = 1000
_LINE, _ENTRY = "line_", "entry_"  # before the names of columns that come together


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is not as it was written. `kind`: 'trigger', 'chain', 'line', 'words', 'issue', 'number' or 'head'."""

    kind: str
    says: str


@dataclass(slots=True)
class _Issue:
    """What the lines say of an issue."""

    lines: int = 0
    status: Any = None
    state: str | None = None


@dataclass(slots=True)
class _Past:
    """What was read on the way."""

    issues: dict[Any, _Issue] = field(default_factory=lambda: defaultdict(_Issue))
    erased: set[Any] = field(default_factory=set)  # words
    flaws: list[Flaw] = field(default_factory=list)

    def note(self, kind: str, says: str) -> None:
        self.flaws.append(Flaw(kind, says))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`head` is the present one; `lines` how many seals there are."""

    head: Head
    lines: int
    flaws: tuple[Flaw, ...]


async def verify(connection: Connection, outside: Sequence[Head] = ()) -> Verdict:
    """Everything that is wrong. `outside`: heads that were kept elsewhere; they find a tail that was cut, and a chain that
    was made anew from its beginning."""
    past = _Past()
    for name in await connection.run_sync(missing_triggers):
        past.note("trigger", f"{name} is not there or not as it should be: the database would let the past be changed")
    count = await _chain(connection, past, outside)
    await _unsealed(connection, past)
    await _words(connection, past)
    await _issues(connection, past)
    await _numbers(connection, past)
    return Verdict(await head_of(connection), count, tuple(past.flaws))


async def _chain(connection: Connection, past: _Past, outside: Sequence[Head]) -> int:
    """From seal to seal. After a fault it goes on from what stands there, so that each fault is told once."""
    before, expected = START, 0
    sought = {head for head in outside if head != Head()}
    async for row in _raw(connection, _SEALED):
        expected += 1
        if row["seq"] != expected:
            past.note("chain", f"seals {expected} to {row['seq'] - 1} are gone")
            expected = row["seq"]
        column, id_ = ("line", row["line"]) if row["line"] is not None else ("entry", row["entry"])
        digest = _digest(row, column, past)
        if digest is None:
            past.note("line", f"{_called(column, id_)} under seal {expected} is gone or can't be read")
        elif sha256(before, column, str(id_), digest) != row["hash"]:
            past.note("line", f"{_called(column, id_)} under seal {expected} is not what was sealed")
        if sought:
            sought.discard(Head(row["seq"], row["hash"]))
        before = row["hash"]
    for head in sorted(sought, key=lambda head: head.seq):
        past.note("head", f"seal {head.seq} is not the one that was kept outside: the past was cut or made anew")
    return expected


def _digest(row: Mapping[str, Any], column: str, past: _Past) -> str | None:
    """Of what is there now; and what it says of its issue is remembered."""
    table, prefix = (history, _LINE) if column == "line" else (journal, _ENTRY)
    try:
        values = {name: _decoded(table.c[name], row[prefix + name], row["dialect"]) for name in table.c.keys()}  # noqa: SIM118
    except (ValueError, TypeError, OverflowError):
        return None
    if values["id"] is None:
        return None
    if column == "line":
        issue = past.issues[values["issue"]]
        issue.lines += 1
        issue.status, issue.state = values["after_status"], values["state"]
    elif values["event"] == Event.ERASE:
        past.erased.update(values["after"].get("words", ()) if isinstance(values["after"], dict) else ())
    return digest_of(values)


async def _unsealed(connection: Connection, past: _Past) -> None:
    """Lines that were not written by us."""
    for table, column in ((history, seals.c.line), (journal, seals.c.entry)):
        sealed = select(seals.c.seq).where(column == table.c.id).exists()
        for (id_,) in await connection.execute(select(table.c.id).where(~sealed)):
            past.note("line", f"{_called(column.name, id_)} has no seal: it was put in by another way")


async def _words(connection: Connection, past: _Past) -> None:
    """What people said, as long as nobody erased it."""
    asked = select(history.c.id, history.c.words, history.c.words_digest, words.c.text, words.c.salt)
    asked = asked.outerjoin(words, words.c.id == history.c.words)
    async for row in _raw(connection, asked.where(history.c.words_digest.is_not(None)).order_by(history.c.id)):
        salt, said = row["salt"], row["text"]
        if salt == "" and said == "":
            if row["words"] not in past.erased:
                past.note("words", f"the words of line {row['id']} are empty, and no erasure is recorded")
        elif salt is None or words_digest(str(salt), str(said)) != row["words_digest"]:
            past.note("words", f"the words of line {row['id']} are not what was said")


async def _issues(connection: Connection, past: _Past) -> None:
    """Each issue is what its last line left, and has all its lines."""
    async for row in _raw(connection, select(issues).order_by(issues.c.id)):
        said, number = past.issues.pop(row["id"], _Issue()), row["number"]
        try:
            values = {name: _decoded(issues.c[name], row[name], row["dialect"]) for name in issues.c.keys()}  # noqa: SIM118
        except (ValueError, TypeError, OverflowError):
            past.note("issue", f"{number} can't be read")
            continue
        if said.lines != values["version"]:
            past.note("issue", f"{number} has {said.lines} lines of history, it was changed {values['version']} times")
        elif said.status != values["status"]:
            past.note("issue", f"{number} is {values['status']}, its last line says {said.status}")
        elif said.state is not None and state_of(values, str(values["salt"])) != said.state:
            past.note("issue", f"{number} is not what its last line left")
    for issue in past.issues:
        past.note("issue", f"issue {issue} is gone, its lines are there")


async def _numbers(connection: Connection, past: _Past) -> None:
    """Numbers have no gaps, and the counters stand at the last."""
    given: dict[tuple[str, int], set[int]] = defaultdict(set)
    async for row in _raw(connection, select(issues.c.number)):
        if (parts := NUMBER.match(str(row["number"]))) is None:
            past.note("number", f"{row['number']} is no number of an issue")
        else:
            given[parts[1], int(parts[2])].add(int(parts[3]))
    counted = {(row["prefix"], row["year"]): row["count"] async for row in _raw(connection, select(counters))}
    for key in sorted(given.keys() | counted.keys()):
        last = counted.get(key, 0)
        if gone := set(range(1, last + 1)) - given[key]:
            shown = ", ".join(f"{key[0]}-{key[1]}-{count:04d}" for count in sorted(gone)[:5])
            past.note("number", f"{len(gone)} numbers are gone: {shown}")
        if max(given[key], default=0) > last:
            past.note(
                "number", f"the counter of {key[0]}-{key[1]} stands at {last}, numbers go up to {max(given[key])}"
            )


async def _raw(connection: Connection, statement: Any) -> AsyncIterator[dict[str, Any]]:
    """Rows without any conversion, each with the dialect it must be read by."""
    dialect = connection.dialect
    bare = statement.with_only_columns(
        *(type_coerce(column, NullType()).label(column.key) for column in statement.selected_columns),
        maintain_column_froms=True,
    )
    async for rows in connection.portions(bare, PORTION):
        for row in rows:
            yield {**row._mapping, "dialect": dialect}


def _decoded(column: Column[Any], value: Any, dialect: Dialect) -> Any:
    """As the code would read it. ValueError, TypeError for what the code never wrote."""
    if isinstance(column.type, Moment):
        read = column.type.result_processor(dialect, None)
        return value if read is None else read(value)
    if isinstance(column.type, JSON) and isinstance(value, str):
        return json.loads(value)
    return value


def _called(column: str, id_: Any) -> str:
    return f"line {id_} of the history" if column == "line" else f"entry {id_} of the journal"


_SEALED = (
    select(
        seals,
        *(column.label(_LINE + column.name) for column in history.c),
        *(column.label(_ENTRY + column.name) for column in journal.c),
    )
    .select_from(
        seals.outerjoin(history, history.c.id == seals.c.line).outerjoin(journal, journal.c.id == seals.c.entry)
    )
    .order_by(seals.c.seq)
)
