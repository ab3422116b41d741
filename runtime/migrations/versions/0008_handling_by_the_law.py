"""Handling by the law: what a case is under it, deadlines, reminders, letters, links, results; finer roles."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = (("desk", "intake"), ("clerk", "handler"))


def upgrade() -> None:
    """Make the tables of this revision."""
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    for column in (
        sa.Column("regime", sa.String(length=40), server_default="", nullable=False),
        sa.Column("received_at", instant, nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("applicant", sa.String(length=32), server_default="natural_person", nullable=False),
        sa.Column("reply_kind", sa.String(length=48), nullable=True),
        sa.Column("petition_class", sa.String(length=16), nullable=True),
        sa.Column("accused_unit", sa.Text(), nullable=True),
        sa.Column("accused_staff", id_, nullable=True),
        sa.Column("merged_into", id_, nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("published_at", instant, nullable=True),
    ):
        op.add_column("cases", column)
    op.execute("UPDATE cases SET received_at = opened_at")
    op.create_index("ix_cases_received", "cases", ["kind", "received_on"], unique=False)
    op.create_index("ix_cases_closed", "cases", ["kind", "closed_on"], unique=False)
    op.create_index(
        "ix_case_events_rated",
        "case_events",
        ["at"],
        unique=False,
        sqlite_where=sa.text("name = 'case.rated'"),
        postgresql_where=sa.text("name = 'case.rated'"),
    )
    for before, after in _ROLES:
        op.execute(f"UPDATE staff SET role = '{after}' WHERE role = '{before}'")  # noqa: S608 - two words of ours
    _widen_role(32)
    _create_deadlines(id_, instant)
    _create_letters(id_, instant)
    _create_links_and_results(id_, instant)


def _widen_role(length: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # The table is written anew there, while sessions and keys go on pointing at its rows.
        op.execute("PRAGMA defer_foreign_keys = ON")
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("role", type_=sa.String(length=length), existing_nullable=False)


def _create_deadlines(id_: sa.types.TypeEngine[int], instant: sa.DateTime) -> None:
    op.create_table(
        "case_deadlines",
        sa.Column("case_id", id_, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("owed_by", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_deadlines_case_id")),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_case_deadlines")),
    )
    op.create_index(
        "ix_case_deadlines_running",
        "case_deadlines",
        ["due_on", "case_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('running', 'missed')"),
        postgresql_where=sa.text("state IN ('running', 'missed')"),
    )
    op.create_table(
        "reminders",
        sa.Column("id", id_, nullable=False),
        sa.Column("case_id", id_, nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("moment", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("sent_at", instant, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reminders_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "case_id", "name", "due_on", "moment", "level", name=op.f("uq_reminders_case_id_name_due_on_moment_level")
        ),
    )


def _create_letters(id_: sa.types.TypeEngine[int], instant: sa.DateTime) -> None:
    op.create_table(
        "letters",
        sa.Column("id", id_, nullable=False),
        sa.Column("case_id", id_, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("issued_at", instant, nullable=False),
        sa.Column("issued_by", id_, nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("docx_sha256", sa.String(length=64), nullable=False),
        sa.Column("message_id", id_, nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("delivered_how", sa.Text(), server_default="", nullable=False),
        sa.Column("delivered_by", id_, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("number", name=op.f("uq_letters_number")),
    )
    op.create_index("ix_letters_case_id", "letters", ["case_id"], unique=False)
    op.create_index(
        "ix_letters_to_post",
        "letters",
        ["id"],
        unique=False,
        sqlite_where=sa.text("delivered_on IS NULL AND message_id IS NULL"),
        postgresql_where=sa.text("delivered_on IS NULL AND message_id IS NULL"),
    )
    op.create_table(
        "letter_numbers",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_letter_numbers")),
    )


def _create_links_and_results(id_: sa.types.TypeEngine[int], instant: sa.DateTime) -> None:
    op.create_table(
        "case_links",
        sa.Column("case_id", id_, autoincrement=False, nullable=False),
        sa.Column("other_id", id_, autoincrement=False, nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("linked_at", instant, nullable=False),
        sa.Column("linked_by", id_, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_case_links_other_id")),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_case_links")),
    )
    op.create_index("ix_case_links_other_id", "case_links", ["other_id"], unique=False)
    op.create_table(
        "results",
        sa.Column("id", id_, nullable=False),
        sa.Column("case_id", id_, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("published_at", instant, nullable=False),
        sa.Column("published_by", id_, nullable=False),
        sa.Column("withdrawn_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_results_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("case_id", name=op.f("uq_results_case_id")),
    )
    op.create_index("ix_results_latest", "results", ["published_at", "id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("results", "case_links", "letter_numbers", "letters", "reminders", "case_deadlines"):
        op.drop_table(table)
    for after, before in ((after, before) for before, after in _ROLES):
        op.execute(f"UPDATE staff SET role = '{before}' WHERE role = '{after}'")  # noqa: S608 - two words of ours
    _widen_role(16)
    op.drop_index("ix_case_events_rated", table_name="case_events")
    op.drop_index("ix_cases_closed", table_name="cases")
    op.drop_index("ix_cases_received", table_name="cases")
    for column in (
        "published_at",
        "rating",
        "merged_into",
        "accused_staff",
        "accused_unit",
        "petition_class",
        "reply_kind",
        "applicant",
        "closed_on",
        "received_on",
        "received_at",
        "regime",
    ):
        op.drop_column("cases", column)
