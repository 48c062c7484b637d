"""All that is kept of one person, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.draft import MediaState
from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import Issue
from bot.domain.organisation import Person
from tests.fakes.tables import Tables


class FakePrivacy:
    """Counts and gathers; erases the account, the words and the files."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def kept(self, person: PersonId) -> Mapping[str, int]:
        records = await self.records(person)
        lines = sum(entry.by == person for entry in self._tables.history.values())
        return {
            **{name: len(records[name]) for name in ("reports", "tasks", "words", "files", "drafts")},
            "lines": lines,
        }

    async def records(self, person: PersonId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        tables = self._tables
        return {
            "reports": [{"number": i.number} for i in tables.issues.values() if i.reporter == person],
            "tasks": [{"number": i.number} for i in tables.issues.values() if i.assignee == person],
            "words": [{"text": e.words} for e in tables.history.values() if e.by == person and e.words],
            "files": [{"sha256": m.sha256} for m in tables.media.values() if m.author == person and m.file_id],
            "drafts": [{"text": d.text} for d in tables.drafts.values() if d.person == person and d.text],
        }

    async def own_texts(self, person: PersonId) -> list[str]:
        return [issue.description for issue in self._tables.issues.values() if issue.reporter == person]

    async def issues_with(self, marks: Sequence[str]) -> list[Issue]:
        return [i for i in self._tables.issues.values() if any(m in i.description + i.result for m in marks)]

    async def new_salt(self, issue: IssueId, salt: str) -> None:
        pass

    async def busy(self, person: Person) -> bool:
        return False

    async def erase(self, person: Person, marks: Sequence[str]) -> tuple[list[int], list[str]]:
        files = [m for m in self._tables.media.values() if m.author == person.id]
        for item in files:
            gone = replace(item, file_id="", file_name=None, sha256=None, clean_sha256=None, state=MediaState.MISSING)
            self._tables.media[item.id] = gone
        said = {number: e for number, e in self._tables.history.items() if e.by == person.id and e.words}
        for number, entry in said.items():
            self._tables.history[number] = replace(entry, words="")
        return sorted(said), sorted({m.sha256 for m in files if m.sha256})

    async def scrub(self, marks: Sequence[str]) -> None:
        pass
