"""The rows of a seeded ledger: tellings of the corpus as issues, with the lines of history and the photo that real ones have."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.domain.issue import AT_THE_UNIT, CLOSED, OPEN, Category, Status
from storage.repositories.bigrams import grams
from tests.bench.corpus import Facts, facts, telling
from tests.bench.past import CLERK, Past

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
YEARS = 5
SEED = 20261126
DISTRICTS = ("思明区", "湖里区", "集美区", "海沧区", "同安区", "翔安区")
UNITS, PROJECTS, REPORTERS, ASSIGNEES = 40, 400, 3_000, 200
BUSY, TASKS = 4, 22  # assignees who have exactly so many tasks, however large the ledger: a full page, and more
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
_HAD_BY_A_UNIT = frozenset({*AT_THE_UNIT, Status.RESOLVED, Status.SUSPENDED, Status.CLEARED})
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
    """Makes rows in the order of tables. `people`: the first id that is free in the city's table."""

    size: int
    people: int
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - no secret
    postings: dict[str, tuple["array[int]", "array[int]"]] = field(
        default_factory=lambda: defaultdict(lambda: (array("q"), array("q")))
    )
    tasks: list[int] = field(default_factory=lambda: [TASKS] * BUSY)  # still to be given to each of the busy

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Name and rows of each table."""
        yield "units", self._units()
        yield "people", self._people()
        yield "grants", self._grants()
        yield "projects", self._projects()
        yield "issues", self._issues()
        yield "grams", self._grams()
        yield "words", self._past().words()
        yield "history", self._past().history()
        yield "media", self._past().media()
        yield "counters", iter([{"prefix": "XM", "year": NOW.year - n, "count": self.size} for n in range(YEARS + 1)])

    def _units(self) -> Iterator[Row]:
        for n in range(UNITS):
            yield {"code": f"S{n:02}", "name": f"第{n}责任单位", "district": "", "kind": "both", "left": False}

    def _people(self) -> Iterator[Row]:
        for n in range(REPORTERS + ASSIGNEES):
            code, unit = f"S{n:04}", f"S{n % UNITS:02}"
            more = {"code": code, "name": f"人员{n}", "unit": unit, "language": "zh", "left": False, "reachable": True}
            yield {"id": self.people + n, **more}
        yield {"id": self.people + CLERK, **more, "code": "S9999", "name": "专班人员"}

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
        """Each issue's row, and what it tells: of a fresh seeder always the same."""
        began = NOW - timedelta(days=365 * YEARS)
        step = (NOW - began) / self.size
        for n in range(1, self.size + 1):
            yield self._issue(n, began + step * n)
        assert not any(self.tasks), "too few issues for the busy to have their tasks"

    def _issues(self) -> Iterator[Row]:
        for row, _ in self.told():
            n = row["id"]
            for gram in grams(row["description"]):
                self.postings[gram][row["status"] in CLOSED].append(n)
            yield row

    def _past(self) -> Past:
        """Told anew: a million rows are not kept."""
        again = Seeder(self.size, self.people)
        return Past((row for row, _ in again.told()), self.people)

    def _issue(self, n: int, at: datetime) -> tuple[Row, Facts]:
        random = self.random
        is_open = n > 0.8 * self.size and random.random() < 0.5
        states = _OPEN_STATES if is_open else _CLOSED_STATES
        status = random.choices(list(states), list(states.values()))[0]
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
        if status in _HAD_BY_A_UNIT:
            assignee = self._assignee(status)
            row |= {"unit": f"S{assignee % UNITS:02}", "assignee": self.people + REPORTERS + assignee}
            row |= {"assigned_at": at + timedelta(days=1), "deadlines": 1, "due_at": self._due(status, at)}
            row |= {"due_version": 1, "due_calendar": "seeded", "due_provisional": False}
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

    def _assignee(self, status: Status) -> int:
        """Tasks first to the busy, then to all others; what runs no more to anybody."""
        if status not in AT_THE_UNIT:
            return self.random.randrange(ASSIGNEES)
        for busy, wanting in enumerate(self.tasks):
            if wanting:
                self.tasks[busy] -= 1
                return busy
        return self.random.randrange(BUSY, ASSIGNEES)

    def _due(self, status: Status, at: datetime) -> datetime:
        """One in seven of those that run is overdue."""
        if status not in OPEN:
            return at + timedelta(days=8)
        return NOW + timedelta(hours=self.random.randint(-24 * 5, 24 * 30))

    def _grams(self) -> Iterator[Row]:
        for gram in sorted(self.postings):
            of_open, of_closed = self.postings[gram]
            for is_open, posting in ((False, of_closed), (True, of_open)):
                for issue in posting:
                    yield {"gram": gram, "open": is_open, "issue": issue}
        self.postings.clear()
