"""Lists of a big ledger are read off an index in their order: what waits at the desk, and what runs at the units."""

import sqlalchemy as sa
from alembic import op

revision = "0011_reading"
down_revision = "0010_audit"
branch_labels = None
depends_on = None

_AT_THE_DESK = "status IN ('registered', 'reported', 'resolved', 'returned', 'verified')"
_URGENT, _REST = sa.text(f"{_AT_THE_DESK} AND level = 'A'"), sa.text(f"{_AT_THE_DESK} AND level <> 'A'")
_AT_THE_UNIT = sa.text("status IN ('accepted', 'assigned')")
_RESOLVED, _SUSPENDED = sa.text("status = 'resolved'"), sa.text("status = 'suspended'")


def upgrade() -> None:
    for name, condition in (("ix_issues_urgent", _URGENT), ("ix_issues_desk", _REST)):
        op.create_index(name, "issues", ["reported_at", "id"], sqlite_where=condition, postgresql_where=condition)
    op.create_index(
        "ix_issues_running", "issues", ["due_at", "id"], sqlite_where=_AT_THE_UNIT, postgresql_where=_AT_THE_UNIT
    )
    op.create_index(
        "ix_issues_resolved", "issues", ["resolved_at", "id"], sqlite_where=_RESOLVED, postgresql_where=_RESOLVED
    )
    op.create_index(
        "ix_issues_suspended", "issues", ["suspended_at", "id"], sqlite_where=_SUSPENDED, postgresql_where=_SUSPENDED
    )
    op.drop_index("ix_issues_status_level_reported_at", "issues")
    op.drop_index("ix_issues_status_due_at", "issues")


def downgrade() -> None:
    op.create_index("ix_issues_status_level_reported_at", "issues", ["status", "level", "reported_at"], unique=False)
    op.create_index("ix_issues_status_due_at", "issues", ["status", "due_at"], unique=False)
    op.drop_index("ix_issues_suspended", "issues")
    op.drop_index("ix_issues_resolved", "issues")
    op.drop_index("ix_issues_running", "issues")
    op.drop_index("ix_issues_desk", "issues")
    op.drop_index("ix_issues_urgent", "issues")
