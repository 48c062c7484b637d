"""Every deadline says which policy made it; those made before this was kept say nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0007_deadlines"
down_revision = "0006_processes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issues", sa.Column("due_policy", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("issues", "due_policy")
