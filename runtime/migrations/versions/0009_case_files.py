"""Case files: seals over the ledgers, retention and erasure by rule, and what finds cases of one matter."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEPT = sa.text("closed_at IS NOT NULL AND erased_at IS NULL")


def upgrade() -> None:
    """Make the tables of this revision."""
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    op.add_column("cases", sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("cases", sa.Column("erased_at", instant, nullable=True))
    op.create_index(
        "ix_cases_retention", "cases", ["kind", "closed_at"], unique=False, sqlite_where=_KEPT, postgresql_where=_KEPT
    )
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"], unique=False)
    op.create_table(
        "ledger_seals",
        sa.Column("id", id_, autoincrement=False, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("last_event_id", id_, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_seals")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", id_, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("until_event", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("party_too", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("uq_erasures_reference_until_event", "erasures", ["reference", "until_event"], unique=True)
    op.create_table(
        "erased_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_erased_files")),
    )
    op.create_table(
        "case_signatures",
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", id_, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_signatures_case_id")),
        sa.PrimaryKeyConstraint("value", "case_id", name=op.f("pk_case_signatures")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("case_signatures", "erased_files", "erasures", "ledger_seals"):
        op.drop_table(table)
    op.drop_index("ix_attachments_sha256", table_name="attachments")
    op.drop_index("ix_cases_retention", table_name="cases")
    op.drop_column("cases", "erased_at")
    op.drop_column("cases", "held")
