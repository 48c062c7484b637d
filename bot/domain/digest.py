"""The figures of a digest: frozen when made, so that last week's can be made again (domain.md: The weekly digest)."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import IssueId, UnitCode
from bot.domain.issue import Category
from bot.domain.organisation import Scope


@dataclass(frozen=True, slots=True)
class Totals:
    """Since the ledger began, within the scope, at the stated moment. Rejected ones are collected too."""

    collected: int
    solved: int  # cleared with outcome solved, nothing else
    open: int
    overdue: int

    @property
    def rate(self) -> float:
        """Solved per collected, 0..1; 0 when nothing was collected."""
        return self.solved / self.collected if self.collected else 0.0


@dataclass(frozen=True, slots=True)
class WeekCount:
    """One week's movement."""

    new: int
    solved: int
    overdue: int = 0  # deadlines that passed in the week without the issue being resolved by then


@dataclass(frozen=True, slots=True)
class Tally:
    """A row of a breakdown."""

    collected: int
    solved: int
    overdue: int


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """An overdue issue, for the list: longest first."""

    number: str
    project: str
    unit: str
    assignee: str
    days: int  # working days overdue
    due_at: datetime
    issue: IssueId | None = None
    nudged: int = 0  # 催办 by hand, in all
    rung: str = ""  # the highest it has climbed to; '' before the first


@dataclass(frozen=True, slots=True)
class Digest:
    """All that a week's digest says."""

    scope: Scope
    scope_name: str
    week_start: datetime
    made_at: datetime
    totals: Totals
    this_week: WeekCount
    last_week: WeekCount
    by_category: tuple[tuple[Category, Tally], ...]
    by_unit: tuple[tuple[UnitCode, str, Tally], ...]  # code, name
    overdue: tuple[OverdueLine, ...]  # longest first, at most 20
