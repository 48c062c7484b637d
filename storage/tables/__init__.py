"""The schema, one module per part of the domain. `metadata` is what the migrations must add up to."""

from storage.tables.audit import journal, seals
from storage.tables.base import metadata
from storage.tables.ledger import counters, grams, history, issues, tallies, words
from storage.tables.organisation import (
    chats,
    facts,
    grants,
    invitations,
    people,
    projects,
    scans,
    service_cards,
    strangers,
    units,
)
from storage.tables.planning import agenda, claims, desk_cases, desk_topics, desks, digests, said, subscriptions
from storage.tables.reporting import albums, draft_pieces, drafts, media
from storage.tables.running import leases
from storage.tables.telling import cards, dialogs, inbox, outbox

__all__ = [
    "agenda",
    "albums",
    "cards",
    "chats",
    "claims",
    "counters",
    "desk_cases",
    "desk_topics",
    "desks",
    "dialogs",
    "digests",
    "draft_pieces",
    "drafts",
    "facts",
    "grams",
    "grants",
    "history",
    "inbox",
    "invitations",
    "issues",
    "journal",
    "leases",
    "media",
    "metadata",
    "outbox",
    "people",
    "projects",
    "said",
    "scans",
    "seals",
    "service_cards",
    "strangers",
    "subscriptions",
    "tallies",
    "units",
    "words",
]
