"""Ledgers of a thousand, a hundred thousand, a million issues, made once and kept outside the repository.

`python -m tests.bench.seeding 1000000 --only SQLite` makes one beforehand (a minute or four). A tenth of the issues is open,
mostly the newer ones; each has a telling of the corpus, its grams, and two lines of history. Nothing is on the agenda, and
nobody but the reporters of `report.py` has an account: a bot started on it has nothing to say by itself.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
from sqlalchemy import make_url

from bot.domain.issue import AT_THE_UNIT, CLOSED, OPEN, Category, Status
from storage.bigrams import grams
from storage.migrate import upgrade
from storage.tables import metadata
from tests import postgres
from tests.bench.corpus import Facts, facts, telling

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
YEARS = 5
SEED = 20261126
DISTRICTS = ("思明区", "湖里区", "集美区", "海沧区", "同安区", "翔安区")
UNITS, PROJECTS, REPORTERS, ASSIGNEES = 40, 400, 3_000, 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOLDER = Path(tempfile.gettempdir()) / "project-home-bench"
_BATCH = 20_000
_MANY = 50_000  # rows from which an index is better made afterwards
_OPEN_STATES = {
    Status.REPORTED: 12,
    Status.REGISTERED: 10,
    Status.VERIFIED: 5,
    Status.RETURNED: 3,
    Status.ASSIGNED: 25,
    Status.ACCEPTED: 32,
    Status.RESOLVED: 10,
    Status.SUSPENDED: 3,
}
_AT_THE_UNIT = frozenset({*AT_THE_UNIT, Status.RESOLVED, Status.SUSPENDED, Status.CLEARED})
_CLOSED_STATES = {Status.CLEARED: 92, Status.REJECTED: 5, Status.MERGED: 3}
_EMPTY = """
outcome reporting_unit latitude longitude place_title unit assignee days due_at due_version due_calendar
due_provisional due_policy word satisfaction asked_until suspended_from suspended_at merged_into assigned_at
accepted_at resolved_at closed_at former_description
"""
_NEVER = dict.fromkeys(_EMPTY.split())
Row = Mapping[str, Any]


@dataclass
class Seeder:
    """Makes rows in the order of tables. `first`: ids that are free in the city's tables."""

    size: int
    people: int
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - no secret
    postings: dict[str, tuple["array[int]", "array[int]"]] = field(
        default_factory=lambda: defaultdict(lambda: (array("q"), array("q")))
    )

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Name and rows of each table."""
        yield "units", self._units()
        yield "people", self._people()
        yield "grants", self._grants()
        yield "projects", self._projects()
        yield "issues", self._issues()
        yield "history", self._history()
        yield "grams", self._grams()
        yield "counters", iter([{"prefix": "XM", "year": NOW.year - n, "count": self.size} for n in range(YEARS + 1)])

    def _units(self) -> Iterator[Row]:
        for n in range(UNITS):
            yield {"code": f"S{n:02}", "name": f"第{n}责任单位", "district": "", "kind": "both", "left": False}

    def _people(self) -> Iterator[Row]:
        for n in range(REPORTERS + ASSIGNEES):
            code, unit = f"S{n:04}", f"S{n % UNITS:02}"
            more = {"code": code, "name": f"人员{n}", "unit": unit, "language": "zh", "left": False, "reachable": True}
            yield {"id": self.people + n, **more}

    def _grants(self) -> Iterator[Row]:
        for n in range(REPORTERS + ASSIGNEES):
            role = "reporter" if n < REPORTERS else "assignee"
            yield {"person": self.people + n, "role": role, "scope_kind": "unit", "scope_value": f"S{n % UNITS:02}"}

    def _projects(self) -> Iterator[Row]:
        for n in range(PROJECTS):
            named = {"code": f"S{n:03}", "name": f"产业园{n}期安置房项目", "district": DISTRICTS[n % len(DISTRICTS)]}
            yield named | {
                "owner": f"S{n % UNITS:02}",
                "rank": "ordinary",
                "kind": "public",
                "annual_plan_cny": n,
                "left": False,
            }

    def told(self) -> Iterator[tuple[Row, Facts]]:
        """Each issue's row, and what it tells."""
        began = NOW - timedelta(days=365 * YEARS)
        step = (NOW - began) / self.size
        for n in range(1, self.size + 1):
            yield self._issue(n, began + step * n)

    def _issues(self) -> Iterator[Row]:
        for row, _ in self.told():
            n = row["id"]
            for gram in grams(row["description"]):
                self.postings[gram][row["status"] in CLOSED].append(n)
            yield row

    def _issue(self, n: int, at: datetime) -> tuple[Row, Facts]:
        random = self.random
        is_open = n > 0.8 * self.size and random.random() < 0.5
        states = _OPEN_STATES if is_open else _CLOSED_STATES
        status = random.choices(list(states), list(states.values()))[0]
        unit = random.randrange(UNITS)
        row = {
            **_NEVER,
            "id": n,
            "number": f"XM-{at.year}-{n:04}",
            "project": f"S{random.randrange(PROJECTS):03}",
            "reporter": self.people + random.randrange(REPORTERS),
            "category": random.choice(list(Category)).value,
            "level": random.choices("ABC", (10, 60, 30))[0],
            "description": telling(random, of := facts(random)),
            "reported_at": at,
            "status": status.value,
            "channel": "chat",
            "kind": "single",
            "reporting_unit": f"S{random.randrange(UNITS):02}",
            "unverified_reporter": False,
            "deadlines": 0,
            "result": "",
            "means": "[]",
            "nudged": 0,
            "asks": 0,
            "reopened": 0,
            "version": 2,
        }
        if status in _AT_THE_UNIT:
            assignee = self.people + REPORTERS + random.randrange(ASSIGNEES // UNITS) * UNITS + unit
            row |= {"unit": f"S{unit:02}", "assignee": assignee, "assigned_at": at + timedelta(days=1), "deadlines": 1}
            row |= {
                "due_at": self._due(status, at),
                "due_version": 1,
                "due_calendar": "seeded",
                "due_provisional": False,
            }
        if status in {Status.RESOLVED, Status.CLEARED}:
            row |= {"resolved_at": min(at + timedelta(days=random.randint(2, 9)), NOW), "result": "已协调解决"}
        if status is Status.SUSPENDED:
            row |= {"suspended_at": NOW, "suspended_from": "accepted"}
        if status in CLOSED:
            row |= {"closed_at": min(at + timedelta(days=random.randint(10, 20)), NOW), "outcome": "not_accepted"}
        if status is Status.CLEARED:
            row |= {"outcome": random.choices(("solved", "partly", "transferred"), (90, 5, 5))[0], "word": "solved"}
            row |= {"means": '["early_guidance"]'}
        return row, of

    def _due(self, status: Status, at: datetime) -> datetime:
        """One in seven of those that run is overdue."""
        if status not in OPEN:
            return at + timedelta(days=8)
        return NOW + timedelta(hours=self.random.randint(-24 * 5, 24 * 30))

    def _history(self) -> Iterator[Row]:
        empty = {"by": self.people, "before": "{}", "after": "{}", "words": None, "words_digest": None}
        for n in range(1, self.size + 1):
            yield {
                "id": 2 * n - 1,
                "issue": n,
                "action": "report",
                "at": NOW,
                "before_status": None,
                **empty,
            } | _REPORTED
            yield {
                "id": 2 * n,
                "issue": n,
                "action": "register",
                "at": NOW,
                "before_status": "reported",
                **empty,
            } | _REGISTERED

    def _grams(self) -> Iterator[Row]:
        for gram in sorted(self.postings):
            of_open, of_closed = self.postings[gram]
            for is_open, posting in ((False, of_closed), (True, of_open)):
                for issue in posting:
                    yield {"gram": gram, "open": is_open, "issue": issue}


_REPORTED, _REGISTERED = {"after_status": "reported"}, {"after_status": "registered"}


async def ledger(kind: str, size: int) -> str:
    """The URL of a ledger of so many issues beside the sample city; migrated, made if it is not there yet. KEEP it as it is:
    others will be handed the same."""
    name = f"project_home_bench_{size}"
    if kind == "PostgreSQL":
        return await _on_postgres(name, size)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    file = _FOLDER / f"{name}.db"
    if not file.exists():
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        await _fill(f"sqlite:///{part}", size)
        part.rename(file)
    url = f"sqlite:///{file}"
    await upgrade(url)
    return url


async def _on_postgres(name: str, size: int) -> str:
    server = postgres.running()
    if server is None:
        raise RuntimeError("a PostgreSQL server must run: see tests/postgres.py")
    url = server.set(drivername="postgresql+asyncpg", database=name)
    text = url.render_as_string(hide_password=False)
    async with _connected(server) as connection:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
            part = f"{name}_part"
            await connection.execute(f'DROP DATABASE IF EXISTS "{part}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{part}"')
            await _fill(url.set(database=part).render_as_string(hide_password=False), size)
            await connection.execute(f'ALTER DATABASE "{part}" RENAME TO "{name}"')
    await upgrade(text)
    return text


async def _fill(url: str, size: int) -> None:
    from tests.bench.report import found_city  # noqa: PLC0415 - it measures on what is made here

    await upgrade(url)
    await found_city(url, 100)
    seeder = Seeder(size, people=1_000)
    if url.startswith("sqlite"):
        await asyncio.to_thread(_into_sqlite, str(make_url(url).database), seeder)
    else:
        await _into_postgres(url, seeder)


def _into_sqlite(file: str, seeder: Seeder) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        late = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'issues' AND sql <> ''"
        )
        later = late.fetchall()
        for name, _ in later:
            connection.execute(f'DROP INDEX "{name}"')
        connection.execute("BEGIN")
        for table, rows in seeder.tables():
            first = next(rows)
            names, marks = ", ".join(f'"{name}"' for name in first), ", ".join("?" * len(first))
            insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
            connection.execute(insert, _for_sqlite(first))
            connection.executemany(insert, map(_for_sqlite, rows))
        for _, statement in later:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")


def _for_sqlite(row: Row) -> Sequence[Any]:
    return [
        (value - _EPOCH) // timedelta(microseconds=1) if value.__class__ is datetime else value
        for value in row.values()
    ]


async def _into_postgres(url: str, seeder: Seeder) -> None:
    async with _connected(make_url(url)) as connection:
        await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        indexes = await connection.fetch(_LATER)
        for index in indexes:
            await connection.execute(f'DROP INDEX "{index["indexname"]}"')
        await connection.execute("ALTER TABLE grams DROP CONSTRAINT pk_grams")
        for table, rows in seeder.tables():
            first = next(rows)
            tuples = (tuple(row.values()) for row in _chain(first, rows))
            await connection.copy_records_to_table(table, records=tuples, columns=list(first))
        await connection.execute('ALTER TABLE grams ADD CONSTRAINT pk_grams PRIMARY KEY (gram, "open", issue)')
        for index in indexes:
            await connection.execute(index["indexdef"])
        for table in metadata.sorted_tables:
            if "id" in table.c and table.name in {"issues", "history", "people"}:
                last = f"SELECT max(id) FROM {table.name}"  # noqa: S608 - our own names
                await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), ({last}))")
        await connection.execute("ANALYZE")


_LATER = """SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'issues' AND indexname NOT LIKE 'pk_%' AND indexname NOT LIKE 'uq_%'"""


def _chain(first: Row, rest: Iterable[Row]) -> Iterator[Row]:
    yield first
    yield from rest


class _connected:  # noqa: N801 - read as a verb
    """A connection of asyncpg to a URL of SQLAlchemy's."""

    def __init__(self, url: Any) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def __aenter__(self) -> Any:
        self._connection = await asyncpg.connect(self._url)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    options = parser.parse_args()
    for size in options.sizes:
        for kind in [options.only] if options.only else ["SQLite", "PostgreSQL"]:
            began = time.perf_counter()
            asyncio.run(ledger(kind, size))
            print(f"{kind}, {size} issues: {time.perf_counter() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
