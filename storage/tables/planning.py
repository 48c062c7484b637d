"""What is due when, what was said, who gets the digest, and the digests that were made."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, UniqueConstraint, text

from bot.domain.organisation import ScopeKind
from storage.tables.base import Coded, Json, Moment, RowId, Words, metadata, refers, required, row_id

agenda = Table(
    "agenda",
    metadata,
    refers("issue", "issues.id", nullable=False, primary_key=True),
    Column("kind", Words, primary_key=True),
    required("at", Moment, index=True),
    required("version", Integer),
    required("step", Integer),
    required("any_hour", Boolean),
)

# `person` is 0 for the step itself, which is taken once: a null would not be unique. With a person: who was told of it, when that
# arrived in their chat, and when they pressed something that shows they have seen it
said = Table(
    "said",
    metadata,
    refers("issue", "issues.id", nullable=False, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("person", RowId, primary_key=True, autoincrement=False),
    required("at", Moment),
    Column("sent_at", Moment),
    Column("seen_at", Moment),
)
SOMEBODY = text("person <> 0")
Index("ix_said_person_at", said.c.person, said.c.at, sqlite_where=SOMEBODY, postgresql_where=SOMEBODY)

# `topic` is 0 outside topics, for the same reason
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", BigInteger, primary_key=True, autoincrement=False),
    required("scope_kind", Coded(ScopeKind)),
    required("scope_value"),
    required("weekday", Integer),
    required("hour", Integer),
    required("minute", Integer),
    required("next_at", Moment, index=True),
    refers("by", "people.id", nullable=False),
)

# the group that is the desk: one per office, which the key, always 1, sees to; and which rights it was found not to give us
desks = Table(
    "desks",
    metadata,
    Column("office", Integer, primary_key=True, autoincrement=False),
    required("chat", BigInteger),
    required("forum", Boolean, server_default=text("false")),
    required("no_topics", Boolean, server_default=text("false")),
    required("no_pins", Boolean, server_default=text("false")),
)

# its topics, where it is a forum; one that is still to be opened has no number. `title` and `closed` as Telegram heard last
desk_topics = Table(
    "desk_topics",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Words, primary_key=True),
    Column("topic", BigInteger),
    required("title", server_default=text("''")),
    required("closed", Boolean, server_default=text("false")),
    required("tries", Integer, server_default=text("0")),
)

# how each case hangs there; `changes` since it was last looked at
desk_cases = Table(
    "desk_cases",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    refers("issue", "issues.id", nullable=False, primary_key=True),
    required("shown", Boolean),
    Column("topic", BigInteger),
    Column("pinned", BigInteger),
    required("changes", Integer),
)
CHANGED = text("changes > 0")
Index("ix_desk_cases_changed", desk_cases.c.issue, sqlite_where=CHANGED, postgresql_where=CHANGED)

# which clerk has a case in hand, and how long nobody else should take it for granted
claims = Table(
    "claims",
    metadata,
    refers("issue", "issues.id", nullable=False, primary_key=True),
    refers("person", "people.id", nullable=False),
    required("until", Moment, index=True),
)

digests = Table(
    "digests",
    metadata,
    row_id(),
    required("scope_kind", Coded(ScopeKind)),
    required("scope_value"),
    required("week_start", Moment),
    required("figures", Json),
    UniqueConstraint("scope_kind", "scope_value", "week_start"),
)
