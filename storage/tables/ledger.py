"""Issues, what happened to them, people's words about them, and the index over their text."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, text

from bot.domain.history import Action
from bot.domain.issue import (
    AT_THE_DESK,
    AT_THE_UNIT,
    Category,
    Channel,
    Kind,
    Level,
    Outcome,
    Satisfaction,
    Status,
    Word,
)
from storage.tables.base import (
    Coded,
    Json,
    Moment,
    Plain,
    RowId,
    Words,
    metadata,
    refers,
    required,
    row_id,
    spelled_out,
)

issues = Table(
    "issues",
    metadata,
    row_id(),
    required("number", Plain, unique=True),
    refers("project", "projects.code", nullable=False),
    refers("reporter", "people.id", nullable=False),
    required("category", Coded(Category)),
    required("level", Coded(Level)),
    required("description"),  # erasable
    required("reported_at", Moment, index=True),
    required("status", Coded(Status)),
    Column("outcome", Coded(Outcome)),
    required("channel", Coded(Channel)),
    required("kind", Coded(Kind)),
    refers("reporting_unit", "units.code"),
    required("unverified_reporter", Boolean),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("place_title", Words),
    refers("unit", "units.code"),
    refers("assignee", "people.id"),
    Column("days", Integer),
    Column("due_at", Moment),
    Column("due_version", Integer),
    Column("due_calendar", Words),
    Column("due_provisional", Boolean),
    Column("due_policy", Words),
    required("deadlines", Integer),
    required("result"),  # erasable
    required("means", Json),
    Column("word", Coded(Word)),
    Column("satisfaction", Coded(Satisfaction)),
    required("nudged", Integer, server_default=text("0")),
    required("asks", Integer, server_default=text("0")),
    Column("asked_until", Moment),
    Column("suspended_from", Coded(Status)),
    Column("suspended_at", Moment),
    Column("merged_into", RowId, index=True),  # no constraint: SQLite can't add one to a table that is there
    required("reopened", Integer),
    Column("assigned_at", Moment),
    Column("accepted_at", Moment),
    Column("resolved_at", Moment),
    Column("closed_at", Moment, index=True),
    required("version", Integer),
    # what the description was before the last save, if that changed it: lets one UPDATE tell which grams to take out,
    # and is emptied within the same transaction
    Column("former_description", Words),
    required("salt", server_default=text("''")),  # of the digests in `history.state`; a new one on erasure
)
_AT_THE_DESK = f"status IN ({spelled_out(AT_THE_DESK)})"
_WAITING = text(_AT_THE_DESK)
_URGENT, _REST = text(f"{_AT_THE_DESK} AND level = 'A'"), text(f"{_AT_THE_DESK} AND level <> 'A'")
_AT_THE_UNIT = text(f"status IN ({spelled_out(AT_THE_UNIT)})")
# resolved too late; there is no index of all deadlines: PostgreSQL would count what is overdue along it, past all that ever was
MISSED = text("status IN ('cleared', 'resolved') AND (resolved_at IS NULL OR resolved_at > due_at)")
_ASSIGNED = text("assignee IS NOT NULL")
_RESOLVED, _SUSPENDED = text(f"status = '{Status.RESOLVED}'"), text(f"status = '{Status.SUSPENDED}'")
# what waits at the desk in the order it is worked through, what runs in the order it falls due, what waits for a word or a
# thing: read off, not sorted. There is no plain index of states: SQLite would rather sort what it finds there
Index("ix_issues_urgent", issues.c.reported_at, issues.c.id, sqlite_where=_URGENT, postgresql_where=_URGENT)
Index("ix_issues_desk", issues.c.reported_at, issues.c.id, sqlite_where=_REST, postgresql_where=_REST)
# what waits in sight of a desk that is not everybody's
for column in (issues.c.project, issues.c.unit, issues.c.reporting_unit):
    Index(f"ix_issues_desk_{column.name}", column, issues.c.level, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_issues_running", issues.c.due_at, issues.c.id, sqlite_where=_AT_THE_UNIT, postgresql_where=_AT_THE_UNIT)
Index("ix_issues_missed", issues.c.due_at, sqlite_where=MISSED, postgresql_where=MISSED)
Index("ix_issues_suspended", issues.c.suspended_at, issues.c.id, sqlite_where=_SUSPENDED, postgresql_where=_SUSPENDED)
Index("ix_issues_resolved", issues.c.resolved_at, issues.c.id, sqlite_where=_RESOLVED, postgresql_where=_RESOLVED)
Index(None, issues.c.assignee, issues.c.status, issues.c.due_at)
Index(None, issues.c.reporter, issues.c.reported_at)
Index(None, issues.c.project, issues.c.reported_at)
Index(None, issues.c.unit, issues.c.reported_at)
Index(None, issues.c.reporting_unit, issues.c.reported_at)
Index("ix_issues_assigned", issues.c.assignee, issues.c.reported_at, sqlite_where=_ASSIGNED, postgresql_where=_ASSIGNED)

# what people said: text and salt are emptied on erasure, and with the salt gone a digest says nothing
words = Table(
    "words",
    metadata,
    row_id(),
    refers("author", "people.id", index=True),
    required("text"),
    required("salt"),
)

# append-only; no names, no words: ids, states, structured values
history = Table(
    "history",
    metadata,
    row_id(),
    refers("issue", "issues.id", nullable=False),
    required("action", Coded(Action)),
    required("at", Moment),
    refers("by", "people.id"),
    Column("before_status", Coded(Status)),
    required("after_status", Coded(Status)),
    required("before", Json),
    required("after", Json),
    refers("words", "words.id"),
    Column("words_digest", Words),  # SHA-256 of salt and text, hex
    Column("state", Words),  # salted SHA-256 of the issue after this line; null in lines older than the chain
)
Index(None, history.c.issue, history.c.id)

# the last number given, per prefix and year; moves in the filing transaction
counters = Table(
    "counters",
    metadata,
    Column("prefix", Words, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    required("count", Integer),
)

# character bigrams of descriptions (storage.repositories.bigrams): the table is its own index, open issues of a gram together
grams = Table(
    "grams",
    metadata,
    Column("gram", Plain, primary_key=True),
    Column("open", Boolean, primary_key=True),
    Column("issue", RowId, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# counts that triggers keep (storage.tables.tallying). `party`: '' for everybody, or a unit that has the issue or reported it;
# `facet`: of what column the `value` is
tallies = Table(
    "tallies",
    metadata,
    Column("party", Plain, primary_key=True),
    Column("facet", Plain, primary_key=True),
    Column("project", Plain, primary_key=True),
    Column("value", Plain, primary_key=True),
    required("collected", Integer),
    required("solved", Integer),
    required("open", Integer),
    sqlite_with_rowid=False,
)
