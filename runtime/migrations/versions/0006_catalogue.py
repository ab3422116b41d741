"""the disclosure catalogue: what is found of it, and imports into it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE VIRTUAL TABLE catalogue_words USING fts5(title_terms, text_terms, content='catalogue_terms', content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER catalogue_terms_added AFTER INSERT ON catalogue_terms BEGIN INSERT INTO catalogue_words (rowid, title_terms, text_terms) VALUES (new.id, new.title_terms, new.text_terms); END",
    "CREATE TRIGGER catalogue_terms_removed AFTER DELETE ON catalogue_terms BEGIN INSERT INTO catalogue_words (catalogue_words, rowid, title_terms, text_terms) VALUES ('delete', old.id, old.title_terms, old.text_terms); END",
)
_POSTGRESQL = (
    "ALTER TABLE catalogue_terms ADD COLUMN title_vector tsvector NOT NULL GENERATED ALWAYS AS (setweight(to_tsvector('simple', title_terms), 'A')) STORED, ADD COLUMN vector tsvector NOT NULL GENERATED ALWAYS AS (setweight(to_tsvector('simple', title_terms), 'A') || to_tsvector('simple', text_terms)) STORED",
    "ALTER TABLE catalogue_terms SET (toast_tuple_target = 128)",
    "CREATE INDEX ix_catalogue_terms_vector ON catalogue_terms USING gin (vector) WITH (gin_pending_list_limit = 32768)",
    "CREATE INDEX ix_catalogue_terms_title_vector ON catalogue_terms USING gin (title_vector) WITH (gin_pending_list_limit = 32768)",
)


def upgrade() -> None:
    """Make the tables of this revision."""
    _create_search()
    _create_imports()
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _create_search() -> None:
    op.create_table(
        "catalogue_cells",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_cells")),
        sa.UniqueConstraint("category", "unit", "year", name=op.f("uq_catalogue_cells_category_unit_year")),
    )
    op.create_table(
        "catalogue_search",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_search")),
        sa.UniqueConstraint("slug", name=op.f("uq_catalogue_search_slug")),
    )
    with op.batch_alter_table("catalogue_search", schema=None) as batch_op:
        batch_op.create_index("ix_catalogue_search_newest", ["dated_on", "id"], unique=False)
        batch_op.create_index("ix_catalogue_search_newest_of_category", ["category", "dated_on", "id"], unique=False)
        batch_op.create_index("ix_catalogue_search_newest_of_unit", ["unit", "dated_on", "id"], unique=False)
        batch_op.create_index(
            "ix_catalogue_search_initials",
            ["initials"],
            unique=False,
            postgresql_ops={"initials": "varchar_pattern_ops"},
        )
    op.create_table(
        "catalogue_terms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("title_terms", sa.Text(), nullable=False),
        sa.Column("text_terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["catalogue_search.id"], name=op.f("fk_catalogue_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_terms")),
    )


def _create_imports() -> None:
    op.create_table(
        "catalogue_imports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_imports")),
    )
    op.create_table(
        "catalogue_import_items",
        sa.Column(
            "import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["catalogue_imports.id"], name=op.f("fk_catalogue_import_items_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "slug", name=op.f("pk_catalogue_import_items")),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("catalogue_import_items")
    op.drop_table("catalogue_imports")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE catalogue_words")
    op.drop_table("catalogue_terms")
    with op.batch_alter_table("catalogue_search", schema=None) as batch_op:
        batch_op.drop_index("ix_catalogue_search_initials")
        batch_op.drop_index("ix_catalogue_search_newest_of_unit")
        batch_op.drop_index("ix_catalogue_search_newest_of_category")
        batch_op.drop_index("ix_catalogue_search_newest")

    op.drop_table("catalogue_search")
    op.drop_table("catalogue_cells")
