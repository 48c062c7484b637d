"""Several processes on one database: leases, and the chat of an update, whose order is kept.

Updates that wait while this step is made stay in one line, that of chat 0.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import MOMENT

revision = "0006_processes"
down_revision = "0005_planning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.add_column("inbox", sa.Column("chat", sa.BigInteger(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("inbox", "chat")
    op.drop_table("leases")
