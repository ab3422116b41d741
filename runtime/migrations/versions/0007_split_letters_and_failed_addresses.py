"""Letters that a clerk split, whose word a decision was, and addresses that were not reached."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of this revision."""
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("inbox", sa.Column("decided_by", id_, nullable=True))
    op.add_column("inbox", sa.Column("parts", sa.JSON(), nullable=True))
    op.create_table(
        "failed_addresses",
        sa.Column("id", id_, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allowed_by", id_, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_addresses")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_failed_addresses_channel_address")),
    )
    with op.batch_alter_table("failed_addresses", schema=None) as batch_op:
        batch_op.create_index("ix_failed_addresses_latest", ["failed_at", "id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("failed_addresses")
    op.drop_column("inbox", "parts")
    op.drop_column("inbox", "decided_by")
