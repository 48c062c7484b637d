"""What falls due when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.ids import IssueId, PersonId
from bot.ports.ledger import Brief


class Due(NamedTuple):
    """One planned moment of an issue. `kind` is 'reminder', 'rung' or 'nudge'; one row per issue and kind."""

    issue: IssueId
    kind: str
    at: datetime
    version: int  # of the deadline it belongs to
    step: int  # reminder: working days left or (negative) overdue; rung: index in the ladder; nudge: which one it is
    any_hour: bool = False


class Ripe(NamedTuple):
    """A moment that has come, with its issue as it stands now."""

    due: Due
    brief: Brief


@dataclass(frozen=True, slots=True)
class Telling:
    """A step that was taken, with one person who was told of it (None: the step itself), and the proof."""

    step: int
    person: PersonId | None
    at: datetime  # when it was said
    sent_at: datetime | None = None  # when Telegram took it
    seen_at: datetime | None = None  # when the person pressed something about it


class Agenda(Protocol):
    """What is due when, as rows of an indexed table; and the proof of what was said."""

    async def plan(self, due: Due) -> None:
        """Insert or replace the issue's row of that kind."""
        ...

    async def plan_all(self, dues: Sequence[Due]) -> None:
        """The same for many rows in one go; at most one per issue and kind."""
        ...

    async def planned(self, issue: IssueId) -> list[Due]:
        """The issue's rows, at most one of each kind."""
        ...

    async def cancel(self, issue: IssueId, kind: str | None = None) -> None:
        """Forget the issue's row of that kind; of every kind by default."""
        ...

    async def due(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Due]:
        """Earliest first."""
        ...

    async def ripe(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Ripe]:
        """The same with the issues. Others have their turn while many are read."""
        ...

    async def briefs(self, issues: Sequence[IssueId]) -> list[Brief]:
        """Of these, by id; unknown ones are left out."""
        ...

    async def take(self, kind: str, issues: Sequence[IssueId], at: datetime) -> set[IssueId]:
        """Note that the step of that kind that is due was taken, of each of these, in a few statements however many they are;
        returns those of which it was not taken before."""
        ...

    async def move(self, kind: str, issues: Sequence[IssueId], now: datetime, at: datetime, step: int) -> None:
        """The step after the one that is due, the same for each of these; what is not due stays."""
        ...

    async def said(self, due: Due, person: PersonId | None, at: datetime) -> bool:
        """Note that this step of this deadline version was told; False if it already was."""
        ...

    async def said_all(self, dues: Mapping[Due, PersonId | None], at: datetime) -> set[Due]:
        """The same for many in one go (no two of the same issue, kind, version and step); those not told before."""
        ...

    async def told(self, tellings: Sequence[tuple[Due, PersonId]], at: datetime) -> None:
        """Note who was told of which step; what is noted already stays."""
        ...

    async def arrived(self, person: PersonId, told_at: datetime, at: datetime) -> None:
        """What this person was told at that moment has reached their chat."""
        ...

    async def seen(
        self, person: PersonId, at: datetime, *, told_at: datetime | None = None, issue: IssueId | None = None
    ) -> int:
        """The person has seen what they were told at that moment, or about that issue; how many steps are newly seen.
        What was seen has arrived."""
        ...

    async def tellings(self, issue: IssueId, kind: str, version: int) -> list[Telling]:
        """What was said of one deadline version: by step, the step itself before its people."""
        ...

    async def climbed(self, issues: Sequence[IssueId]) -> dict[IssueId, int]:
        """The highest rung each has reached with its present deadline; those on none are left out."""
        ...
