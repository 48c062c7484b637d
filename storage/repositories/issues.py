"""The ledger: filing, changing, and reading one issue. Lists, search and figures are in files of their own."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, insert, null, select, update

from bot.domain.errors import ChangedMeanwhile
from bot.domain.history import Action, Change, Entry
from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import OPEN, Issue, Standing, format_number
from bot.ports import HistoryLine, IssueView
from storage.chain.trail import Trail, Unsealed, digest_of, state_of, words_digest
from storage.databases.dialect import ids_given, insert_into, is_given
from storage.repositories.alike import Likeness
from storage.repositories.figures import Figures
from storage.repositories.issue_lists import IssueLists
from storage.repositories.issue_rows import (
    ENTRY,
    ISSUE,
    STANDING,
    VIEW,
    entry_of,
    issue_of,
    row_of,
    standing_of,
    view_of,
)
from storage.repositories.queue import Queue
from storage.repositories.repository import Session
from storage.repositories.search import Search
from storage.tables import counters, history, people, words
from storage.tables import issues as ledger

_SOUGHT = ledger.c.id == bindparam("sought")
_ISSUE, _STANDING, _VIEW = ISSUE.where(_SOUGHT), STANDING.where(_SOUGHT), VIEW.where(_SOUGHT)
_VIEWS = VIEW.where(ledger.c.id.in_(bindparam("sought", expanding=True)))
_BY_NUMBER = ISSUE.where(ledger.c.number == bindparam("sought"))
_ENTRIES = ENTRY.where(history.c.issue == bindparam("sought"))
_LAST = _ENTRIES.order_by(history.c.id.desc()).limit(1)
_ENTRIES_OF_ALL = ENTRY.where(history.c.issue.in_(bindparam("sought", expanding=True)))
_BY_NAME = people.c.name.label("by_name")
_LINES, _LINES_OF_ALL = (
    entries.add_columns(_BY_NAME).outerjoin(people, people.c.id == history.c.by).order_by(history.c.id)
    for entries in (_ENTRIES, _ENTRIES_OF_ALL)
)
_ADD = insert(ledger).returning(ledger.c.id)
_NOTE = insert(history).returning(history.c.id)
_WORDS = insert(words).returning(words.c.id)


class SqlIssues(Queue, IssueLists, Search, Likeness, Figures):
    """Keeps `bot.ports.Issues`."""

    def __init__(self, session: Session, trail: Trail) -> None:
        super().__init__(session)
        self._trail = trail

    async def next_number(self, prefix: str, year: int) -> str:
        """One statement; the counter's row is held until the transaction ends, so a rollback leaves no gap."""
        first = {"prefix": prefix, "year": year, "count": 1}
        return format_number(prefix, year, await self._value(_count(postgres=self._postgres), first))

    async def add(self, change: Change) -> Issue:
        """File it with its first line of history; its id is ignored."""
        row = row_of(change.issue) | {"salt": secrets.token_hex(16)}
        given = IssueId(await self._value(_ADD, row))
        filed = replace(change.issue, id=given)
        await self._note(replace(change.entry, issue=given), state_of(row, row["salt"]))
        await self._take_in(filed.id, filed.description, is_open=filed.is_open)
        return filed

    async def save(self, change: Change) -> None:
        """Write the issue and its line of history. Raises ChangedMeanwhile."""
        issue = change.issue
        row = row_of(issue)
        saved = await self._first(_SAVE, row | _versions(issue))
        if saved is None:
            raise ChangedMeanwhile(number=issue.number)
        await self._note(change.entry, state_of(row, saved.salt))
        await self._index(change, saved.former_description)

    async def get(self, issue: IssueId) -> Issue:
        """LookupError if there is none."""
        return issue_of(await self._known(_ISSUE, issue))

    async def by_number(self, number: str) -> Issue | None:
        """By the number as the ledger writes it."""
        row = await self._first(_BY_NUMBER, {"sought": number})
        return None if row is None else issue_of(row)

    async def standing(self, issue: IssueId) -> Standing:
        """LookupError if there is none."""
        return standing_of(await self._known(_STANDING, issue))

    async def view(self, issue: IssueId) -> IssueView:
        """LookupError if there is none."""
        return view_of(await self._known(_VIEW, issue))

    async def expect(self, asked: Collection[IssueId]) -> None:
        """`view` and `history` are asked for these next."""
        await self._foresee(_VIEW, _VIEWS, asked)
        await self._foresee(_LINES, _LINES_OF_ALL, asked, of="issue")

    async def history(self, issue: IssueId) -> list[HistoryLine]:
        """Oldest first."""
        return [HistoryLine(entry_of(row), row.by_name or "") for row in await self._all(_LINES, {"sought": issue})]

    async def last_entry(self, issue: IssueId) -> Entry | None:
        """The newest line."""
        row = await self._first(_LAST, {"sought": issue})
        return None if row is None else entry_of(row)

    async def said(self, issues: Sequence[IssueId], action: Action) -> dict[IssueId, str]:
        """In one statement."""
        given = ids_given(issues, postgres=self._postgres)
        rows = await self._all(_said(postgres=self._postgres), {"action": action, **given})
        return {row.issue: row.text for row in rows}

    async def _known(self, statement: Any, issue: IssueId) -> Any:
        row = await self._first(statement, {"sought": issue})
        if row is None:
            raise LookupError(issue)
        return row

    async def _note(self, entry: Entry, state: str) -> None:
        row = {name: getattr(entry, name) for name in _ENTRY} | {"words": None, "words_digest": None, "state": state}
        row |= {"before": dict(entry.before), "after": dict(entry.after)}
        if entry.words:
            row |= await self._words(entry.by, entry.words)
        self._trail.add(Unsealed("line", await self._value(_NOTE, row), digest_of(row)))

    async def _words(self, author: PersonId | None, text: str) -> dict[str, Any]:
        """What people say stands apart: the line keeps a digest that says nothing once the salt is erased."""
        salt = secrets.token_hex(16)
        row = {"author": author, "text": text, "salt": salt}
        given = await self._value(_WORDS, row)
        return {"words": given, "words_digest": words_digest(salt, text)}

    async def _index(self, change: Change, former: str | None) -> None:
        """Keep the search index in step when the text or the open-ness changed."""
        issue, was_open = change.issue, change.entry.before_status in OPEN
        if former is not None:
            await self._take_out(issue.id, former, is_open=was_open)
            await self._take_in(issue.id, issue.description, is_open=issue.is_open)
            await self._run(update(ledger).where(ledger.c.id == issue.id).values(former_description=null()))
        elif was_open != issue.is_open:
            await self._turn(issue.id, issue.description, is_open=issue.is_open)


_ENTRY = ("issue", "action", "at", "by", "before_status", "after_status")


@cache
def _said(*, postgres: bool) -> Any:
    """Oldest first, so that the newest is what stays."""
    chosen = select(history.c.issue, words.c.text).join(words, words.c.id == history.c.words)
    wanted = (
        is_given(history.c.issue, postgres=postgres),
        history.c.action == bindparam("action", type_=history.c.action.type),
    )
    return chosen.where(*wanted).order_by(history.c.id)


@cache
def _count(*, postgres: bool) -> Any:
    first = insert_into(counters, postgres=postgres)
    moved = first.on_conflict_do_update(index_elements=["prefix", "year"], set_={"count": counters.c.count + 1})
    return moved.returning(counters.c.count)


def _save() -> Any:
    """An UPDATE that holds only if nobody wrote in between, and tells the description it replaced, if it did."""
    said = bindparam("new_description", type_=ledger.c.description.type)
    former = case((ledger.c.description != said, ledger.c.description), else_=null())
    unchanged = (_SOUGHT, ledger.c.version == bindparam("old_version"))
    return (
        update(ledger)
        .where(*unchanged)
        .values(former_description=former)
        .returning(ledger.c.former_description, ledger.c.salt)
    )


def _versions(issue: Issue) -> dict[str, Any]:
    return {"sought": issue.id, "old_version": issue.version - 1, "new_description": issue.description}


_SAVE = _save()
