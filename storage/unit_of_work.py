"""One transaction and all that can be done in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from bot import ports
from storage.chain.audit import Verdict, verify
from storage.chain.trail import Head, Known, Trail, head_of
from storage.chain.triggers import missing_triggers
from storage.databases.connection import Connection
from storage.repositories.agenda import SqlAgenda
from storage.repositories.cards import SqlCards
from storage.repositories.chats import SqlChats
from storage.repositories.desks import SqlDesks
from storage.repositories.dialogs import SqlDialogs
from storage.repositories.drafts import SqlDrafts
from storage.repositories.evidence import SqlEvidence
from storage.repositories.facts import SqlFacts
from storage.repositories.inbox import SqlInbox
from storage.repositories.issues import SqlIssues
from storage.repositories.journal import SqlJournal
from storage.repositories.leases import SqlLeases
from storage.repositories.outbox import SqlOutbox
from storage.repositories.people import SqlPeople
from storage.repositories.privacy import SqlPrivacy
from storage.repositories.projects import SqlProjects
from storage.repositories.session import Session
from storage.repositories.strangers import SqlStrangers
from storage.repositories.subscriptions import SqlSubscriptions
from storage.repositories.units import SqlUnits
from storage.repositories.vitals import SqlVitals


class SqlUnitOfWork:
    """Keeps `bot.ports.UnitOfWork`: every repository works on the same connection. What only reads sees one snapshot, and asks
    it nothing twice."""

    def __init__(self, connection: Connection, known: Known, *, writing: bool) -> None:
        self._connection = connection
        self._trail = Trail(connection, known)
        self._depth = 0
        self._session = session = Session(connection, writing=writing)
        self.units: ports.Units = SqlUnits(session)
        self.projects: ports.Projects = SqlProjects(session)
        self.people: ports.People = SqlPeople(session)
        self.drafts: ports.Drafts = SqlDrafts(session)
        self.evidence: ports.Evidence = SqlEvidence(session)
        self.issues: ports.Issues = SqlIssues(session, self._trail)
        self.outbox: ports.Outbox = SqlOutbox(session)
        self.cards: ports.Cards = SqlCards(session)
        self.agenda: ports.Agenda = SqlAgenda(session)
        self.subscriptions: ports.Subscriptions = SqlSubscriptions(session)
        self.chats: ports.Chats = SqlChats(session)
        self.desks: ports.Desks = SqlDesks(session)
        self.dialogs: ports.Dialogs = SqlDialogs(session)
        self.strangers: ports.Strangers = SqlStrangers(session)
        self.inbox: ports.Inbox = SqlInbox(session)
        self.facts: ports.Facts = SqlFacts(session)
        self.journal: ports.Journal = SqlJournal(session, self._trail)
        self.privacy: ports.Privacy = SqlPrivacy(session)
        self.leases: ports.Leases = SqlLeases(session)
        self.vitals: ports.VitalSigns = SqlVitals(session)

    @asynccontextmanager
    async def savepoint(self, *, told_later: bool = False) -> AsyncIterator[None]:
        """What is written inside is kept or undone as a whole: an exception undoes it and is raised on. `told_later`: what it
        told is written with what follows; should that fail, it is not this savepoint's exception.

        Our own words instead of SQLAlchemy's nested transaction, which compiles each anew: one is opened per update.
        """
        name, waiting, mark = f"level_{self._depth}", self._session.mark(), self._trail.mark()
        await self._connection.say(f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
            if not told_later:
                await self._session.write()
        except ports.StoreUnavailable:  # it took everything with it, savepoints too
            raise
        except BaseException:
            self._session.back_to(waiting)
            self._trail.back_to(mark)
            await self._undo(name)
            raise
        finally:
            self._depth -= 1
        await self._connection.say(f"RELEASE SAVEPOINT {name}")

    async def seal(self) -> None:
        """The last thing before the commit: write what was left to be written, chain what was. Raises StoreUnavailable."""
        await self._session.write()
        await self._trail.seal()

    async def audit_head(self) -> Head:
        """The newest seal."""
        return await head_of(self._connection)

    async def missing_triggers(self) -> list[str]:
        """Of those that keep the past as it is."""
        return await self._connection.run_sync(missing_triggers)

    async def audit(self, outside: Sequence[Head] = ()) -> Verdict:
        """Is the past as it was written? `outside`: heads kept elsewhere."""
        return await verify(self._connection, outside)

    async def revision(self) -> str | None:
        """The schema's."""
        found: str | None = (await self._connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        return found

    async def _undo(self, name: str) -> None:
        if not self._connection.lost:  # a lost connection took everything with it
            await self._connection.say(f"ROLLBACK TO SAVEPOINT {name}")
            await self._connection.say(f"RELEASE SAVEPOINT {name}")
