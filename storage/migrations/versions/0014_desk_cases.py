"""How each case hangs in the group that is the desk, and what its topics are called."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import ROW_ID

revision = "0014_desk_cases"
down_revision = "0013_desk_topics"
branch_labels = None
depends_on = None

_NO = sa.text("false")
_CHANGED = sa.text("changes > 0")
# a message of the group tells which topic it was sent into
_HANGING = """
INSERT INTO desk_cases (chat, issue, shown, topic, changes)
SELECT cards.chat, issues.id, true, (
    SELECT max(outbox.topic) FROM outbox WHERE outbox.chat = cards.chat AND outbox.message = cards.message
), 0
FROM cards JOIN desks ON desks.chat = cards.chat JOIN issues ON cards.card = 'desk:' || issues.id
"""


def upgrade() -> None:
    for column in ("forum", "no_topics", "no_pins"):
        op.add_column("desks", sa.Column(column, sa.Boolean(), server_default=_NO, nullable=False))
    op.add_column("desk_topics", sa.Column("title", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("desk_topics", sa.Column("closed", sa.Boolean(), server_default=_NO, nullable=False))
    op.add_column("desk_topics", sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "desk_cases",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issue", ROW_ID, nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=True),
        sa.Column("pinned", sa.BigInteger(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name=op.f("fk_desk_cases_issue_issues")),
        sa.PrimaryKeyConstraint("chat", "issue", name=op.f("pk_desk_cases")),
    )
    op.create_index("ix_desk_cases_changed", "desk_cases", ["issue"], sqlite_where=_CHANGED, postgresql_where=_CHANGED)
    op.execute("UPDATE desks SET forum = true WHERE chat IN (SELECT chat FROM desk_topics)")
    op.execute(_HANGING)


def downgrade() -> None:
    op.drop_table("desk_cases")
    for column in ("tries", "closed", "title"):
        op.drop_column("desk_topics", column)
    for column in ("no_pins", "no_topics", "forum"):
        op.drop_column("desks", column)
