"""What somebody with all rights on the database might do to the past. Each does one thing and says what."""

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.history import Action
from bot.domain.issue import Channel, Level, Status
from bot.domain.journal import Event
from storage.tables import counters, history, issues, journal, seals, words
from storage.trail import Head, Unsealed, chained, digest_of
from tests.fakes import NOW

Row = dict[str, Any]
Tamper = Callable[[AsyncConnection, random.Random], Awaitable[str]]
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


async def _row(connection: AsyncConnection, chance: random.Random, table: Table) -> Row:
    rows = (await connection.execute(select(table))).mappings().all()
    return dict(chance.choice(rows))


def _is(table: Table, row: Row) -> Any:
    key = _KEYS.get(table, table.c.get("id"))
    return key == row[key.name]


async def edit(connection: AsyncConnection, chance: random.Random) -> str:
    """One value of one row."""
    table, name = chance.choice(list(EDITS))
    row = await _row(connection, chance, table)
    if table is seals and row["line"] is None:
        name = "hash"
    value = EDITS[table, name](row[name])
    await connection.execute(update(table).where(_is(table, row)).values({name: value}))
    return f"{table.name}.{name} of {row} became {value!r}"


async def delete_one(connection: AsyncConnection, chance: random.Random) -> str:
    """A row of any table that counts."""
    table = chance.choice([history, journal, seals, words, issues])
    row = await _row(connection, chance, table)
    if table is seals and row["seq"] == (await _last(connection)).seq:
        row["seq"] -= 1
    await connection.execute(delete(table).where(_is(table, row)))
    return f"{table.name} without {row}"


async def delete_with_seal(connection: AsyncConnection, chance: random.Random) -> str:
    """A line of an issue together with what sealed it."""
    row = await _row(connection, chance, history)
    await connection.execute(delete(seals).where(seals.c.line == row["id"]))
    await connection.execute(delete(history).where(_is(history, row)))
    return f"line {row['id']} and its seal are gone"


async def swap(connection: AsyncConnection, chance: random.Random) -> str:
    """What two lines say, or the seals of two lines."""
    table, names = chance.choice([(history, [c.name for c in history.c if c.name != "id"]), (seals, ["hash"])])
    rows = (await connection.execute(select(table))).mappings().all()
    one, two = chance.sample(rows, 2)
    for here, there in ((one, two), (two, one)):
        values = {name: there[name] for name in names}
        await connection.execute(update(table).where(_is(table, dict(here))).values(values))
    return f"{table.name}: {dict(one)} and {dict(two)} changed places"


async def put_in(connection: AsyncConnection, chance: random.Random) -> str:
    """A line that never was; with a seal of its own or without."""
    row = await _row(connection, chance, history) | {"id": 5000}
    await connection.execute(insert(history), row)
    if chance.random() < 0.5:
        sealed = chained(await _last(connection), [Unsealed("line", 5000, digest_of(row))])
        await connection.execute(insert(seals), sealed)
    return f"one more line: {row}"


async def cut(connection: AsyncConnection, chance: random.Random) -> str:
    """The end: some seals with what they sealed, the newest issue and the counter too."""
    last = (await _last(connection)).seq
    count = chance.randint(1, last - 1)
    gone = (await connection.execute(select(seals).where(seals.c.seq > last - count))).mappings().all()
    for row in gone:
        table, id_ = (history, row["line"]) if row["line"] is not None else (journal, row["entry"])
        await connection.execute(delete(table).where(table.c.id == id_))
    await connection.execute(delete(seals).where(seals.c.seq > last - count))
    return f"the last {count} lines are gone"


async def make_anew(connection: AsyncConnection, chance: random.Random) -> str:
    """A line is changed, and every seal computed again as if it had always been so."""
    row = await _row(connection, chance, history)
    await connection.execute(update(history).where(_is(history, row)).values(at=_later(row["at"])))
    kept = {name: await _by_id(connection, table) for name, table in (("line", history), ("entry", journal))}
    lines = []
    for seal in (await connection.execute(select(seals).order_by(seals.c.seq))).mappings().all():
        column = "line" if seal["line"] is not None else "entry"
        lines.append(Unsealed(column, seal[column], digest_of(kept[column][seal[column]])))
    await connection.execute(delete(seals))
    await connection.execute(insert(seals), chained(Head(), lines))
    return f"line {row['id']} changed, and the whole chain made anew"


async def _by_id(connection: AsyncConnection, table: Table) -> dict[int, Row]:
    return {row["id"]: dict(row) for row in (await connection.execute(select(table))).mappings()}


async def _last(connection: AsyncConnection) -> Head:
    row = (await connection.execute(select(seals).order_by(seals.c.seq.desc()).limit(1))).one()
    return Head(row.seq, row.hash)


TAMPERINGS: tuple[Tamper, ...] = (edit, edit, edit, delete_one, delete_with_seal, swap, put_in, cut, make_anew)
UNSEEN_FROM_INSIDE = (cut, make_anew)
