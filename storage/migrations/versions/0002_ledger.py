"""Issues, their history, people's words, and the search index."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.types import CODE, MOMENT, ROW_ID

revision = "0002_ledger"
down_revision = "0001_organisation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name="pk_counters"),
    )
    op.create_table(
        "grams",
        sa.Column("gram", CODE, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("issue", ROW_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "open", "issue", name="pk_grams"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "issues",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("number", CODE, nullable=False),
        sa.Column("project", CODE, nullable=False),
        sa.Column("reporter", ROW_ID, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reporting_unit", CODE, nullable=True),
        sa.Column("unverified_reporter", sa.Boolean(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("place_title", sa.Text(), nullable=True),
        sa.Column("unit", CODE, nullable=True),
        sa.Column("assignee", ROW_ID, nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("due_version", sa.Integer(), nullable=True),
        sa.Column("due_calendar", sa.Text(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=True),
        sa.Column("deadlines", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("assigned_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("former_description", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["assignee"], ["people.id"], name="fk_issues_assignee"),
        sa.ForeignKeyConstraint(["project"], ["projects.code"], name="fk_issues_project"),
        sa.ForeignKeyConstraint(["reporter"], ["people.id"], name="fk_issues_reporter"),
        sa.ForeignKeyConstraint(["reporting_unit"], ["units.code"], name="fk_issues_reporting_unit"),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name="fk_issues_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint("number", name="uq_issues_number"),
    )
    op.create_index("ix_issues_assignee_status_due_at", "issues", ["assignee", "status", "due_at"], unique=False)
    op.create_index("ix_issues_closed_at", "issues", ["closed_at"], unique=False)
    op.create_index("ix_issues_due_at", "issues", ["due_at"], unique=False)
    op.create_index("ix_issues_project_reported_at", "issues", ["project", "reported_at"], unique=False)
    op.create_index("ix_issues_reported_at", "issues", ["reported_at"], unique=False)
    op.create_index("ix_issues_reporter_reported_at", "issues", ["reporter", "reported_at"], unique=False)
    op.create_index("ix_issues_reporting_unit", "issues", ["reporting_unit"], unique=False)
    op.create_index("ix_issues_status_due_at", "issues", ["status", "due_at"], unique=False)
    op.create_index("ix_issues_status_level_reported_at", "issues", ["status", "level", "reported_at"], unique=False)
    op.create_index("ix_issues_unit", "issues", ["unit"], unique=False)
    op.create_table(
        "words",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("author", ROW_ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name="fk_words_author"),
        sa.PrimaryKeyConstraint("id", name="pk_words"),
    )
    op.create_index("ix_words_author", "words", ["author"], unique=False)
    op.create_table(
        "history",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("issue", ROW_ID, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", ROW_ID, nullable=True),
        sa.Column("before_status", sa.Text(), nullable=True),
        sa.Column("after_status", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("words", ROW_ID, nullable=True),
        sa.Column("words_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_history_by"),
        sa.ForeignKeyConstraint(["issue"], ["issues.id"], name="fk_history_issue"),
        sa.ForeignKeyConstraint(["words"], ["words.id"], name="fk_history_words"),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
    op.create_index("ix_history_issue_id", "history", ["issue", "id"], unique=False)


def downgrade() -> None:
    for table in (
        "history",
        "words",
        "issues",
        "grams",
        "counters",
    ):
        op.drop_table(table)
