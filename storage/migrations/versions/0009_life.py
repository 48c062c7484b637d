"""The whole life of an issue: waiting, more time, merging, and how often the reporter was asked."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import MOMENT, ROW_ID

revision = "0009_life"
down_revision = "0008_ladder"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issues", sa.Column("asks", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("issues", sa.Column("asked_until", MOMENT, nullable=True))
    op.add_column("issues", sa.Column("suspended_from", sa.Text(), nullable=True))
    op.add_column("issues", sa.Column("suspended_at", MOMENT, nullable=True))
    op.add_column("issues", sa.Column("merged_into", ROW_ID, nullable=True))
    op.create_index("ix_issues_merged_into", "issues", ["merged_into"], unique=False)
    # whoever was asked before silence needed two asks was asked as often as it took
    op.execute("UPDATE issues SET asks = 2 WHERE status = 'resolved'")


def downgrade() -> None:
    op.drop_index("ix_issues_merged_into", "issues")
    for column in ("merged_into", "suspended_at", "suspended_from", "asked_until", "asks"):
        op.drop_column("issues", column)
