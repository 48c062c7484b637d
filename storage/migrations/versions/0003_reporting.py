"""Drafts, albums and files."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import CODE, MOMENT, ROW_ID, where

revision = "0003_reporting"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("person", ROW_ID, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issue", ROW_ID, nullable=True),
        sa.Column("project", CODE, nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("category_chosen", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("place_title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name="fk_drafts_issue"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_drafts_person"),
        sa.ForeignKeyConstraint(["project"], ["projects.code"], name="fk_drafts_project"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_person_id", "drafts", ["person", "id"], unique=False)
    op.create_index("uq_drafts_open", "drafts", ["person", "chat"], unique=True, **where("state = 'open'"))
    op.create_table(
        "albums",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("media_group", sa.Text(), nullable=False),
        sa.Column("draft", ROW_ID, nullable=True),
        sa.Column("issue", ROW_ID, nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name="fk_albums_draft"),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name="fk_albums_issue"),
        sa.PrimaryKeyConstraint("chat", "media_group", name="pk_albums"),
    )
    op.create_table(
        "draft_pieces",
        sa.Column("draft", ROW_ID, nullable=False),
        sa.Column("message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name="fk_draft_pieces_draft"),
        sa.PrimaryKeyConstraint("draft", "message", name="pk_draft_pieces"),
    )
    op.create_index("ix_draft_pieces_chat_message", "draft_pieces", ["chat", "message"], unique=False)
    op.create_table(
        "media",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("file_unique_id", sa.Text(), nullable=False),
        sa.Column("author", ROW_ID, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("draft", ROW_ID, nullable=True),
        sa.Column("issue", ROW_ID, nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("mime", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("clean_sha256", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name="fk_media_author"),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name="fk_media_draft"),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name="fk_media_issue"),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
    )
    op.create_index("ix_media_author", "media", ["author"], unique=False)
    op.create_index("ix_media_chat_message", "media", ["chat", "message"], unique=False)
    op.create_index("ix_media_draft", "media", ["draft"], unique=False)
    op.create_index("ix_media_issue", "media", ["issue"], unique=False)
    op.create_index("ix_media_pending", "media", ["next_at"], unique=False, **where("state = 'pending'"))


def downgrade() -> None:
    for table in (
        "media",
        "draft_pieces",
        "albums",
        "drafts",
    ):
        op.drop_table(table)
