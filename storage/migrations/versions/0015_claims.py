"""Which clerk has a case in hand."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import MOMENT, ROW_ID

revision = "0015_claims"
down_revision = "0014_desk_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("issue", ROW_ID, nullable=False),
        sa.Column("person", ROW_ID, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name=op.f("fk_claims_issue_issues")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_claims_person_people")),
        sa.PrimaryKeyConstraint("issue", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_until", "claims", ["until"], unique=False)


def downgrade() -> None:
    op.drop_table("claims")
