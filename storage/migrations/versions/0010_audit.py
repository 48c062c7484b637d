"""The chain of seals, the office's journal, and triggers that keep what happened as it is. What is there already is sealed now."""

import sqlalchemy as sa
from alembic import op

from storage.chain.trail import Head, Unsealed, chained, digest_of
from storage.chain.triggers import create_triggers, drop_triggers
from storage.migrations.types import MOMENT, ROW_ID
from storage.tables.base import Moment

revision = "0010_audit"
down_revision = "0009_life"
branch_labels = None
depends_on = None

PORTION = 1000
_HISTORY = sa.table(
    "history",
    sa.column("id", ROW_ID),
    sa.column("issue", ROW_ID),
    sa.column("action", sa.Text()),
    sa.column("at", Moment()),
    sa.column("by", ROW_ID),
    sa.column("before_status", sa.Text()),
    sa.column("after_status", sa.Text()),
    sa.column("before", sa.JSON()),
    sa.column("after", sa.JSON()),
    sa.column("words", ROW_ID),
    sa.column("words_digest", sa.Text()),
)
_SEALS = sa.table(
    "seals",
    sa.column("seq", sa.BigInteger()),
    sa.column("line", ROW_ID),
    sa.column("entry", ROW_ID),
    sa.column("hash", sa.Text()),
)


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("by", ROW_ID, nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_journal_by"),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    op.create_index("ix_journal_subject", "journal", ["subject"], unique=False)
    op.create_table(
        "seals",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", ROW_ID, nullable=True),
        sa.Column("entry", ROW_ID, nullable=True),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("(line IS NULL) <> (entry IS NULL)", name="ck_seals_one"),
        sa.PrimaryKeyConstraint("seq", name="pk_seals"),
        sa.UniqueConstraint("line", name="uq_seals_line"),
        sa.UniqueConstraint("entry", name="uq_seals_entry"),
    )
    op.add_column("issues", sa.Column("salt", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("history", sa.Column("state", sa.Text(), nullable=True))
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    salt = "lower(hex(randomblob(16)))" if sqlite else "replace(gen_random_uuid()::text, '-', '')"
    op.execute(f"UPDATE issues SET salt = {salt}")  # noqa: S608 - one of the two above
    _seal_what_is_there(connection)
    create_triggers(connection)


def _seal_what_is_there(connection: sa.Connection) -> None:
    """In the order of its ids, as it stands: what was changed before nobody can say."""
    head = Head()
    rows = connection.execute(sa.select(_HISTORY).order_by(_HISTORY.c.id)).mappings()
    for part in rows.partitions(PORTION):
        sealed = chained(head, [Unsealed("line", row["id"], digest_of(dict(row))) for row in part])
        connection.execute(sa.insert(_SEALS), sealed)
        head = Head(sealed[-1]["seq"], sealed[-1]["hash"])


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.drop_column("history", "state")
    op.drop_column("issues", "salt")
    op.drop_table("seals")
    op.drop_table("journal")
