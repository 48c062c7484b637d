"""The ledger, and what a query brings together of it for a screen."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.digest import OverdueLine, Tally, Totals, WeekCount
from bot.domain.history import Action, Change, Entry
from bot.domain.ids import ChatId, IssueId, PersonId, ProjectCode, UnitCode
from bot.domain.issue import AT_THE_UNIT, Category, Issue, Means, Standing, Status
from bot.domain.organisation import Scope
from bot.domain.permissions import Sight


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue with the names of everything it points to, for cards and lists."""

    issue: Issue
    standing: Standing
    project_name: str
    district: str
    unit_name: str  # '' when none
    reporter_name: str
    assignee_name: str  # '' when none


class Brief(NamedTuple):
    """An issue as messages that come in time speak of it: many are read at once, so it holds no more than they need."""

    issue: IssueId
    number: str
    status: Status
    words: str  # the beginning of the description
    project: ProjectCode
    reporting_unit: UnitCode | None
    reporter: PersonId
    unit: UnitCode | None
    assignee: PersonId | None
    due_at: datetime | None
    due_version: int
    provisional: bool
    nudged: int
    project_name: str
    district: str
    owner: UnitCode
    unit_name: str  # '' when none
    assignee_name: str  # '' when none
    assignee_chat: ChatId | None  # None for who can't be told

    @property
    def standing(self) -> Standing:
        """Where it stands in the organisation."""
        return Standing(
            self.project, self.district, self.owner, self.reporting_unit, self.unit, self.reporter, self.assignee
        )

    @property
    def runs(self) -> bool:
        """It has a deadline, and a unit that must keep it."""
        return self.due_at is not None and self.status in AT_THE_UNIT


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An entry with the name of who did it ('' for the system)."""

    entry: Entry
    by_name: str


@dataclass(frozen=True, slots=True)
class Similar:
    """An issue that reads like another. `score` is 0..1; `means` are what solved it, if it is cleared."""

    issue: IssueId
    number: str
    description: str
    category: Category
    means: tuple[Means, ...]
    is_open: bool
    score: float
    standing: Standing


@dataclass(frozen=True, slots=True)
class Found:
    """What was found by words. `since`: only what was reported after that moment was looked through; None: all."""

    views: Sequence[IssueView]
    since: datetime | None = None


class Issues(Protocol):
    """The ledger."""

    async def next_number(self, prefix: str, year: int) -> str:
        """The next number of the year; moves its counter in this transaction, so that there are no gaps."""
        ...

    async def add(self, change: Change) -> Issue:
        """File it (its id is ignored) with its first line of history; return it with the id given."""
        ...

    async def save(self, change: Change) -> None:
        """Write the issue and its line of history. Raises ChangedMeanwhile if somebody else wrote in between."""
        ...

    async def get(self, issue: IssueId) -> Issue: ...
    async def by_number(self, number: str) -> Issue | None: ...
    async def standing(self, issue: IssueId) -> Standing: ...
    async def expect(self, asked: Collection[IssueId]) -> None:
        """`view` and `history` are asked for these next: what one snapshot shows of them is read in one go."""
        ...

    async def view(self, issue: IssueId) -> IssueView: ...
    async def views(self, issues: Sequence[IssueId]) -> list[IssueView]:
        """In the order asked for."""
        ...

    async def history(self, issue: IssueId) -> list[HistoryLine]:
        """Oldest first."""
        ...

    async def last_entry(self, issue: IssueId) -> Entry | None: ...
    async def said(self, issues: Sequence[IssueId], action: Action) -> dict[IssueId, str]:
        """The words of the newest such line of each; without those that have none."""
        ...

    async def queue(
        self, sight: Sight, after: IssueId | None, limit: int, *, silent_before: datetime | None = None
    ) -> list[IssueId]:
        """What waits at the desk (AT_THE_DESK): level A first, then oldest first; starting behind `after` if given.
        `silent_before`: a resolved one only if its reporter said that it is solved, or it was resolved before that moment
        and the reporter was asked as often as it takes or can't be asked."""
        ...

    async def queue_length(self, sight: Sight, most: int, *, silent_before: datetime | None = None) -> int:
        """How many wait at the desk, counted up to `most`."""
        ...

    async def of_reporter(self, person: PersonId, limit: int) -> list[IssueView]:
        """Open first, newest first."""
        ...

    async def last_open_of(self, person: PersonId) -> Issue | None:
        """Their newest that is open."""
        ...

    async def expect_last_open(self, people: Collection[PersonId]) -> None:
        """`last_open_of` is asked for these next: what one snapshot shows of them is read in one go."""
        ...

    async def tasks(self, person: PersonId, limit: int) -> list[IssueView]:
        """AT_THE_UNIT with this assignee, nearest deadline first."""
        ...

    async def unanswered(self, before: datetime, limit: int) -> list[IssueView]:
        """RESOLVED before that moment, the reporter asked once and silent, and somebody who can be told; longest first."""
        ...

    async def suspended(self, sight: Sight, limit: int) -> list[IssueView]:
        """What waits for something, longest first."""
        ...

    async def followers(self, original: IssueId) -> list[IssueId]:
        """What was merged into it, in the order of filing."""
        ...

    async def overdue(self, sight: Sight, now: datetime, limit: int) -> list[IssueView]:
        """Longest overdue first."""
        ...

    async def asking_for_time(self, sight: Sight, limit: int) -> list[IssueView]:
        """AT_THE_UNIT, and more time is asked for: nearest deadline first."""
        ...

    async def provisional(self, sight: Sight, limit: int) -> list[IssueView]:
        """AT_THE_UNIT with a provisional deadline: nearest first."""
        ...

    async def find(self, words: str, sight: Sight, limit: int) -> Found:
        """Issues in whose text or project name all the words occur, newest first. A word may also be the issue's number, or
        its count: `XM-2026-0012`, `0012`, `12`. Where many have each of the words, the oldest may not be looked through."""
        ...

    async def similar(
        self, text: str, limit: int, *, exclude: IssueId | None = None, open_only: bool = False
    ) -> list[Similar]:
        """Issues that read alike (shared character bigrams), most alike first: so many open ones, and as many closed unless
        `open_only`."""
        ...

    def each(self, sight: Sight) -> AsyncIterator[IssueView]:
        """All in sight, by number, streamed."""
        ...

    async def totals(self, scope: Scope, now: datetime) -> Totals: ...
    async def week_count(self, scope: Scope, start: datetime, end: datetime) -> WeekCount:
        """What moved in [start, end). `overdue`: issues AT_THE_UNIT, resolved or cleared whose present deadline lies in it
        and that were not resolved by then (`resolved_at` None or later than the deadline). A running week ends now."""
        ...

    async def by_category(self, scope: Scope, now: datetime) -> list[tuple[Category, Tally]]: ...
    async def by_unit(self, scope: Scope, now: datetime) -> list[tuple[UnitCode, str, Tally]]:
        """Responsible units with their names, most collected first."""
        ...

    async def loads(self, now: datetime) -> dict[UnitCode, tuple[int, int]]:
        """Open and overdue issues of each responsible unit that has any."""
        ...

    async def longest_overdue(self, scope: Scope, now: datetime, limit: int) -> list[OverdueLine]:
        """`days` is 0 here; the service counts them with the calendar."""
        ...
