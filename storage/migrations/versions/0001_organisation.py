"""Units, projects, people and what they hold; chats."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import CODE, MOMENT, ROW_ID

revision = "0001_organisation"
down_revision = None
branch_labels = None
depends_on = None

CIRCLE = (("units", "head"), ("projects", "served_by"))


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("gone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("chat", name="pk_chats"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    op.create_table(
        "strangers",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("knocks", sa.Integer(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("answered_knock", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_strangers"),
    )
    op.create_table(
        "units",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("head", ROW_ID, nullable=True),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_units"),
    )
    op.create_table(
        "projects",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("owner", CODE, nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("annual_plan_cny", sa.BigInteger(), nullable=False),
        sa.Column("served_by", ROW_ID, nullable=True),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["units.code"], name="fk_projects_owner"),
        sa.PrimaryKeyConstraint("code", name="pk_projects"),
    )
    op.create_index("ix_projects_district", "projects", ["district"], unique=False)
    op.create_index("ix_projects_owner", "projects", ["owner"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("code", CODE, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", CODE, nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("current_project", CODE, nullable=True),
        sa.ForeignKeyConstraint(["current_project"], ["projects.code"], name="fk_people_current_project"),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name="fk_people_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("code", name="uq_people_code"),
        sa.UniqueConstraint("user_id", name="uq_people_user_id"),
    )
    op.create_table(
        "service_cards",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("project", CODE, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.code"], name="fk_service_cards_project"),
        sa.PrimaryKeyConstraint("token", name="pk_service_cards"),
    )
    op.create_index("ix_service_cards_project", "service_cards", ["project"], unique=False)
    op.create_table(
        "grants",
        sa.Column("person", ROW_ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_grants_person"),
        sa.PrimaryKeyConstraint("person", "role", "scope_kind", "scope_value", name="pk_grants"),
    )
    op.create_index(
        "ix_grants_role_scope_kind_scope_value", "grants", ["role", "scope_kind", "scope_value"], unique=False
    )
    op.create_table(
        "invitations",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person", ROW_ID, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_invitations_person"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_invitations"),
    )
    op.create_index("ix_invitations_person", "invitations", ["person"], unique=False)
    op.create_table(
        "scans",
        sa.Column("person", ROW_ID, nullable=False),
        sa.Column("project", CODE, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_scans_person"),
        sa.ForeignKeyConstraint(["project"], ["projects.code"], name="fk_scans_project"),
        sa.PrimaryKeyConstraint("person", "project", name="pk_scans"),
    )
    op.create_index("ix_scans_project", "scans", ["project"], unique=False)
    # units and projects name people, who name units and projects: the circle is closed when all three are there
    for table, column in CIRCLE:
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(f"fk_{table}_{column}", "people", [column], ["id"])


def downgrade() -> None:
    for table, column in CIRCLE:
        op.execute(sa.update(sa.table(table, sa.column(column))).values({column: None}))
        if op.get_bind().dialect.name == "postgresql":  # SQLite lets a table go that nothing refers to
            op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
    for table in (
        "scans",
        "invitations",
        "grants",
        "service_cards",
        "people",
        "projects",
        "units",
        "strangers",
        "facts",
        "chats",
    ):
        op.drop_table(table)
