"""Who was told of what is looked for by person: a step itself, which has none, does not stand there."""

import sqlalchemy as sa
from alembic import op

revision = "0020_told"
down_revision = "0019_desks_of_units"
branch_labels = None
depends_on = None

_SOMEBODY = sa.text("person <> 0")


def upgrade() -> None:
    op.drop_index("ix_said_person_at", "said")
    op.create_index(
        "ix_said_person_at",
        "said",
        ["person", "at"],
        sqlite_where=_SOMEBODY,
        postgresql_where=_SOMEBODY,
    )


def downgrade() -> None:
    op.drop_index("ix_said_person_at", "said")
    op.create_index("ix_said_person_at", "said", ["person", "at"], unique=False)
