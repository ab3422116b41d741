"""The tables of knowledge: revisions, and a number a subject that moves whenever what is published changes."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from knowledge.store.columns import Id, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_PUBLISHED = text("stage = 'published'")

revisions = Table(
    "revisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(16), nullable=False),
    Column("slug", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("origin", String(64), nullable=False),
    Column("edits", Integer, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("disclosure", String(16), nullable=False),
    Column("ground", Text, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("reviewed_at", Instant),
    Column("published_by", Text, nullable=False),
    Column("published_at", Instant),
    Column("ended_at", Instant),
    Column("review_due_on", Date),
    Column("reason", Text, nullable=False),
    Column("steps", JSON, nullable=False),
    UniqueConstraint("subject", "slug", "number"),
    CheckConstraint("disclosure = 'proactive' OR ground <> ''", name="ground"),
    Index("ix_revisions_list", "subject", "stage", "id"),
    # At most one revision of a subject is published at any time, whoever writes.
    Index(
        "uq_revisions_published", "subject", "slug", unique=True, sqlite_where=_PUBLISHED, postgresql_where=_PUBLISHED
    ),
    Index("ix_revisions_due", "subject", "review_due_on", sqlite_where=_PUBLISHED, postgresql_where=_PUBLISHED),
)

revision_states = Table(
    "revision_states",
    metadata,
    Column("subject", String(16), primary_key=True),
    Column("state", BigInteger, nullable=False),
)
