"""The group that is the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0012_desk_group"
down_revision = "0011_reading"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desks",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("office", name=op.f("pk_desks")),
    )


def downgrade() -> None:
    op.drop_table("desks")
