"""Annual reports as they were issued; an index that holds all that the queue is ordered and narrowed by."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BEFORE = ("status", "urgent", "due_on", "id")
_ADDED = ("unit", "kind", "assignee", "accused_unit", "accused_staff")


def upgrade() -> None:
    """Make the table of this revision."""
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "annual_reports",
        sa.Column("id", id_, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", id_, nullable=True),
        sa.Column("filed", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_reports")),
    )
    op.create_index("ix_annual_reports_year", "annual_reports", ["year"], unique=False)
    op.drop_index("ix_cases_queue", table_name="cases")
    op.create_index("ix_cases_queue", "cases", [*_BEFORE, *_ADDED], unique=False)


def downgrade() -> None:
    """Drop it, and make the index as it was."""
    op.drop_index("ix_cases_queue", table_name="cases")
    op.create_index("ix_cases_queue", "cases", [*_BEFORE], unique=False)
    op.drop_index("ix_annual_reports_year", table_name="annual_reports")
    op.drop_table("annual_reports")
