"""The counts behind a digest, kept by the database as issues change."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import CODE
from storage.tables.tallying import create_tallying, drop_tallying

revision = "0016_tallies"
down_revision = "0015_claims"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("party", CODE, nullable=False),
        sa.Column("facet", CODE, nullable=False),
        sa.Column("project", CODE, nullable=False),
        sa.Column("value", CODE, nullable=False),
        sa.Column("collected", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("party", "facet", "project", "value", name="pk_tallies"),
        sqlite_with_rowid=False,
    )
    create_tallying(op.get_bind())


def downgrade() -> None:
    drop_tallying(op.get_bind())
    op.drop_table("tallies")
