"""What waits at the desk lies apart for each project and unit: a desk of a few of them need not pass everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0019_desks_of_units"
down_revision = "0018_ways"
branch_labels = None
depends_on = None

_WAITING = sa.text("status IN ('registered', 'reported', 'resolved', 'returned', 'verified')")
_COLUMNS = ("project", "unit", "reporting_unit")


def upgrade() -> None:
    for column in _COLUMNS:
        name = f"ix_issues_desk_{column}"
        op.create_index(name, "issues", [column, "level"], sqlite_where=_WAITING, postgresql_where=_WAITING)


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(f"ix_issues_desk_{column}", "issues")
