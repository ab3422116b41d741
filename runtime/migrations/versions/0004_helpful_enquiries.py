"""Whether answers helped, and what staff made of questions that were not well answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MADE_OF_IT = ("settled_procedure", "settled_because", "settled_by", "settled_at", "settled_as")
_SAID_OF_IT = ("declined", "rated_at", "helpful")


def upgrade() -> None:
    """Add the columns, empty for what was asked before."""
    with op.batch_alter_table("enquiries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("helpful", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("declined", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("settled_as", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settled_by", _ID, nullable=True))
        batch_op.add_column(sa.Column("settled_because", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("settled_procedure", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_enquiries_asked_at"), ["asked_at"], unique=False)


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("enquiries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enquiries_asked_at"))
        for column in (*_MADE_OF_IT, *_SAID_OF_IT):
            batch_op.drop_column(column)
