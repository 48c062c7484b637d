"""What was said is proved: when it arrived, when it was seen; and nudges by hand are counted."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import MOMENT

revision = "0008_ladder"
down_revision = "0007_deadlines"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issues", sa.Column("nudged", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("said", sa.Column("sent_at", MOMENT, nullable=True))
    op.add_column("said", sa.Column("seen_at", MOMENT, nullable=True))
    op.create_index("ix_said_person_at", "said", ["person", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_said_person_at", "said")
    op.drop_column("said", "seen_at")
    op.drop_column("said", "sent_at")
    op.drop_column("issues", "nudged")
