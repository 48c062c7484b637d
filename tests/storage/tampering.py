"""What somebody with all rights on the database might do to the past. Each does one thing and says what."""

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from bot.domain.history import Action
from bot.domain.issue import Channel, Level, Status
from bot.domain.journal import Event
from storage.chain.trail import Head, Unsealed, chained, digest_of, head_of
from storage.databases.connection import Connection
from storage.tables import counters, history, issues, journal, seals, words
from tests.fakes import NOW

Row = dict[str, Any]
Tamper = Callable[[Connection, random.Random], Awaitable[str]]
Other = Callable[[Any], Any]

_KEYS = {seals: seals.c.seq, counters: counters.c.year}


def _other(*values: Any) -> Other:
    return lambda now: next(value for value in values if value != now)


def _later(now: Any) -> Any:
    return now + timedelta(seconds=1)


# how each column would be changed: by something it is not
EDITS: Mapping[tuple[Table, str], Other] = {
    (history, "at"): _later,
    (history, "action"): _other(Action.CLEAR, Action.REMARK),
    (history, "by"): _other(1, 2),
    (history, "issue"): _other(1, 2),
    (history, "before_status"): _other(Status.REJECTED, Status.MERGED),
    (history, "after_status"): _other(Status.CLEARED, Status.MERGED),
    (history, "before"): _other({"level": "C"}, {}),
    (history, "after"): _other({"level": "C"}, {}),
    (history, "words"): _other(1, None),
    (history, "words_digest"): _other("0" * 64, None),
    (history, "state"): _other(None, "0" * 64),
    (words, "text"): _other("", "改过的话"),
    (words, "salt"): _other("00"),
    (issues, "status"): _other(Status.CLEARED),
    (issues, "description"): _other("别的事"),
    (issues, "level"): _other(Level.C),
    (issues, "channel"): _other(Channel.HOTLINE),
    (issues, "reported_at"): _later,
    (issues, "closed_at"): lambda now: None if now else NOW,
    (issues, "reopened"): _other(3),
    (issues, "means"): _other(["cost_consulting"]),
    (issues, "version"): _other(9),
    (issues, "number"): _other("XM-2026-0999"),
    (issues, "salt"): _other("00"),
    (journal, "at"): _later,
    (journal, "event"): _other(Event.ERASE, Event.BIND),
    (journal, "subject"): _other("person:9"),
    (journal, "before"): _other({"roles": ["admin:city"]}),
    (journal, "after"): _other({"roles": ["admin:city"]}),
    (seals, "hash"): _other("0" * 64),
    (seals, "line"): _other(999),
    (counters, "count"): _other(5, 7),
}


async def _rows(connection: Connection, statement: Any) -> list[Row]:
    return [dict(row._mapping) for row in await connection.execute(statement)]


async def _row(connection: Connection, chance: random.Random, table: Table) -> Row:
    return chance.choice(await _rows(connection, select(table)))


def _is(table: Table, row: Row) -> Any:
    key = _KEYS.get(table, table.c.get("id"))
    return key == row[key.name]


async def edit(connection: Connection, chance: random.Random) -> str:
    """One value of one row."""
    table, name = chance.choice(list(EDITS))
    row = await _row(connection, chance, table)
    if table is seals and row["line"] is None:
        name = "hash"
    value = EDITS[table, name](row[name])
    await connection.execute(update(table).where(_is(table, row)).values({name: value}))
    return f"{table.name}.{name} of {row} became {value!r}"


async def delete_one(connection: Connection, chance: random.Random) -> str:
    """A row of any table that counts."""
    table = chance.choice([history, journal, seals, words, issues])
    row = await _row(connection, chance, table)
    if table is seals and row["seq"] == (await head_of(connection)).seq:
        row["seq"] -= 1
    await connection.execute(delete(table).where(_is(table, row)))
    return f"{table.name} without {row}"


async def delete_with_seal(connection: Connection, chance: random.Random) -> str:
    """A line of an issue together with what sealed it."""
    row = await _row(connection, chance, history)
    await connection.execute(delete(seals).where(seals.c.line == row["id"]))
    await connection.execute(delete(history).where(_is(history, row)))
    return f"line {row['id']} and its seal are gone"


async def swap(connection: Connection, chance: random.Random) -> str:
    """What two lines say, or the seals of two lines."""
    table, names = chance.choice([(history, [c.name for c in history.c if c.name != "id"]), (seals, ["hash"])])
    one, two = chance.sample(await _rows(connection, select(table)), 2)
    for here, there in ((one, two), (two, one)):
        values = {name: there[name] for name in names}
        await connection.execute(update(table).where(_is(table, here)).values(values))
    return f"{table.name}: {one} and {two} changed places"


async def put_in(connection: Connection, chance: random.Random) -> str:
    """A line that never was; with a seal of its own or without."""
    row = await _row(connection, chance, history) | {"id": 5000}
    await connection.execute(insert(history), row)
    if chance.random() < 0.5:
        sealed = chained(await head_of(connection), [Unsealed("line", 5000, digest_of(row))])
        await connection.execute(insert(seals), sealed)
    return f"one more line: {row}"


async def cut(connection: Connection, chance: random.Random) -> str:
    """The end: some seals with what they sealed, the newest issue and the counter too."""
    last = (await head_of(connection)).seq
    count = chance.randint(1, last - 1)
    for row in await _rows(connection, select(seals).where(seals.c.seq > last - count)):
        table, id_ = (history, row["line"]) if row["line"] is not None else (journal, row["entry"])
        await connection.execute(delete(table).where(table.c.id == id_))
    await connection.execute(delete(seals).where(seals.c.seq > last - count))
    return f"the last {count} lines are gone"


async def make_anew(connection: Connection, chance: random.Random) -> str:
    """A line is changed, and every seal computed again as if it had always been so."""
    row = await _row(connection, chance, history)
    await connection.execute(update(history).where(_is(history, row)).values(at=_later(row["at"])))
    kept = {name: await _by_id(connection, table) for name, table in (("line", history), ("entry", journal))}
    lines = []
    for seal in await _rows(connection, select(seals).order_by(seals.c.seq)):
        column = "line" if seal["line"] is not None else "entry"
        lines.append(Unsealed(column, seal[column], digest_of(kept[column][seal[column]])))
    await connection.execute(delete(seals))
    await connection.execute(insert(seals), chained(Head(), lines))
    return f"line {row['id']} changed, and the whole chain made anew"


async def _by_id(connection: Connection, table: Table) -> dict[int, Row]:
    return {row["id"]: row for row in await _rows(connection, select(table))}


TAMPERINGS: tuple[Tamper, ...] = (edit, edit, edit, delete_one, delete_with_seal, swap, put_in, cut, make_anew)
UNSEEN_FROM_INSIDE = (cut, make_anew)
