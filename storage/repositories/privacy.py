"""All that is kept of one person: counted, gathered, and taken out of every table."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, cast, delete, func, or_, select, update

from bot.domain.draft import DraftState, MediaState
from bot.domain.ids import IssueId, PersonId, UserId
from bot.domain.issue import Issue
from bot.domain.messages import OutboxState
from bot.domain.organisation import Person
from bot.domain.privacy import scrub
from storage.repositories.evidence import SqlEvidence
from storage.repositories.issue_rows import ISSUE, issue_of
from storage.repositories.repository import Telling
from storage.tables import (
    albums,
    cards,
    chats,
    dialogs,
    digests,
    draft_pieces,
    drafts,
    facts,
    grants,
    history,
    inbox,
    invitations,
    issues,
    journal,
    media,
    outbox,
    projects,
    scans,
    strangers,
    units,
    words,
)

_WAITING = (OutboxState.PENDING, OutboxState.SENDING)


class SqlPrivacy(Telling):
    """Keeps `bot.ports.Privacy`."""

    async def kept(self, person: PersonId) -> Mapping[str, int]:
        """How much there is."""
        counted = {
            "reports": select(func.count()).where(issues.c.reporter == person),
            "tasks": select(func.count()).where(issues.c.assignee == person),
            "words": select(func.count()).where(words.c.author == person, words.c.text != ""),
            "files": select(func.count()).where(media.c.author == person, media.c.file_id != ""),
            "drafts": select(func.count()).where(drafts.c.person == person, drafts.c.text != ""),
            "lines": select(func.count()).where(history.c.by == person),
        }
        return {name: await self._value(statement) for name, statement in counted.items()}

    async def records(self, person: PersonId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Every row about them or by them, table by table."""
        said = select(words.c.text, history.c.at, history.c.action, issues.c.number).join_from(
            words, history, history.c.words == words.c.id
        )
        sent = select(media.c.kind, media.c.received_at, media.c.file_name, media.c.sha256, issues.c.number)
        reported = select(
            issues.c.number, issues.c.reported_at, issues.c.status, issues.c.project, issues.c.description
        )
        given = select(issues.c.number, issues.c.status, issues.c.result)
        found = {
            "roles": select(grants).where(grants.c.person == person),
            "scans": select(scans.c.project, scans.c.first_at, scans.c.last_at).where(scans.c.person == person),
            "reports": reported.where(issues.c.reporter == person).order_by(issues.c.id),
            "tasks": given.where(issues.c.assignee == person).order_by(issues.c.id),
            "drafts": select(drafts.c.created_at, drafts.c.text).where(drafts.c.person == person, drafts.c.text != ""),
            "words": said.join(issues, issues.c.id == history.c.issue).where(words.c.author == person),
            "files": sent.outerjoin(issues, issues.c.id == media.c.issue).where(
                media.c.author == person, media.c.file_id != ""
            ),
            "journal": select(journal.c.at, journal.c.event, journal.c.before, journal.c.after).where(
                journal.c.subject == f"person:{person}"
            ),
        }
        return {name: [dict(row._mapping) for row in await self._all(statement)] for name, statement in found.items()}

    async def own_texts(self, person: PersonId) -> list[str]:
        """What they wrote: reports, results, remarks, drafts."""
        asked = (
            select(issues.c.description).where(issues.c.reporter == person),
            select(issues.c.result).where(issues.c.assignee == person),
            select(words.c.text).where(words.c.author == person),
            select(drafts.c.text).where(drafts.c.person == person),
        )
        return [text for statement in asked for (text,) in await self._all(statement)]

    async def issues_with(self, marks: Sequence[str]) -> list[Issue]:
        """Whose own texts say one of the marks."""
        columns = (issues.c.description, issues.c.result, issues.c.place_title)
        return [issue_of(row) for row in await self._all(ISSUE.where(_says(columns, marks)))] if marks else []

    async def new_salt(self, issue: IssueId, salt: str) -> None:
        """Of the digests to come: with the old one gone nobody can try out what the older digests were of."""
        await self._run(update(issues).where(issues.c.id == issue).values(salt=salt))

    async def busy(self, person: Person) -> bool:
        """Something of theirs still waits to be handled or sent."""
        if person.user_id is None:
            return False
        coming = select(inbox.c.id).where(
            inbox.c.done_at.is_(None), inbox.c.error.is_(None), _says([inbox.c.raw], [str(person.user_id)])
        )
        going = select(outbox.c.id).where(outbox.c.chat == person.user_id, outbox.c.state.in_(_WAITING))
        return await self._first(coming.limit(1)) is not None or await self._first(going.limit(1)) is not None

    async def erase(self, person: Person, marks: Sequence[str]) -> tuple[list[int], list[str]]:
        """Take it all out but the issues' texts. Returns the ids of the words that were emptied, and the SHA-256 of files that
        nothing refers to any more."""
        await self._erase_reporting(person.id)
        files = await self._erase_files(person.id)
        emptied = await self._erase_words(person.id, marks)
        for statement in (
            delete(grants).where(grants.c.person == person.id),
            delete(scans).where(scans.c.person == person.id),
            delete(invitations).where(invitations.c.person == person.id),
            update(units).where(units.c.head == person.id).values(head=None),
            update(projects).where(projects.c.served_by == person.id).values(served_by=None),
        ):
            await self._run(statement)
        if person.user_id is not None:
            await self._erase_account(person.user_id)
        await self.scrub(marks)
        return emptied, files

    async def _erase_reporting(self, person: PersonId) -> None:
        theirs = select(drafts.c.id).where(drafts.c.person == person)
        open_ = (drafts.c.person == person, drafts.c.state == DraftState.OPEN)
        await self._run(delete(draft_pieces).where(draft_pieces.c.draft.in_(theirs)))
        await self._run(update(drafts).where(*open_).values(state=DraftState.CANCELLED))
        nothing = {"text": "", "chat": 0, "latitude": None, "longitude": None, "place_title": None}
        await self._run(update(drafts).where(drafts.c.person == person).values(nothing))

    async def _erase_files(self, person: PersonId) -> list[str]:
        theirs, mine = media.c.author == person, select(media.c.sha256, media.c.clean_sha256)
        hashes = {found for row in await self._all(mine.where(theirs)) for found in row if found is not None}
        nothing = {"file_id": "", "file_unique_id": "", "file_name": None, "sha256": None, "clean_sha256": None}
        gone = {**nothing, "chat": 0, "state": MediaState.MISSING, "error": "erased"}
        await self._run(update(media).where(theirs).values(gone))
        return await SqlEvidence(self._session).unused(hashes)

    async def _erase_words(self, person: PersonId, marks: Sequence[str]) -> list[int]:
        theirs = words.c.author == person
        about = or_(theirs, _says([words.c.text], marks)) if marks else theirs
        emptied = update(words).where(about, words.c.text != "").values(text="", salt="").returning(words.c.id)
        return sorted(row.id for row in await self._all(emptied))

    async def _erase_account(self, user: UserId) -> None:
        """What is under the account's number: their private chat has it too. What is being settled is waited for, so that parts
        it was split into go too."""
        await self._all(select(outbox.c.id).where(outbox.c.chat == user).with_for_update())
        for table in (albums, cards, chats, outbox, inbox):
            await self._run(delete(table).where(table.c.chat == user))
        await self._run(delete(strangers).where(strangers.c.user_id == user))
        await self._run(delete(facts).where(facts.c.name == f"menu:{user}"))
        await self._run(delete(dialogs).where(or_(dialogs.c.key.like(f"{user}:%"), dialogs.c.key.like(f"%:{user}"))))

    async def scrub(self, marks: Sequence[str]) -> None:
        """What was sent is forgotten; what is still to be sent, and frozen digests, say it without the marks."""
        if not marks:
            return
        await self._run(delete(inbox).where(inbox.c.done_at.is_not(None), _says([inbox.c.raw, inbox.c.error], marks)))
        await self._scrub_json(outbox, "facts", marks)
        await self._scrub_json(digests, "figures", marks)
        await self._scrub_json(dialogs, "data", marks, key="key")
        await self._run(update(outbox).where(_says([outbox.c.error], marks)).values(error=""))

    async def _scrub_json(self, table: Table, name: str, marks: Sequence[str], key: str = "id") -> None:
        column = table.c[name]
        for row in await self._all(select(table.c[key], column).where(_says([cast(column, Text)], marks))):
            await self._run(update(table).where(table.c[key] == row[0]).values({name: scrub(row[1], marks)}))


def _says(columns: Sequence[Any], marks: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(column.contains(mark, autoescape=True) for column in columns for mark in marks))
