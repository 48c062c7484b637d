"""1,000 reminders due in one second of 100,000 that wait: ours beside bare indexed rows and APScheduler with its own store.

`python -m tests.bench.reminders [--pending 100000] [--due 1000] [--rounds 5] [--only SQLite]`

Each round plans so many anew for one moment, and measures from the tick that finds them to the commit that has their messages in
the outbox. Bare rows: a table with an index, read, told of and taken away by the databases' own drivers, one message per row,
nothing checked. Ours looks at each issue, groups what one person hears into one message, keeps the proof and plans what
comes next.
"""

import argparse
import asyncio
import gc
import logging
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bot.beat import Beat
from bot.cli import GARBAGE
from bot.domain.ids import IssueId, UnitCode, UserId
from bot.ports import Due
from bot.services.turns import Turns
from storage.migrate import upgrade
from storage.store import SqlStore
from storage.tables import issues
from storage.tables.tallying import create_tallying, drop_tallying
from tests import postgres
from tests.bench.rows import Timer, bare_rows
from tests.bench.sections import Row, Section, verdict
from tests.builders import a_city, a_deadline, a_person, a_unit, assigned, filed
from tests.fakes import NOW, FakeClock, a_calendar, a_policy

UNITS, PEOPLE = 60, 120  # two persons in charge at each unit
DATABASES = ("SQLite", "PostgreSQL")
STALL_EVERY = 0.001


@dataclass(frozen=True)
class Round:
    """Seconds. `p99`: how late of the reminders, from the tick to the outbox; `cpu`: the process's own meanwhile; `stall`: the
    longest the loop was not free; `busy`: the most processor time it spent at a stretch, which is its own doing, whatever
    else the machine does."""

    p99: float
    cpu: float
    stall: float
    busy: float


@dataclass(frozen=True)
class Figures:
    """Of several rounds the one in the middle: a machine that does other things spoils some."""

    rounds: list[Round]

    @property
    def p99(self) -> float:
        return median(one.p99 for one in self.rounds)

    @property
    def cpu(self) -> float:
        return median(one.cpu for one in self.rounds)

    @property
    def stall(self) -> float:
        return median(one.stall for one in self.rounds)

    @property
    def busy(self) -> float:
        return median(one.busy for one in self.rounds)


@dataclass(frozen=True)
class Measured:
    """All of one database."""

    ours: Figures
    bare: Figures
    adding: float
    opening: tuple[float, float]  # with nothing pending, with all


class Stall:
    """How long other things had to wait for the loop, at the most."""

    def __init__(self) -> None:
        self.longest = self.busiest = 0.0

    async def watch(self) -> None:
        while True:
            before, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(STALL_EVERY)
            self.longest = max(self.longest, time.perf_counter() - before - STALL_EVERY)
            self.busiest = max(self.busiest, time.thread_time() - worked)


@asynccontextmanager
async def watched() -> AsyncIterator[Stall]:
    stall = Stall()
    task = asyncio.create_task(stall.watch())
    await asyncio.sleep(0.05)
    stall.longest = stall.busiest = 0.0
    try:
        yield stall
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# --- ours -------------------------------------------------------------------------------------------------------


async def found_ledger(store: SqlStore, count: int) -> None:
    """A city with so many issues at its units, each with its person and a deadline of its own."""
    async with store.begin() as uow:
        city = await a_city(uow)
        for n in range(UNITS):
            await uow.units.save(a_unit(f"X{n:02}", f"单位{n}"))
        people = []
        for n in range(PEOPLE):
            unit = f"X{n % UNITS:02}"
            who = a_person(
                f"P{n:03}", f"人{n}", f"assignee:unit:{unit}", unit=UnitCode(unit), user_id=UserId(50_000 + n)
            )
            people.append(await uow.people.add(who))
        issue = await filed(uow, reporter=city.reporter.id)
        first = await assigned(uow, issue, people[0], city.clerk.id, deadline=a_deadline())
    async with store._database.transaction(writing=True) as connection:
        await connection.run_sync(
            drop_tallying
        )  # counted row by row, a cell is written so often that PostgreSQL gets stuck
        await connection.execute(text("DELETE FROM tallies"))
        await connection.execute(text(_copies(store, first.id, people[0].id, count)))
        await connection.run_sync(create_tallying)
    await analyze(store)


async def analyze(store: SqlStore) -> None:
    """What PostgreSQL does by itself a little later, and the bare rows have done."""
    async with store._database.transaction(writing=True) as connection:
        await connection.execute(text("ANALYZE"))


def _copies(store: SqlStore, first: int, person: int, count: int) -> str:
    """The first issue over and over, with a number, a unit and a person of its own."""
    sqlite = is_sqlite(store)
    counted = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count - 1}) SELECT n FROM s"  # noqa: S608
    series = f"({counted}) AS s" if sqlite else f"generate_series(1, {count - 1}) AS s(n)"
    number = "printf('XM-2026-%06d', s.n)" if sqlite else "'XM-2026-' || lpad(s.n::text, 6, '0')"
    unit = f"s.n % {PEOPLE} % {UNITS}"
    own = {
        "id": f"{first} + s.n",
        "number": number,
        "unit": f"printf('X%02d', {unit})" if sqlite else f"'X' || lpad(({unit})::text, 2, '0')",
        "assignee": f"{person} + s.n % {PEOPLE}",
    }
    names = [f'"{column.name}"' for column in issues.c]
    values = [own.get(column.name, f'i."{column.name}"') for column in issues.c]
    return f"INSERT INTO issues ({', '.join(names)}) SELECT {', '.join(values)} FROM issues i, {series} WHERE i.id = {first}"  # noqa: S608


def is_sqlite(store: SqlStore) -> bool:
    return store._sqlite


async def add_all(store: SqlStore, count: int, at: datetime) -> float:
    """Plan so many, none of them due before an hour has passed; the seconds it took."""
    async with store.read() as uow:
        first = (await uow.issues.by_number("XM-2026-0001")).id  # type: ignore[union-attr]
    rows = [Due(IssueId(first + n), "reminder", at + timedelta(hours=1, seconds=n), 1, 3) for n in range(count)]
    began = time.perf_counter()
    async with store.begin() as uow:
        await uow.agenda.plan_all(rows)
    return time.perf_counter() - began


class Ours:
    """The real beat, at 09:00 of a working day; each round other issues."""

    def __init__(self, store: SqlStore, due: int) -> None:
        calendar = a_calendar()
        self.store, self.due, self.rounds = store, due, 0
        self.clock = FakeClock(calendar.opening(calendar.add_working_days(calendar.day_of(NOW), 2)))
        self.beat = Beat(Turns(store, a_policy(), calendar, self.clock), lambda: None)

    async def round(self) -> Round:
        async with self.store.begin() as uow:
            first = (await uow.issues.by_number("XM-2026-0001")).id + self.rounds * self.due  # type: ignore[union-attr]
            ids = [IssueId(first + n) for n in range(self.due)]
            await uow.agenda.plan_all([Due(issue, "reminder", self.clock.now(), 1, 3) for issue in ids])
        self.rounds += 1
        async with watched() as stall:
            timer = Timer()
            await self.beat.tick()
            took = timer.took()
        async with self.store.read() as uow:
            assert await uow.agenda.due(self.clock.now(), any_hour_only=False, limit=1) == []
            told = sum(len(row.message.facts["issues"]) for row in await uow.outbox.due(self.clock.now(), 10_000))
        assert told == self.due * self.rounds, told
        return Round(
            took.wall, took.cpu, stall.longest, stall.busiest
        )  # one commit: all of them are as late as the last


async def bare_round(url: str, pending: int, due: int) -> Round:
    """The same of bare rows."""
    async with watched() as stall:
        took = await bare_rows(url, pending, due)
    return Round(took.wall, took.cpu, stall.longest, stall.busiest)


async def opening(url: str) -> float:
    """Seconds until a store is open and the first tick has looked."""
    calendar, clock = a_calendar(), FakeClock(NOW)
    began = time.perf_counter()
    store = SqlStore(url)
    await store.open()
    await Beat(Turns(store, a_policy(), calendar, clock), lambda: None).tick()
    took = time.perf_counter() - began
    await store.close()
    return took


async def measure(url: str, pending: int, due: int, rounds: int) -> Measured:
    """One database, from empty."""
    await upgrade(url)
    store = SqlStore(url)
    await store.open()
    await found_ledger(store, pending)
    empty = min([await opening(url) for _ in range(3)])
    adding = await add_all(store, pending, NOW + timedelta(days=30))
    await analyze(store)
    full = min([await opening(url) for _ in range(3)])
    ours, found, bare = Ours(store, due), [], []
    for _ in range(rounds + 1):  # in turns, so that both meet the same machine
        found.append(await ours.round())
        bare.append(await bare_round(url, pending, due))
    await store.close()
    return Measured(Figures(found[1:]), Figures(bare[1:]), adding, (empty, full))


# --- APScheduler ------------------------------------------------------------------------------------------------

_RAN: list[float] = []


async def _remind(due_at: float) -> None:
    _RAN.append(time.time() - due_at)


async def apscheduler(pending: int, due: int) -> Figures:
    """Its jobs note that they ran, and nothing else: no issue is looked at, nothing is written."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        store = SQLAlchemyJobStore(f"sqlite:///{Path(folder, 'jobs.db')}")
        scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone=UTC)
        scheduler.start(paused=True)
        moment = datetime.now(UTC) + timedelta(seconds=3)
        far = scheduler.add_job(_remind, "date", run_date=moment + timedelta(days=30), args=[0.0])
        copies = f"""WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {pending - due})
            INSERT INTO apscheduler_jobs SELECT 'f' || s.n, j.next_run_time + s.n, j.job_state
            FROM apscheduler_jobs j, s WHERE j.id = '{far.id}'"""  # noqa: S608
        with store.engine.begin() as connection:
            connection.execute(text(copies))
        for _ in range(due):
            scheduler.add_job(_remind, "date", run_date=moment, args=[moment.timestamp()], misfire_grace_time=None)
        _RAN.clear()
        async with watched() as stall:
            scheduler.resume()
            while len(_RAN) < due and time.time() < moment.timestamp() + 30:
                await asyncio.sleep(0.02)
        scheduler.shutdown(wait=False)
        assert len(_RAN) == due, f"{len(_RAN)} of {due} ran"
        return Figures([Round(quantiles(_RAN, n=100)[98], 0.0, stall.longest, stall.busiest)])


# --- all of it --------------------------------------------------------------------------------------------------


def both(pending: int = 100_000, due: int = 1000, rounds: int = 5, only: str = "") -> dict[str, Measured]:
    """Each database. Garbage is looked for as seldom as in the program."""
    gc.set_threshold(GARBAGE, 10, 10)
    found = {}
    for name in DATABASES:
        if only in ("", name):
            with tempfile.TemporaryDirectory() as folder:
                if name == "SQLite":
                    found[name] = asyncio.run(measure(f"sqlite:///{Path(folder, 'ledger.db')}", pending, due, rounds))
                else:
                    with postgres.database() as url:
                        found[name] = asyncio.run(measure(url, pending, due, rounds))
    return found


WORDS = f"""{{due}} reminders due in one second of {{pending:,}} that wait, for {PEOPLE} people at {UNITS} units, {{rounds}} rounds.
Bare rows are an indexed table read, told of (one message per row) and emptied in one transaction by the databases' own
drivers, nothing checked. Ours looks at each issue, makes one message per person, keeps the proof and plans what comes next,
in one transaction. In turns; from the tick that finds them (it comes once a second) to the commit, the round in the middle. How
long the loop was busy is its own processor time; how long it was not free holds whatever else the machine did. APScheduler's
jobs note that they ran and do nothing else; counted from when they were due."""
MOST_RATIO, MOST_STALL, MOST_ADDING, MOST_OPENING = 4.0, 10.0, 5.0, 50.0


def rows(found: Measured) -> list[Row]:
    """Label, figure, target, whether it is met."""
    ratio, busy = found.ours.p99 / found.bare.p99, 1000 * found.ours.busy
    stalls = f"{1000 * found.ours.stall:.1f} (bare rows {1000 * found.bare.stall:.1f})"
    more = max(0.0, 1000 * (found.opening[1] - found.opening[0]))
    return [
        ("bare rows, p99, ms", f"{1000 * found.bare.p99:.1f}", "", ""),
        ("ours, in the outbox, p99, ms", f"{1000 * found.ours.p99:.1f}", "", ""),
        ("ours / bare rows", f"{ratio:.1f} ×", f"≤ {MOST_RATIO:.0f} ×", verdict(ratio, MOST_RATIO)),
        ("CPU-ms of the process: ours, bare rows", f"{1000 * found.ours.cpu:.1f}, {1000 * found.bare.cpu:.1f}", "", ""),
        ("the loop busy at a stretch, CPU-ms", f"{busy:.1f}", f"≤ {MOST_STALL:.0f}", verdict(busy, MOST_STALL)),
        ("the loop not free, ms", stalls, "", ""),
        ("adding all, s", f"{found.adding:.2f}", f"≤ {MOST_ADDING:.0f}", verdict(found.adding, MOST_ADDING)),
        ("opening with all of them, ms more", f"{more:.0f}", f"≤ {MOST_OPENING:.0f}", verdict(more, MOST_OPENING)),
    ]


def section(*, quick: bool) -> Section:
    """Both databases, and APScheduler."""
    pending, due, rounds = (20_000, 1000, 3) if quick else (100_000, 1000, 7)
    table: list[Row] = [("", "measured", "must be", "is it")]
    for name, found in both(pending, due, rounds).items():
        table += [(f"{name}: {label}", *cells) for label, *cells in rows(found)]
    theirs = asyncio.run(apscheduler(pending, due))
    table += [
        ("APScheduler, SQLAlchemy store on SQLite: p99, ms", f"{1000 * theirs.p99:.0f}", "", ""),
        ("APScheduler: the loop not free, ms", f"{1000 * theirs.stall:.0f}", "", ""),
    ]
    words = WORDS.format(due=due, pending=pending, rounds=rounds)
    return Section("A thousand reminders at once", "python -m tests.bench.reminders", words, table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pending", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    console = Console()
    for name, found in both(options.pending, options.due, options.rounds, options.only).items():
        table = Table(name, "", "must be", "is it")
        for row in rows(found):
            table.add_row(*row)
        console.print(table)
    if not options.only:
        figures = asyncio.run(apscheduler(options.pending, options.due))
        console.print(
            f"APScheduler, its SQLAlchemy store on SQLite: p99 {1000 * figures.p99:.0f} ms late, "
            f"loop not free for {1000 * figures.stall:.0f} ms"
        )


if __name__ == "__main__":
    main()
