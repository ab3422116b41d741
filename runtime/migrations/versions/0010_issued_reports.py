"""Annual reports as they were issued."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_annual_reports_year", table_name="annual_reports")
    op.drop_table("annual_reports")
