"""What reading costs in ledgers of 1,800, 100,000 and 1,000,000 issues: `/issue`, `/tasks`, `/desk`, `/find`, and what is alike.

`python -m tests.bench.reading [--only SQLite] [--sizes 1800 1000000] [--asked 200]`. Our own time: from the person's lookup
through the service and its commit to the words that would be sent; no network. The ledgers are made first (seeding.py).
"""

import argparse
import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from sqlalchemy import make_url

from bot.domain.ids import ChatId, IssueId, UserId
from bot.domain.messages import OutboxState
from bot.domain.organisation import CITY, Grant, Person, Scope
from bot.holidays import office_calendar
from bot.policy import load_policy
from bot.services.desk import desk
from bot.services.digests import digests
from bot.services.issues import lookup
from bot.services.ledger import ledger
from bot.services.tasks import tasks
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.composer import Composer
from bot.telegram.rendering import Renderer
from storage.store import SqlStore
from tests.bench import alike, seeding
from tests.bench.corpus import facts
from tests.bench.effort import Effort
from tests.bench.sections import Row, Section, verdict
from tests.bench.seeder import BUSY, DISTRICTS, NOW, REPORTERS, TASKS, UNITS
from tests.fakes import FakeClock

SIZES = (1_800, 100_000, 1_000_000)
KINDS = ("SQLite", "PostgreSQL")
ASKED = 200  # times each question
WARM = 60  # times before that: by then a process has made ready, and a server planned, most of what it does once
MOST = 0.020  # seconds, p99 at the largest size
DIGEST_MOST = 0.200
GROWTH = 1.5  # p99 at the largest beside the smallest
ALIKE_MOST, ALIKE_RECALL = 0.005, 0.94
_CLERK, _ADMIN, _LEADER = "E01", "E02", "L01"
SCOPES = (CITY, Scope.parse("district:翔安区"), Scope.parse("unit:S07"), Scope.parse("project:S111"))
_ASSIGNEES = tuple(f"S{REPORTERS + n:04}" for n in range(BUSY))
ABOUT = f"""
Ledgers of telling after telling of a seeded corpus (`tests/bench/corpus.py`, `seeder.py`), a tenth of each open: at a million
issues 100,000, of which 40,000 wait at the desk. Processor time from the person's lookup through the service and its commit to the
composed message; no network. On SQLite our process's own, in which SQLite runs too; on PostgreSQL with that of the server's
backends. `/tasks` are those of {BUSY} people who have {TASKS} at every size: a full page. `/desk` is opened by the city's clerk, a
district's, a unit's in turn. `/find` takes turns at a common word, two words, a road and a thing, a number, a part of a project's
name and a word nobody wrote, by a leader of the city and by one unit's. *Told again*: an open issue in other words, order and
detail, by the rules the search was tuned with; *told by others* (`retold.py`): by rules it was not. Found if among the first five.
"""


@dataclass
class Asked:
    """One question, many times: seconds of processor time. `found`: how often what was sought was there, if that is asked."""

    times: list[float]
    found: float | None = None

    @property
    def p99(self) -> float:
        """Of so many."""
        return quantiles(self.times, n=100, method="inclusive")[98]


Question = Callable[[Turn, Random], Awaitable[Any]]


@dataclass
class Bench:
    """One ledger, open. `people` by code, with accounts."""

    turns: Turns
    composer: Composer
    people: Mapping[str, Person]
    size: int
    database: str | None  # of a server

    def questions(self) -> Mapping[str, Question]:
        """By what people type."""
        clerk, leader = self.people[_CLERK], self.people[_LEADER]
        of_unit = replace(leader, grants=frozenset({Grant.parse("leader:unit:S07")}))
        readers = (leader, of_unit)

        async def issue(turn: Turn, random: Random) -> None:
            await cards_of(turn, leader, random.randint(1, self.size))

        async def find(turn: Turn, random: Random) -> None:
            person = random.choice(readers)
            await lookup.find(turn, person, _chat(person), _words(random, self.size))

        async def my_tasks(turn: Turn, random: Random) -> None:
            await tasks.show(turn, self.people[random.choice(_ASSIGNEES)])

        return {
            "/issue": issue,
            "/tasks": my_tasks,
            "/desk": lambda turn, random: desk.open_queue(turn, replace(clerk, grants=frozenset({_a_desk(random)}))),
            "/find": find,
            "/overdue": lambda turn, _: ledger.overdue(turn, leader, _chat(leader)),
        }

    async def ask(self, name: str, question: Question, times: int) -> Asked:
        """Each time with other words; the first few don't count."""
        random, taken = Random(name), []  # noqa: S311 - no secret
        for number in range(WARM + times):
            if number in {0, WARM}:  # by now the pool has opened what it needs
                effort = Effort(self.database)
            began = effort()
            await self._once(question, random)
            taken.append(effort() - began)
            await self._sent()
        return self._told(name, Asked(taken[WARM:]))

    async def alike(self, name: str, times: int) -> Asked:
        """What is told anew, sought among the open ones."""
        taken, found = await alike.ask(self.turns, name, self.size, times, WARM, Effort(self.database))
        return self._told(name, Asked(taken, found))

    async def digest(self, scope: Scope, times: int) -> Asked:
        """The figures of a week."""
        taken, effort = [], Effort(self.database)
        for _ in range(times):
            async with self.turns.begin() as turn:
                began = effort()
                await digests.compose(turn, scope)
                taken.append(effort() - began)
        return self._told(f"digest {scope}", Asked(taken))

    def _told(self, name: str, asked: Asked) -> Asked:
        say = logging.getLogger(__name__).info
        say("%s %s: %.1f / %.1f ms", self.size, name, 1000 * median(asked.times), 1000 * asked.p99)
        return asked

    async def _once(self, question: Question, random: Random) -> None:
        async with self.turns.begin() as turn:
            await turn.uow.people.by_user(UserId(1))
            await question(turn, random)
        async with self.turns.read() as turn:
            for row in await turn.uow.outbox.due(turn.now, 10):
                await self.composer.compose(turn, row.message)

    async def _sent(self) -> None:
        async with self.turns.begin() as turn:
            rows = await turn.uow.outbox.due(turn.now, 10)
            assert rows, "nothing was answered"
            for row in rows:
                await turn.uow.outbox.settle(row.id, OutboxState.SENT, turn.now)


async def cards_of(turn: Turn, person: Person, issue: int) -> None:
    """`/issue` with a number people may type."""
    number = (await turn.uow.issues.get(IssueId(issue))).number
    await lookup.open_number(turn, person, number)


def _chat(person: Person) -> ChatId:
    return ChatId(person.user_id or 0)


def _a_desk(random: Random) -> Grant:
    scopes = ("city", f"district:{random.choice(DISTRICTS)}", f"unit:S{random.randrange(UNITS):02}")
    return Grant.parse(f"clerk:{random.choice(scopes)}")


def _words(random: Random, size: int) -> str:
    of = facts(random)
    thing = of.thing.split("|")[0]
    return random.choice(
        (
            of.trouble,
            f"{thing} {of.trouble}",
            f"{of.road} {thing}",
            f"{random.randint(1, size):04}",
            "安置房",
            "飞碟降落",
        )
    )


@asynccontextmanager
async def opened(kind: str, size: int) -> AsyncIterator[Bench]:
    """A ledger with accounts for those who ask; left as it was found."""
    url = await seeding.ledger(kind, size)
    store = SqlStore(url)
    await store.open()
    policy = load_policy(None)
    calendar = office_calendar(policy)
    turns = Turns(store, policy, calendar, FakeClock(NOW + timedelta(minutes=5)))
    database = make_url(url).database if kind == "PostgreSQL" else None
    try:
        people = await _bound(turns)
        yield Bench(turns, Composer(Renderer(calendar.zone, policy.language)), people, size, database)
    finally:
        await store.close()
        await seeding.forget(url)


async def _bound(turns: Turns) -> dict[str, Person]:
    people = {}
    async with turns.begin() as turn:
        for number, code in enumerate((_CLERK, _ADMIN, _LEADER, *_ASSIGNEES)):
            person = await turn.uow.people.by_code(code)
            assert person is not None, code
            people[code] = replace(person, user_id=UserId(seeding.ACCOUNTS + number))
            await turn.uow.people.save(people[code])
    return people


async def measure(kind: str, size: int, times: int) -> dict[str, Asked]:
    """Every question."""
    async with opened(kind, size) as bench:
        gc.freeze()  # as the program does when it is ready
        found = {name: await bench.ask(name, question, times) for name, question in bench.questions().items()}
        found |= {name: await bench.alike(name, times) for name in alike.TELLERS}
        found |= {f"digest of {scope}": await bench.digest(scope, max(5, times // 10)) for scope in SCOPES}
        return found


def section(*, quick: bool, kinds: Sequence[str] = KINDS, sizes: Sequence[int] = (), times: int = 0) -> Section:
    """Row 5."""
    sizes = sizes or (SIZES[:1] if quick else SIZES)
    times = times or (60 if quick else ASKED)
    rows: list[Row] = [("p50 / p99, ms", *(f"{size:,} issues" for size in sizes), "growth", "target", "reached")]
    for kind in kinds:
        with suppress(KeyboardInterrupt):
            found = {size: asyncio.run(measure(kind, size, times)) for size in sizes}
        rows += _rows(kind, found)
    return Section("Reading", "python -m tests.bench.reading", ABOUT, rows)


def _rows(kind: str, found: Mapping[int, Mapping[str, Asked]]) -> list[Row]:
    small, large = min(found), max(found)
    return [
        row
        for name in found[small]
        for row in _row(f"{kind}: {name}", name, {size: asked[name] for size, asked in found.items()}, small, large)
    ]


def _row(label: str, name: str, asked: Mapping[int, Asked], small: int, large: int) -> list[Row]:
    growth = asked[large].p99 / asked[small].p99
    cells = [f"{1000 * median(one.times):.1f} / {1000 * one.p99:.1f}" for one in asked.values()]
    target, reached, rows = "", "", list[Row]()
    if name.startswith("/"):
        target, reached = "≤ 20 ms, ≤ 1.5 ×", verdict(max(asked[large].p99 / MOST, growth / GROWTH), 1)
    elif name.startswith("digest"):
        target, reached = "≤ 200 ms", verdict(asked[large].p99, DIGEST_MOST)
    elif 100_000 in asked:
        target, reached = "≤ 5 ms at 100,000", verdict(asked[100_000].p99, ALIKE_MOST)
    if all(one.found is not None for one in asked.values()):
        recalls = {size: one.found or 0.0 for size, one in asked.items()}
        kept = verdict(recalls[100_000], ALIKE_RECALL, least=True) if 100_000 in recalls else ""
        rows = [(f"{label}, recall@5", *map("{:.3f}".format, recalls.values()), "", "≥ 0.94 at 100,000", kept)]
    return [(label, *cells, f"{growth:.2f} ×", target, reached), *rows]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--asked", type=int, default=ASKED)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    kinds = [options.only] if options.only else KINDS
    made = section(quick=False, kinds=kinds, sizes=options.sizes, times=options.asked)
    Console(width=150).print(made.as_table())


if __name__ == "__main__":
    main()
