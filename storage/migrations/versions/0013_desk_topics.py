"""The topics of the group that is the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0013_desk_topics"
down_revision = "0012_desk_group"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_topics",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("chat", "name", name=op.f("pk_desk_topics")),
    )


def downgrade() -> None:
    op.drop_table("desk_topics")
