"""The tables of what the doors remember: answers kept, hits counted, senders blocked, addresses that failed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from casework.store.columns import Id, Instant
from casework.store.tables import metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", String(80), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)


rate_windows = Table(
    "rate_windows",
    metadata,
    Column("bucket", String(120), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("hits", Integer, nullable=False),
)


blocked_senders = Table(
    "blocked_senders",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("staff_id", Id),
    Column("at", Instant, nullable=False),
)


failed_addresses = Table(
    "failed_addresses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("failed_at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
    Column("permanent", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("allowed_at", Instant),
    Column("allowed_by", Id),
    UniqueConstraint("channel", "address"),
    Index("ix_failed_addresses_latest", "failed_at", "id"),
)


mailbox_positions = Table(
    "mailbox_positions",
    metadata,
    Column("mailbox", String(120), primary_key=True),
    Column("position", Text, nullable=False),
)
