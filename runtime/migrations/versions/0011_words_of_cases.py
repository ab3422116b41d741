"""The index of words by which cases are found, and in it every case and message that there is."""

import sqlalchemy as sa
from alembic import op

from casework.store.case_words import CaseWords

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE VIRTUAL TABLE case_words USING fts5(terms, content='case_terms', content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER case_terms_added AFTER INSERT ON case_terms BEGIN INSERT INTO case_words (rowid, terms) VALUES (new.id, new.terms); END",
    "CREATE TRIGGER case_terms_changed AFTER UPDATE ON case_terms BEGIN INSERT INTO case_words (case_words, rowid, terms) VALUES ('delete', old.id, old.terms); INSERT INTO case_words (rowid, terms) VALUES (new.id, new.terms); END",
    "CREATE TRIGGER case_terms_removed AFTER DELETE ON case_terms BEGIN INSERT INTO case_words (case_words, rowid, terms) VALUES ('delete', old.id, old.terms); END",
)
_POSTGRESQL = (
    "CREATE INDEX ix_case_terms_vector ON case_terms USING gin ((array_to_tsvector(string_to_array(terms, ' '))))",
)


def upgrade() -> None:
    """Make the table and the index, and fill them."""
    op.create_table(
        "case_terms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["cases.id"], name=op.f("fk_case_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_terms")),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
    CaseWords(op.get_bind()).enter_all()


def downgrade() -> None:
    """Go back to the revision before."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE case_words")
    op.drop_table("case_terms")
