"""The table of annual reports as they were issued."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table, Text

from casework.store.columns import Id, Instant
from casework.store.tables import metadata

annual_reports = Table(
    "annual_reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("year", Integer, nullable=False, index=True),
    Column("form", String(16), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("issued_by", Id),
    Column("filed", Text, nullable=False),
    Column("files", JSON, nullable=False),
)
