"""What reading costs in ledgers of 1,800, 100,000 and 1,000,000 issues: `/issue`, `/tasks`, `/desk`, `/find`, and what is alike.

`python -m tests.bench.reading [--only SQLite] [--sizes 1800 1000000] [--asked 200]`. Our own time: from the person's lookup
through the service and its commit to the words that would be sent; no network. The ledgers are made first (seeding.py).
"""

import argparse
import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from sqlalchemy import text

from bot.domain.ids import ChatId, IssueId, UserId
from bot.domain.issue import OPEN
from bot.domain.messages import OutboxState
from bot.domain.organisation import CITY, Grant, Person
from bot.holidays import office_calendar
from bot.policy import load_policy
from bot.services import desk, digests, ledger, lookup, tasks
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.composer import Composer
from bot.telegram.rendering import Renderer
from storage.store import SqlStore
from tests.bench import seeding
from tests.bench.corpus import facts, telling
from tests.bench.sections import Row, Section, verdict
from tests.fakes import FakeClock

SIZES = (1_800, 100_000, 1_000_000)
KINDS = ("SQLite", "PostgreSQL")
ASKED = 200  # times each question
CLOCKS = {"SQLite": time.process_time, "PostgreSQL": time.perf_counter}  # SQLite's work is our process's own
WARM = 20  # times before that
MOST = 0.020  # seconds, p99 at the largest size
GROWTH = 1.5  # p99 at the largest beside the smallest
ALIKE_MOST, ALIKE_RECALL = 0.005, 0.94
_CLERK, _ADMIN, _LEADER = "E01", "E02", "L01"
_ASSIGNEES = tuple(f"S{seeding.REPORTERS + n:04}" for n in range(20))
ABOUT = """
Ledgers of telling after telling of a seeded corpus (`tests/bench/corpus.py`, `seeding.py`), a tenth of each open: at a million
issues 100,000, of which 40,000 wait at the desk. Time from the person's lookup through the service and its commit to the
composed message; no network. On SQLite it is the processor time of our process, in which SQLite runs too; on PostgreSQL the time
that passes, with the server's. `/find` takes turns at a common word, two words, a road and a thing, a number, a part of a
project's name and a word nobody wrote, by a leader of the city and by one unit's. *Alike*: an open issue told again in other
words, order and detail; found if it is among the first five.
"""


@dataclass
class Asked:
    """One question, many times: seconds."""

    name: str
    times: list[float]

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
    clock: Callable[[], float]  # seconds

    def questions(self) -> Mapping[str, Question]:
        """By what people type."""
        clerk, leader = self.people[_CLERK], self.people[_LEADER]
        of_unit = replace(leader, grants=frozenset({Grant.parse("leader:unit:S07")}))
        of_district = replace(self.people[_ADMIN], grants=frozenset({Grant.parse("clerk:district:翔安区")}))
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
            "/desk": lambda turn, random: desk.open_queue(turn, random.choice((clerk, of_district))),
            "/find": find,
            "/overdue": lambda turn, _: ledger.overdue(turn, leader, _chat(leader)),
        }

    async def ask(self, name: str, question: Question, times: int) -> Asked:
        """Each time with other words; the first few don't count."""
        random, taken = Random(name), []  # noqa: S311 - no secret
        for _ in range(WARM + times):
            began = self.clock()
            await self._once(question, random)
            taken.append(self.clock() - began)
            await self._sent()
        logging.getLogger(__name__).info("%s %s: %.1f ms", self.size, name, 1000 * median(taken))
        return Asked(name, taken[WARM:])

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

    async def alike(self, times: int) -> tuple[Asked, float]:
        """Open issues told again: how long it takes to find what is alike, and how often the issue itself is among five."""
        retold, taken, hits = await self._retold(times + WARM), [], 0
        for number, (issue, again) in enumerate(retold):
            async with self.turns.read() as turn:
                began = self.clock()
                found = await turn.uow.issues.similar(again, 5, open_only=True)
                if number >= WARM:
                    taken.append(self.clock() - began)
                    hits += issue in {one.issue for one in found}
        return Asked("alike", taken), hits / len(taken)

    async def _retold(self, times: int) -> list[tuple[IssueId, str]]:
        """Facts are drawn from the seeder's own stream: what it told once is told again."""
        seeder, random, wanted = seeding.Seeder(self.size, people=1_000), Random(1), []  # noqa: S311 - no secret
        for row, of in seeder.told():
            if row["status"] in OPEN:
                wanted.append((IssueId(row["id"]), of))
        return [(issue, telling(random, of)) for issue, of in random.sample(wanted, min(times, len(wanted)))]

    async def digest(self) -> Asked:
        """The city's figures."""
        taken = []
        for _ in range(3):
            async with self.turns.read() as turn:
                began = self.clock()
                await digests.compose(turn, CITY)
                taken.append(self.clock() - began)
        return Asked("digest", taken)


async def cards_of(turn: Turn, person: Person, issue: int) -> None:
    """`/issue` with a number people may type."""
    number = (await turn.uow.issues.get(IssueId(issue))).number
    await lookup.open_number(turn, person, number)


def _chat(person: Person) -> ChatId:
    return ChatId(person.user_id or 0)


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
    store = SqlStore(await seeding.ledger(kind, size))
    await store.open()
    policy = load_policy(None)
    calendar = office_calendar(policy)
    turns = Turns(store, policy, calendar, FakeClock(seeding.NOW + timedelta(minutes=5)))
    try:
        people = await _bound(turns)
        yield Bench(turns, Composer(Renderer(calendar.zone, policy.language)), people, size, CLOCKS[kind])
    finally:
        await _forget(turns)
        await store.close()


async def _bound(turns: Turns) -> dict[str, Person]:
    people = {}
    async with turns.begin() as turn:
        for number, code in enumerate((_CLERK, _ADMIN, _LEADER, *_ASSIGNEES)):
            person = await turn.uow.people.by_code(code)
            assert person is not None, code
            people[code] = replace(person, user_id=UserId(50_000 + number))
            await turn.uow.people.save(people[code])
    return people


async def _forget(turns: Turns) -> None:
    async with turns.begin() as turn:
        connection = turn.uow.people._connection  # type: ignore[attr-defined]
        for table in ("outbox", "cards"):
            await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - two names
        await connection.execute(text("UPDATE people SET user_id = NULL WHERE user_id BETWEEN 50000 AND 60000"))


async def measure(kind: str, size: int, times: int) -> tuple[dict[str, Asked], float]:
    """Every question; and the recall of what is alike."""
    async with opened(kind, size) as bench:
        found = {name: await bench.ask(name, question, times) for name, question in bench.questions().items()}
        found["alike"], recall = await bench.alike(times)
        found["digest"] = await bench.digest()
        return found, recall


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


def _rows(kind: str, found: Mapping[int, tuple[Mapping[str, Asked], float]]) -> list[Row]:
    rows: list[Row] = []
    small, large = min(found), max(found)
    for name in found[small][0]:
        asked = {size: questions[name] for size, (questions, _) in found.items()}
        growth = asked[large].p99 / asked[small].p99
        cells = [f"{1000 * median(one.times):.1f} / {1000 * one.p99:.1f}" for one in asked.values()]
        target, reached = "", ""
        if name.startswith("/"):
            target = "≤ 20 ms, ≤ 1.5 ×"
            reached = verdict(max(asked[large].p99 / MOST, growth / GROWTH), 1)
        elif name == "alike" and 100_000 in asked:
            target, reached = "≤ 5 ms at 100,000", verdict(asked[100_000].p99, ALIKE_MOST)
        rows.append((f"{kind}: {name}", *cells, f"{growth:.2f} ×", target, reached))
    recalls = [recall for _, recall in found.values()]
    reached = verdict(min(recalls), ALIKE_RECALL, least=True)
    rows.append((f"{kind}: alike, recall@5", *(f"{recall:.3f}" for recall in recalls), "", "≥ 0.94", reached))
    return rows


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
