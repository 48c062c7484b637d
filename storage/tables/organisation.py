"""Units, projects, people, their roles and links; chats; small facts."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from bot.domain.organisation import ProjectKind, ProjectRank, Role, ScopeKind, UnitKind
from storage.tables.base import Coded, Moment, Plain, Words, metadata, refers, required, row_id

units = Table(
    "units",
    metadata,
    Column("code", Plain, primary_key=True),
    required("name"),
    required("district"),
    required("kind", Coded(UnitKind)),
    refers("head", "people.id", later=True),
    required("left", Boolean),
)

projects = Table(
    "projects",
    metadata,
    Column("code", Plain, primary_key=True),
    required("name"),
    required("district", index=True),
    refers("owner", "units.code", nullable=False, index=True),
    required("rank", Coded(ProjectRank)),
    required("kind", Coded(ProjectKind)),
    required("annual_plan_cny", BigInteger),
    refers("served_by", "people.id", later=True),
    required("left", Boolean),
)

# a person's name and Telegram account stand here and nowhere else
people = Table(
    "people",
    metadata,
    row_id(),
    Column("code", Plain, unique=True),
    required("name"),
    refers("unit", "units.code"),
    Column("language", Words),
    Column("user_id", BigInteger, unique=True),
    required("left", Boolean),
    required("reachable", Boolean),
    refers("current_project", "projects.code"),
)

grants = Table(
    "grants",
    metadata,
    refers("person", "people.id", nullable=False, primary_key=True),
    required("role", Coded(Role), primary_key=True),
    required("scope_kind", Coded(ScopeKind), primary_key=True),
    required("scope_value", primary_key=True),
)
Index(None, grants.c.role, grants.c.scope_kind, grants.c.scope_value)

service_cards = Table(
    "service_cards",
    metadata,
    Column("token", Words, primary_key=True),
    refers("project", "projects.code", nullable=False, index=True),
    required("issued_at", Moment),
    Column("revoked_at", Moment),
)

scans = Table(
    "scans",
    metadata,
    refers("person", "people.id", nullable=False, primary_key=True),
    refers("project", "projects.code", nullable=False, primary_key=True, index=True),
    required("token"),
    required("first_at", Moment),
    required("last_at", Moment),
    required("times", Integer),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_sha256", Words, primary_key=True),
    refers("person", "people.id", nullable=False, index=True),
    required("expires_at", Moment),
    Column("used_at", Moment),
)

chats = Table(
    "chats",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    required("kind"),
    required("title"),
    Column("gone", Words),  # why we are no longer there
)

strangers = Table(
    "strangers",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    required("knocks", Integer),
    required("answered_at", Moment),
    required("answered_knock", Integer),  # the how-manieth knock was answered last
)

facts = Table("facts", metadata, Column("name", Words, primary_key=True), required("value"))
