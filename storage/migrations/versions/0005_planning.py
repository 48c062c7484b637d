"""What is due, what was said, digests."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import MOMENT, ROW_ID

revision = "0005_planning"
down_revision = "0004_telling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_value", sa.Text(), nullable=False),
        sa.Column("week_start", MOMENT, nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint(
            "scope_kind", "scope_value", "week_start", name="uq_digests_scope_kind_scope_value_week_start"
        ),
    )
    op.create_table(
        "subscriptions",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_value", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("by", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_subscriptions_by"),
        sa.PrimaryKeyConstraint("chat", "topic", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_next_at", "subscriptions", ["next_at"], unique=False)
    op.create_table(
        "agenda",
        sa.Column("issue", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("any_hour", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name="fk_agenda_issue"),
        sa.PrimaryKeyConstraint("issue", "kind", name="pk_agenda"),
    )
    op.create_index("ix_agenda_at", "agenda", ["at"], unique=False)
    op.create_table(
        "said",
        sa.Column("issue", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name="fk_said_issue"),
        sa.PrimaryKeyConstraint("issue", "kind", "version", "step", "person", name="pk_said"),
    )


def downgrade() -> None:
    for table in (
        "said",
        "agenda",
        "subscriptions",
        "digests",
    ):
        op.drop_table(table)
