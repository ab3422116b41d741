"""The tables of the case file: seals over the ledgers, what was erased by rule, and what finds cases of one matter."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from casework.store.columns import Id, Instant
from casework.store.tables import cases, metadata

ledger_seals = Table(
    "ledger_seals",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("last_event_id", Id, nullable=False),
    Column("digest", String(64), nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", String(40), nullable=False),
    Column("until_event", Integer, nullable=False),
    Column("rule", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("party_too", Boolean, nullable=False),
    Index("uq_erasures_reference_until_event", "reference", "until_event", unique=True),
)

erased_files = Table(
    "erased_files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("since", Instant, nullable=False),
)

case_signatures = Table(
    "case_signatures",
    metadata,
    Column("value", BigInteger, primary_key=True, autoincrement=False),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

Index(
    "ix_cases_retention",
    cases.c.kind,
    cases.c.closed_at,
    sqlite_where=text("closed_at IS NOT NULL AND erased_at IS NULL"),
    postgresql_where=text("closed_at IS NOT NULL AND erased_at IS NULL"),
)
