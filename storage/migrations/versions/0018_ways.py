"""A unit's and a person's issues lie in the order they were reported, so that a search can go along them; of deadlines only
those that run, and those that were missed."""

import sqlalchemy as sa
from alembic import op

revision = "0018_ways"
down_revision = "0017_counted_at_commit"
branch_labels = None
depends_on = None

_ASSIGNED = sa.text("assignee IS NOT NULL")
_MISSED = sa.text("status IN ('cleared', 'resolved') AND (resolved_at IS NULL OR resolved_at > due_at)")


def upgrade() -> None:
    op.drop_index("ix_issues_due_at", "issues")
    op.create_index("ix_issues_missed", "issues", ["due_at"], sqlite_where=_MISSED, postgresql_where=_MISSED)
    for column in ("unit", "reporting_unit"):
        op.drop_index(f"ix_issues_{column}", "issues")
        op.create_index(f"ix_issues_{column}_reported_at", "issues", [column, "reported_at"], unique=False)
    op.create_index(
        "ix_issues_assigned",
        "issues",
        ["assignee", "reported_at"],
        sqlite_where=_ASSIGNED,
        postgresql_where=_ASSIGNED,
    )


def downgrade() -> None:
    op.drop_index("ix_issues_missed", "issues")
    op.create_index("ix_issues_due_at", "issues", ["due_at"], unique=False)
    op.drop_index("ix_issues_assigned", "issues")
    for column in ("unit", "reporting_unit"):
        op.drop_index(f"ix_issues_{column}_reported_at", "issues")
        op.create_index(f"ix_issues_{column}", "issues", [column], unique=False)
