"""One transaction and all that can be done in it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.ports.chats import Chats, Subscriptions
from bot.ports.desk import Desks
from bot.ports.ledger import Issues
from bot.ports.organisation import People, Projects, Strangers, Units
from bot.ports.past import Journal, Privacy
from bot.ports.planning import Agenda
from bot.ports.reporting import Dialogs, Drafts, Evidence
from bot.ports.running import Facts, Inbox, Leases, VitalSigns
from bot.ports.telling import Cards, Outbox


class UnitOfWork(Protocol):
    """One transaction and all that can be done in it."""

    units: Units
    projects: Projects
    people: People
    drafts: Drafts
    evidence: Evidence
    issues: Issues
    outbox: Outbox
    cards: Cards
    agenda: Agenda
    subscriptions: Subscriptions
    chats: Chats
    desks: Desks
    dialogs: Dialogs
    strangers: Strangers
    inbox: Inbox
    facts: Facts
    journal: Journal
    privacy: Privacy
    leases: Leases
    vitals: VitalSigns

    def savepoint(self, *, told_later: bool = False) -> AbstractAsyncContextManager[None]:
        """What is written inside is kept or undone as a whole: an exception undoes it and is raised on. `told_later`: what it
        tells may be written with what follows, and fail there."""
        ...


class StoreUnavailable(Exception):  # noqa: N818 - a state of the world, retried
    """The database can't be reached or is busy: nothing of the transaction happened, and it may be tried again as a whole."""


class Store(Protocol):
    """Opens transactions. Raises StoreUnavailable where trying again may help. Leaving `begin` commits, an exception rolls back."""

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """To write. On SQLite there is one writer at a time in the process."""
        ...

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A snapshot to read from; never waits for the writer on SQLite (WAL)."""
        ...
