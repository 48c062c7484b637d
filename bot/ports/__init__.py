"""What the use cases need of the outside, named by intent. `storage/` keeps these promises; so does `tests/fakes/`.

Everything here belongs to one transaction: a `UnitOfWork` is opened, used and committed or rolled back as a whole.
Moments are aware UTC; a naive one is refused. Methods named `get` raise LookupError when there is nothing; `find…`/`…_of`
return None. A store drops from every text what not every database can keep: NUL and lone halves of surrogate pairs.
"""

from bot.ports.chats import Chats, Subscription, Subscriptions
from bot.ports.desk import Claim, Desk, DeskCase, Desks, DeskTopic
from bot.ports.ledger import Brief, Found, HistoryLine, Issues, IssueView, Similar
from bot.ports.organisation import People, Projects, Strangers, Units
from bot.ports.past import Journal, Privacy
from bot.ports.planning import Agenda, Due, Ripe, Telling
from bot.ports.reporting import Dialogs, Drafts, Evidence, MediaFolder
from bot.ports.running import Backlog, Facts, Inbox, InboxRow, LeaseLost, Leases, Poison, Vitals, VitalSigns
from bot.ports.store import Store, StoreUnavailable, UnitOfWork
from bot.ports.telling import Cards, Outbox, OutboxRow

__all__ = [
    "Agenda",
    "Backlog",
    "Brief",
    "Cards",
    "Chats",
    "Claim",
    "Desk",
    "DeskCase",
    "DeskTopic",
    "Desks",
    "Dialogs",
    "Drafts",
    "Due",
    "Evidence",
    "Facts",
    "Found",
    "HistoryLine",
    "Inbox",
    "InboxRow",
    "IssueView",
    "Issues",
    "Journal",
    "LeaseLost",
    "Leases",
    "MediaFolder",
    "Outbox",
    "OutboxRow",
    "People",
    "Poison",
    "Privacy",
    "Projects",
    "Ripe",
    "Similar",
    "Store",
    "StoreUnavailable",
    "Strangers",
    "Subscription",
    "Subscriptions",
    "Telling",
    "UnitOfWork",
    "Units",
    "VitalSigns",
    "Vitals",
]
