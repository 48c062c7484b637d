"""PostgreSQL keeps its counts at the commit, so that writers who change many issues don't cross each other."""

from alembic import op

from storage.tables.tallying import count_at_commit

revision = "0017_counted_at_commit"
down_revision = "0016_tallies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    count_at_commit(op.get_bind())


def downgrade() -> None:
    """The triggers count the same either way."""
