"""What was done, and what is kept of people."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import Issue
from bot.domain.journal import Record
from bot.domain.organisation import Person


class Journal(Protocol):
    """What happened to the office itself. Append-only."""

    async def note(self, record: Record) -> None: ...
    async def of(self, subject: str) -> Sequence[Record]:
        """All about a subject, oldest first."""
        ...


class Privacy(Protocol):
    """All that is kept of one person."""

    async def kept(self, person: PersonId) -> Mapping[str, int]:
        """How many reports, tasks, words, files, drafts and lines of history."""
        ...

    async def records(self, person: PersonId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Every row about them or by them, under the name of what it is; those of 'files' have a sha256 if kept."""
        ...

    async def own_texts(self, person: PersonId) -> list[str]:
        """What they wrote."""
        ...

    async def issues_with(self, marks: Sequence[str]) -> list[Issue]:
        """Whose texts say one of these."""
        ...

    async def new_salt(self, issue: IssueId, salt: str) -> None:
        """For the digests of its lines to come."""
        ...

    async def busy(self, person: Person) -> bool:
        """Something of theirs still waits to be handled or sent."""
        ...

    async def erase(self, person: Person, marks: Sequence[str]) -> tuple[list[int], list[str]]:
        """Take out all but their row, and the issues' texts. Returns which words were emptied, and the SHA-256 of files that
        nothing refers to any more."""
        ...

    async def scrub(self, marks: Sequence[str]) -> None:
        """What was sent or heard, is still to be said, or stands in digests and conversations says the marks no more."""
        ...
