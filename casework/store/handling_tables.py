"""The tables of what the law asks for in handling: deadlines, reminders, letters, links between cases, results."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from casework.store.columns import Id, Instant
from casework.store.tables import case_events, metadata

case_deadlines = Table(
    "case_deadlines",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("name", String(24), primary_key=True),
    Column("owed_by", String(16), nullable=False),
    Column("due_on", Date),
    Column("state", String(16), nullable=False),
    Column("rule", Text, nullable=False),
    Column("uncertain", Boolean, nullable=False, server_default=false()),
    Index(
        "ix_case_deadlines_running",
        "due_on",
        "case_id",
        sqlite_where=text("state IN ('running', 'missed')"),
        postgresql_where=text("state IN ('running', 'missed')"),
    ),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("name", String(24), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("moment", String(16), nullable=False),
    Column("level", String(16), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("late", Boolean, nullable=False),
    UniqueConstraint("case_id", "name", "due_on", "moment", "level"),
)

letters = Table(
    "letters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("number", String(80), nullable=False, unique=True),
    Column("language", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("issued_by", Id, nullable=False),
    Column("pdf_sha256", String(64), nullable=False),
    Column("docx_sha256", String(64), nullable=False),
    Column("message_id", Id),
    Column("delivered_on", Date),
    Column("delivered_how", Text, nullable=False, server_default=""),
    Column("delivered_by", Id),
    Index(
        "ix_letters_to_post",
        "id",
        sqlite_where=text("delivered_on IS NULL AND message_id IS NULL"),
        postgresql_where=text("delivered_on IS NULL AND message_id IS NULL"),
    ),
)

letter_numbers = Table(
    "letter_numbers",
    metadata,
    Column("series", String(40), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last_number", Integer, nullable=False),
)

case_links = Table(
    "case_links",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("other_id", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False, index=True),
    Column("relation", String(16), nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("linked_by", Id),
)

results = Table(
    "results",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, unique=True),
    Column("language", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_by", Id, nullable=False),
    Column("withdrawn_at", Instant),
    Index("ix_results_latest", "published_at", "id"),
)

Index(
    "ix_case_events_rated",
    case_events.c.at,
    sqlite_where=text("name = 'case.rated'"),
    postgresql_where=text("name = 'case.rated'"),
)
