"""The chain over all that happened, and what happened to the office itself. Append-only: the database refuses anything else."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Table

from bot.domain.journal import Event
from storage.tables.base import Coded, Json, Moment, RowId, Words, metadata, refers, required, row_id

# what happened to people's roles, to groups and to the rules; subjects are pseudonymous ids
journal = Table(
    "journal",
    metadata,
    row_id(),
    required("at", Moment),
    required("event", Coded(Event)),
    refers("by", "people.id"),
    required("subject", index=True),
    required("before", Json),
    required("after", Json),
)

# one per line of history or of the journal, without gaps: `hash` covers the line and the hash before
seals = Table(
    "seals",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("line", RowId, unique=True),  # of history; no constraint: a line is never deleted, and `audit verify` looks
    Column("entry", RowId, unique=True),  # of the journal
    required("hash", Words),
    CheckConstraint("(line IS NULL) <> (entry IS NULL)", name="ck_seals_one"),
)
