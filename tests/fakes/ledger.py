"""The ledger, in memory."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from unicodedata import normalize

from bot.domain.digest import OverdueLine, Tally, Totals, WeekCount
from bot.domain.errors import ChangedMeanwhile
from bot.domain.history import Action, Change, Entry
from bot.domain.ids import IssueId, PersonId, UnitCode
from bot.domain.issue import (
    AT_THE_DESK,
    AT_THE_UNIT,
    Category,
    Issue,
    Level,
    Outcome,
    Standing,
    Status,
    Word,
    format_number,
    standing_in,
)
from bot.domain.lifecycle import ASKS
from bot.domain.organisation import Scope
from bot.domain.permissions import Sight, covers
from bot.ports import Found, HistoryLine, IssueView, Similar
from tests.fakes.tables import Tables, aware, kept, next_id, refer, text


class FakeIssues:
    """The ledger."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def next_number(self, prefix: str, year: int) -> str:
        self._tables.numbers[prefix, year] = self._tables.numbers.get((prefix, year), 0) + 1
        return format_number(prefix, year, self._tables.numbers[prefix, year])

    async def add(self, change: Change) -> Issue:
        if await self.by_number(change.issue.number):
            raise ValueError(f"number already given: {change.issue.number}")
        issue = self._write(replace(change.issue, id=IssueId(next_id(self._tables.issues))))
        self._note(replace(change.entry, issue=issue.id))
        return issue

    async def save(self, change: Change) -> None:
        stored = self._tables.issues[change.issue.id]
        if stored.version + 1 != change.issue.version:
            raise ChangedMeanwhile(number=stored.number)
        self._write(change.issue)
        self._note(change.entry)

    async def get(self, issue: IssueId) -> Issue:
        return self._tables.issues[issue]

    async def by_number(self, number: str) -> Issue | None:
        return next((issue for issue in self._tables.issues.values() if issue.number == number), None)

    async def standing(self, issue: IssueId) -> Standing:
        return self._standing(self._tables.issues[issue])

    async def expect(self, asked: Collection[IssueId]) -> None:
        """Nothing is quicker for being expected."""

    async def view(self, issue: IssueId) -> IssueView:
        return self._view(self._tables.issues[issue])

    async def views(self, issues: Sequence[IssueId]) -> list[IssueView]:
        return [await self.view(issue) for issue in issues]

    async def history(self, issue: IssueId) -> list[HistoryLine]:
        return [HistoryLine(entry, self._name(entry.by)) for entry in self._entries(issue)]

    async def last_entry(self, issue: IssueId) -> Entry | None:
        return next(reversed(self._entries(issue)), None)

    async def said(self, issues: Sequence[IssueId], action: Action) -> dict[IssueId, str]:
        lines = [entry for issue in issues for entry in self._entries(issue)]
        return {entry.issue: entry.words for entry in lines if entry.action is action and entry.words}

    async def queue(
        self, sight: Sight, after: IssueId | None, limit: int, *, silent_before: datetime | None = None
    ) -> list[IssueId]:
        waiting = self._waiting(sight, silent_before)
        if after is not None:
            mark = _urgency(self._tables.issues[after])
            waiting = [issue for issue in waiting if _urgency(issue) > mark]
        return [issue.id for issue in waiting[:limit]]

    async def queue_length(self, sight: Sight, most: int, *, silent_before: datetime | None = None) -> int:
        return len(self._waiting(sight, silent_before)[:most])

    def _waiting(self, sight: Sight, silent_before: datetime | None) -> list[Issue]:
        waiting = sorted(self._seen(sight, lambda i: i.status in AT_THE_DESK), key=_urgency)
        return [issue for issue in waiting if silent_before is None or self._ripe(issue, aware(silent_before))]

    def _ripe(self, issue: Issue, silent_before: datetime) -> bool:
        asked = issue.asks >= ASKS or not self._listens(issue.reporter)
        return _spoken(issue) or (_before(issue, silent_before) and asked)

    async def of_reporter(self, person: PersonId, limit: int) -> list[IssueView]:
        own = sorted(self._seen(None, lambda i: i.reporter == person), key=_newest)
        return self._views(sorted(own, key=lambda i: not i.is_open)[:limit])

    async def last_open_of(self, person: PersonId) -> Issue | None:
        return min(self._seen(None, lambda i: i.reporter == person and i.is_open), key=_newest, default=None)

    async def expect_last_open(self, people: Collection[PersonId]) -> None:
        """Nothing is quicker for being expected."""

    async def tasks(self, person: PersonId, limit: int) -> list[IssueView]:
        tasks = self._seen(None, lambda i: i.assignee == person and i.status in AT_THE_UNIT)
        return self._views(sorted(tasks, key=_due)[:limit])

    async def unanswered(self, before: datetime, limit: int) -> list[IssueView]:
        late = self._seen(None, lambda i: _silent(i) and _before(i, aware(before)) and self._listens(i.reporter))
        return self._views(sorted(late, key=lambda i: (i.resolved_at, i.id))[:limit])

    async def suspended(self, sight: Sight, limit: int) -> list[IssueView]:
        found = self._seen(sight, lambda i: i.status is Status.SUSPENDED)
        return self._views(sorted(found, key=lambda i: (i.suspended_at, i.id))[:limit])

    async def followers(self, original: IssueId) -> list[IssueId]:
        return sorted(i.id for i in self._tables.issues.values() if i.merged_into == original)

    async def overdue(self, sight: Sight, now: datetime, limit: int) -> list[IssueView]:
        late = self._seen(sight, lambda i: i.overdue_at(aware(now)))
        return self._views(sorted(late, key=_due)[:limit])

    async def asking_for_time(self, sight: Sight, limit: int) -> list[IssueView]:
        asking = self._seen(sight, lambda i: i.status in AT_THE_UNIT and i.asked_until is not None)
        return self._views(sorted(asking, key=_due)[:limit])

    async def provisional(self, sight: Sight, limit: int) -> list[IssueView]:
        unsure = self._seen(sight, lambda i: i.status in AT_THE_UNIT and i.deadline and i.deadline.provisional)
        return self._views(sorted(unsure, key=_due)[:limit])

    async def find(self, words: str, sight: Sight, limit: int) -> Found:
        wanted = text(words).casefold().split()
        found = self._seen(sight, lambda i: bool(wanted) and all(self._mentions(i, word) for word in wanted))
        return Found(self._views(sorted(found, key=_newest)[:limit]))

    async def similar(
        self, text: str, limit: int, *, exclude: IssueId | None = None, open_only: bool = False
    ) -> list[Similar]:
        looked_at = [issue for issue in self._tables.issues.values() if issue.is_open or not open_only]
        scored = [(_likeness(text, issue.description), issue) for issue in looked_at]
        alike = [(score, issue) for score, issue in scored if score > 0 and issue.id != exclude]
        alike.sort(key=lambda pair: (-pair[0], -pair[1].id))
        open_ones = [issue for _, issue in alike if issue.is_open][:limit]
        closed = [issue for _, issue in alike if not issue.is_open][:limit]
        taken = {issue.id for issue in (*open_ones, *closed)}
        return [_similar(issue, score, self._standing(issue)) for score, issue in alike if issue.id in taken]

    async def each(self, sight: Sight) -> AsyncIterator[IssueView]:
        for issue in sorted(self._seen(sight, lambda _: True), key=lambda i: i.id):
            yield self._view(issue)

    async def totals(self, scope: Scope, now: datetime) -> Totals:
        issues = self._within(scope)
        tally = _tally(issues, now)
        return Totals(tally.collected, tally.solved, sum(i.is_open for i in issues), tally.overdue)

    async def week_count(self, scope: Scope, start: datetime, end: datetime) -> WeekCount:
        issues = self._within(scope)
        return WeekCount(
            new=sum(start <= i.reported_at < end for i in issues),
            solved=sum(_solved(i) and i.closed_at is not None and start <= i.closed_at < end for i in issues),
            overdue=sum(_missed(i, start, end) for i in issues),
        )

    async def by_category(self, scope: Scope, now: datetime) -> list[tuple[Category, Tally]]:
        issues = self._within(scope)
        present = Counter(issue.category for issue in issues)
        return [(c, _tally([i for i in issues if i.category is c], now)) for c in Category if c in present]

    async def by_unit(self, scope: Scope, now: datetime) -> list[tuple[UnitCode, str, Tally]]:
        issues = self._within(scope)
        collected = Counter(issue.unit for issue in issues if issue.unit is not None)
        ordered = sorted(collected, key=lambda code: (-collected[code], code))
        return [
            (code, self._tables.units[code].name, _tally([i for i in issues if i.unit == code], now))
            for code in ordered
        ]

    async def loads(self, now: datetime) -> dict[UnitCode, tuple[int, int]]:
        theirs: dict[UnitCode, list[Issue]] = {}
        for issue in self._tables.issues.values():
            if issue.is_open and issue.unit is not None:
                theirs.setdefault(issue.unit, []).append(issue)
        return {unit: (len(found), sum(i.overdue_at(aware(now)) for i in found)) for unit, found in theirs.items()}

    async def longest_overdue(self, scope: Scope, now: datetime, limit: int) -> list[OverdueLine]:
        late = sorted((i for i in self._within(scope) if i.overdue_at(aware(now))), key=_due)
        return [_overdue_line(view) for view in self._views(late[:limit])]

    def _write(self, issue: Issue) -> Issue:
        refer(self._tables.projects, issue.project)
        refer(self._tables.people, issue.reporter, issue.assignee)
        refer(self._tables.units, issue.unit, issue.reporting_unit)
        self._tables.issues[issue.id] = kept(issue)
        return self._tables.issues[issue.id]

    def _note(self, entry: Entry) -> None:
        number = next_id(self._tables.history)
        self._tables.history[number] = kept(replace(entry, id=number))

    def _entries(self, issue: IssueId) -> list[Entry]:
        return [entry for _, entry in sorted(self._tables.history.items()) if entry.issue == issue]

    def _seen(self, sight: Sight | None, wanted: Callable[[Issue], bool]) -> list[Issue]:
        issues = [issue for issue in self._tables.issues.values() if wanted(issue)]
        return [issue for issue in issues if sight is None or sight.includes(self._standing(issue))]

    def _within(self, scope: Scope) -> list[Issue]:
        return [issue for issue in self._tables.issues.values() if covers(scope, self._standing(issue))]

    def _standing(self, issue: Issue) -> Standing:
        return standing_in(self._tables.projects[issue.project], issue)

    def _views(self, issues: Iterable[Issue]) -> list[IssueView]:
        return [self._view(issue) for issue in issues]

    def _view(self, issue: Issue) -> IssueView:
        project = self._tables.projects[issue.project]
        return IssueView(
            issue=issue,
            standing=self._standing(issue),
            project_name=project.name,
            district=project.district,
            unit_name=self._tables.units[issue.unit].name if issue.unit else "",
            reporter_name=self._name(issue.reporter),
            assignee_name=self._name(issue.assignee),
        )

    def _name(self, person: PersonId | None) -> str:
        return "" if person is None else self._tables.people[person].name

    def _listens(self, person: PersonId) -> bool:
        found = self._tables.people[person]
        return found.user_id is not None and found.reachable and not found.left

    def _mentions(self, issue: Issue, word: str) -> bool:
        number, count = (
            issue.number.casefold(),
            f"-{word.rjust(4, '0')}" if word.isascii() and word.isdecimal() else "-",
        )
        said = f"{issue.description}\n{self._tables.projects[issue.project].name}".casefold()
        return word in said or number == word or number.endswith(count)


def _spoken(issue: Issue) -> bool:
    return issue.status is not Status.RESOLVED or issue.word is Word.SOLVED


def _silent(issue: Issue) -> bool:
    return issue.status is Status.RESOLVED and issue.word is None and issue.asks == 1


def _before(issue: Issue, moment: datetime) -> bool:
    return issue.resolved_at is not None and issue.resolved_at < moment


def _urgency(issue: Issue) -> tuple[bool, datetime, int]:
    return issue.level is not Level.A, issue.reported_at, issue.id


def _newest(issue: Issue) -> tuple[float, int]:
    return -issue.reported_at.timestamp(), -issue.id


def _due(issue: Issue) -> tuple[float, int]:
    return issue.deadline.due_at.timestamp() if issue.deadline else float("inf"), issue.id


def _solved(issue: Issue) -> bool:
    return issue.status is Status.CLEARED and issue.outcome is Outcome.SOLVED


def _missed(issue: Issue, start: datetime, end: datetime) -> bool:
    """Its deadline lies in [start, end), and it was not resolved by then."""
    if issue.deadline is None or issue.status not in AT_THE_UNIT | {Status.RESOLVED, Status.CLEARED}:
        return False
    due = issue.deadline.due_at
    return start <= due < end and (issue.resolved_at is None or issue.resolved_at > due)


def _tally(issues: Sequence[Issue], now: datetime) -> Tally:
    solved = sum(_solved(issue) for issue in issues)
    return Tally(len(issues), solved, overdue=sum(issue.overdue_at(aware(now)) for issue in issues))


def _overdue_line(view: IssueView) -> OverdueLine:
    assert view.issue.deadline is not None
    return OverdueLine(
        number=view.issue.number,
        project=view.project_name,
        unit=view.unit_name,
        assignee=view.assignee_name,
        days=0,
        due_at=view.issue.deadline.due_at,
        issue=view.issue.id,
        nudged=view.issue.nudged,
    )


def _similar(issue: Issue, score: float, standing: Standing) -> Similar:
    means = issue.means if issue.status is Status.CLEARED else ()
    return Similar(issue.id, issue.number, issue.description, issue.category, means, issue.is_open, score, standing)


def _likeness(one: str, other: str) -> float:
    """Dice's coefficient of the character bigrams, 0..1."""
    left, right = _bigrams(one), _bigrams(other)
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0


def _bigrams(text: str) -> frozenset[str]:
    letters = [c for c in normalize("NFKC", text).casefold() if c.isalnum()]
    return frozenset("".join(pair) for pair in pairwise(letters))
