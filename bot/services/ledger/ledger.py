"""The ledger for people: /ledger asks for it as a spreadsheet, /overdue lists what is late; and the stream behind both exports."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.deadlines import days_left
from bot.domain.draft import Media, Purpose
from bot.domain.errors import NotAllowed
from bot.domain.ids import ChatId
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.domain.permissions import COMMANDS, Access, Sight, may_use, sight
from bot.ports import IssueView, UnitOfWork
from bot.services.turn import Turn

CHUNK = 500  # issues whose evidence and people are read at once
PAGE = 8  # lines of /overdue: each has a button
LONGEST = 1000  # more overdue issues than this nobody pages through


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an export. `reporter` is a person's code, or `guest-<id>` for who came through a card."""

    view: IssueView
    evidence: Sequence[Media]
    reporter: str
    assignee: str  # code; '' when none

    @property
    def photos(self) -> list[str]:
        """SHA-256 of the original bytes of its pictures that are stored, in the order they were sent; not the unit's proof."""
        return [media.sha256 for media in self._pictures(proof=False) if media.sha256 is not None]

    @property
    def proofs(self) -> list[str]:
        """The same of the pictures that prove the solution, of every round."""
        return [media.sha256 for media in self._pictures(proof=True) if media.sha256 is not None]

    @property
    def missing(self) -> int:
        """Pictures whose bytes could not be fetched, or not yet."""
        return sum(media.is_picture and media.sha256 is None for media in self.evidence)

    def _pictures(self, *, proof: bool) -> list[Media]:
        return [one for one in self.evidence if one.is_picture and (one.purpose is Purpose.PROOF) is proof]


async def entries(uow: UnitOfWork, seen: Sight) -> AsyncIterator[Entry]:
    """Every issue in sight, by number, streamed; two queries for each five hundred."""
    chunk: list[IssueView] = []
    async for view in uow.issues.each(seen):
        chunk.append(view)
        if len(chunk) == CHUNK:
            for entry in await _completed(uow, chunk):
                yield entry
            chunk = []
    for entry in await _completed(uow, chunk):
        yield entry


async def _completed(uow: UnitOfWork, views: Sequence[IssueView]) -> list[Entry]:
    if not views:
        return []
    evidence = await uow.evidence.of_issues([view.issue.id for view in views])
    named = {view.issue.reporter for view in views} | {view.issue.assignee for view in views}
    people = await uow.people.many(sorted(person for person in named if person is not None))
    codes = {person.id: person.code or f"guest-{person.id}" for person in people.values()}
    return [
        Entry(
            view=view,
            evidence=evidence.get(view.issue.id, []),
            reporter=codes.get(view.issue.reporter, f"guest-{view.issue.reporter}"),
            assignee=codes.get(view.issue.assignee, "") if view.issue.assignee is not None else "",
        )
        for view in views
    ]


async def request(turn: Turn, person: Person, chat: ChatId, words: str) -> None:
    """Queue the spreadsheet; it is made when it is sent, of what the person may see then. Raises NotAllowed."""
    if not may_use(person, Access.LEDGER):
        raise NotAllowed(action=Access.LEDGER.value)
    await turn.tell(Message(chat, "ledger/file", {"words": " ".join(words.split())[:100]}))


async def overdue(turn: Turn, person: Person, chat: ChatId, page: int = 0, *, fresh: bool = True) -> None:
    """What is overdue in the person's sight, longest first; `page` counts from 0. Raises NotAllowed."""
    if not may_use(person, Access.OVERDUE):
        raise NotAllowed(action=Access.OVERDUE.value)
    seen = sight(person, COMMANDS[Access.OVERDUE])
    page = max(0, min(page, LONGEST // PAGE))
    views = await turn.uow.issues.overdue(seen, turn.now, (page + 1) * PAGE + 1)
    rows = [_row(turn, view) for view in views[page * PAGE : (page + 1) * PAGE]]
    facts = {"rows": rows, "page": page, "more": len(views) > (page + 1) * PAGE, "at": turn.now.isoformat()}
    await turn.tell(Message(chat, "ledger/overdue", facts, card="list:overdue", fresh=fresh))


def _row(turn: Turn, view: IssueView) -> Mapping[str, Any]:
    """A line of the list: the store returns nothing without a deadline."""
    issue, deadline = view.issue, view.issue.deadline
    return {
        "id": issue.id,
        "number": issue.number,
        "level": issue.level.value,
        "project": view.project_name,
        "unit": view.unit_name,
        "assignee": view.assignee_name,
        "text": " ".join(issue.description.split())[:80],
        "days": -days_left(deadline, turn.calendar, turn.now) if deadline else 0,
        "due_at": deadline.due_at.isoformat() if deadline else None,
    }
