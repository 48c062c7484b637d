"""A store in memory that keeps the promises of `bot.ports`; the contract suite in tests/storage holds it to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import ports
from bot.domain.ids import ChatId
from bot.domain.issue import Issue
from bot.domain.messages import Message
from bot.domain.organisation import Person
from tests.fakes import chats, desks, ledger, organisation, reporting, running, talk, telling, time
from tests.fakes.privacy import FakePrivacy
from tests.fakes.tables import Tables

_PATIENCE = 10  # seconds a writer waits for the one before


class FakeUnitOfWork:
    """One transaction on a snapshot of the tables."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.units: ports.Units = organisation.FakeUnits(tables)
        self.projects: ports.Projects = organisation.FakeProjects(tables)
        self.people: ports.People = organisation.FakePeople(tables)
        self.drafts: ports.Drafts = reporting.FakeDrafts(tables)
        self.evidence: ports.Evidence = reporting.FakeEvidence(tables)
        self.issues: ports.Issues = ledger.FakeIssues(tables)
        self.outbox: ports.Outbox = telling.FakeOutbox(tables)
        self.cards: ports.Cards = telling.FakeCards(tables)
        self.agenda: ports.Agenda = time.FakeAgenda(tables)
        self.subscriptions: ports.Subscriptions = time.FakeSubscriptions(tables)
        self.chats: ports.Chats = chats.FakeChats(tables)
        self.desks: ports.Desks = desks.FakeDesks(tables)
        self.dialogs: ports.Dialogs = talk.FakeDialogs(tables)
        self.strangers: ports.Strangers = talk.FakeStrangers(tables)
        self.inbox: ports.Inbox = talk.FakeInbox(tables)
        self.facts: ports.Facts = talk.FakeFacts(tables)
        self.journal: ports.Journal = talk.FakeJournal(tables)
        self.privacy: ports.Privacy = FakePrivacy(tables)
        self.leases: ports.Leases = running.FakeLeases(tables)
        self.vitals: ports.VitalSigns = running.FakeVitals(tables)

    @asynccontextmanager
    async def savepoint(self, *, told_later: bool = False) -> AsyncIterator[None]:
        """An exception undoes what was written inside, and is raised on."""
        saved = self.tables.snapshot()
        try:
            yield
        except BaseException:
            self.tables.restore(saved)
            raise


class FakeStore:
    """Opens transactions on tables in memory: one writer at a time, any number of readers.

    The readers below (`outbox_messages`, `told`, `issue`, …) look into the open transaction if there is one, else at
    what is committed.
    """

    def __init__(self) -> None:
        self._committed = Tables()
        self._open: Tables | None = None
        self._writing = asyncio.Lock()

    @property
    def tables(self) -> Tables:
        """All rows, those of the open transaction included."""
        return self._open or self._committed

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[ports.UnitOfWork]:
        """To write. TimeoutError where a real store would wait for ever: a transaction opened inside another."""
        async with asyncio.timeout(_PATIENCE):
            await self._writing.acquire()
        try:
            self._open = self._committed.snapshot()
            yield FakeUnitOfWork(self._open)
            self._committed = self._open
        finally:
            self._open = None
            self._writing.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ports.UnitOfWork]:
        """What is committed now; anything written is dropped."""
        yield FakeUnitOfWork(self._committed.snapshot())

    def outbox_messages(self, kind: str | None = None) -> list[Message]:
        """All ever queued, in the order of queueing; of one kind if given."""
        messages = [row.message for _, row in sorted(self.tables.outbox.items())]
        return [message for message in messages if kind in (None, message.kind)]

    def told(self, chat: int) -> list[Message]:
        """What was queued for a chat."""
        return [message for message in self.outbox_messages() if message.chat == ChatId(chat)]

    def kinds_told(self, chat: int) -> list[str]:
        """The kinds of what was queued for a chat."""
        return [message.kind for message in self.told(chat)]

    def forget_messages(self) -> None:
        """Empty the outbox, so that a test reads only what comes next."""
        self.tables.outbox.clear()

    def issue(self, number: str) -> Issue:
        """The issue of a number; LookupError if there is none."""
        for issue in self.tables.issues.values():
            if issue.number == number:
                return issue
        raise LookupError(number)

    def person(self, code: str) -> Person:
        """The person of a code, without scans; LookupError if there is none."""
        for person in self.tables.people.values():
            if person.code == code:
                return person
        raise LookupError(code)


_: ports.Store = FakeStore()  # for the type checker
