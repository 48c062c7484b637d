"""Inbox, outbox, cards and conversations."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import MOMENT, ROW_ID, where

revision = "0004_telling"
down_revision = "0003_reporting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cards",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat", "card", name="pk_cards"),
        sa.UniqueConstraint("chat", "message", name="uq_cards_chat_message"),
    )
    op.create_index("ix_cards_card", "cards", ["card"], unique=False)
    op.create_table(
        "dialogs",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dialogs"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("bot", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("bot", "update_id", name="uq_inbox_bot_update_id"),
    )
    op.create_index("ix_inbox_aside", "inbox", ["id"], unique=False, **where("error IS NOT NULL"))
    op.create_index("ix_inbox_handled", "inbox", ["done_at"], unique=False, **where("done_at IS NOT NULL"))
    op.create_index("ix_inbox_pending", "inbox", ["bot", "update_id"], unique=False, **where("done_at IS NULL"))
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index(
        "ix_outbox_card", "outbox", ["card", "chat"], unique=False, **where("state = 'pending' AND card IS NOT NULL")
    )
    op.create_index("ix_outbox_pending", "outbox", ["priority", "id"], unique=False, **where("state = 'pending'"))
    op.create_index(
        "ix_outbox_put_off",
        "outbox",
        ["not_before"],
        unique=False,
        **where("state = 'pending' AND not_before IS NOT NULL"),
    )
    op.create_index("ix_outbox_sending", "outbox", ["id"], unique=False, **where("state = 'sending'"))
    op.create_index("ix_outbox_troubled", "outbox", ["id"], unique=False, **where("state IN ('unknown', 'dead')"))


def downgrade() -> None:
    for table in (
        "outbox",
        "inbox",
        "dialogs",
        "cards",
    ):
        op.drop_table(table)
