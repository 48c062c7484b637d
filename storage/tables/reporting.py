"""Drafts, the pieces they are made of, albums, and files people sent."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, text

from bot.domain.draft import DraftState, MediaKind, MediaState, Purpose
from bot.domain.issue import Category, Level
from storage.tables.base import Coded, Moment, Words, metadata, refers, required, row_id

drafts = Table(
    "drafts",
    metadata,
    row_id(),
    refers("person", "people.id", nullable=False),
    required("chat", BigInteger),
    required("created_at", Moment),
    required("state", Coded(DraftState)),
    refers("issue", "issues.id"),
    refers("project", "projects.code"),
    Column("category", Coded(Category)),
    required("category_chosen", Boolean),
    required("level", Coded(Level)),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("place_title", Words),
    required("text"),  # the pieces, joined
)
_OPEN = text("state = 'open'")
# one open draft per person and chat, whoever races
Index("uq_drafts_open", drafts.c.person, drafts.c.chat, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index(None, drafts.c.person, drafts.c.id)

draft_pieces = Table(
    "draft_pieces",
    metadata,
    refers("draft", "drafts.id", nullable=False, primary_key=True),
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    required("chat", BigInteger),
    required("text"),
)
Index(None, draft_pieces.c.chat, draft_pieces.c.message)

albums = Table(
    "albums",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("media_group", Words, primary_key=True),
    refers("draft", "drafts.id"),
    refers("issue", "issues.id"),
    required("purpose", Coded(Purpose)),
)

media = Table(
    "media",
    metadata,
    row_id(),
    required("kind", Coded(MediaKind)),
    required("file_id"),
    required("file_unique_id"),
    refers("author", "people.id", nullable=False, index=True),
    required("chat", BigInteger),
    required("message", BigInteger),
    required("received_at", Moment),
    refers("draft", "drafts.id", index=True),
    refers("issue", "issues.id", index=True),
    required("purpose", Coded(Purpose)),
    required("round", Integer),
    required("state", Coded(MediaState)),
    Column("size", BigInteger),
    Column("mime", Words),
    Column("file_name", Words),
    Column("sha256", Words),
    Column("clean_sha256", Words),
    required("attempts", Integer),
    required("error"),
    required("next_at", Moment),  # of the next attempt
)
Index(None, media.c.chat, media.c.message)
_PENDING = text("state = 'pending'")
Index("ix_media_pending", media.c.next_at, sqlite_where=_PENDING, postgresql_where=_PENDING)
