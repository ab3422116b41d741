"""revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of this revision."""
    op.create_table(
        "revision_states",
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("state", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_revision_states")),
    )
    _create_revisions()
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index("ix_revisions_list", ["subject", "stage", "id"], unique=False)
        batch_op.create_index(
            "uq_revisions_published",
            ["subject", "slug"],
            unique=True,
            sqlite_where=sa.text("stage = 'published'"),
            postgresql_where=sa.text("stage = 'published'"),
        )
        batch_op.create_index(
            "ix_revisions_due",
            ["subject", "review_due_on"],
            unique=False,
            sqlite_where=sa.text("stage = 'published'"),
            postgresql_where=sa.text("stage = 'published'"),
        )


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("disclosure", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.CheckConstraint("disclosure = 'proactive' OR ground <> ''", name=op.f("ck_revisions_ground")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("subject", "slug", "number", name=op.f("uq_revisions_subject_slug_number")),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_index("ix_revisions_due")
        batch_op.drop_index("uq_revisions_published")
        batch_op.drop_index("ix_revisions_list")

    op.drop_table("revisions")
    op.drop_table("revision_states")
