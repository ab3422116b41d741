"""The tables of casework. Uniqueness in the database, not checks before inserts, makes a repeat change nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from casework.store.columns import Id, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _pending(condition: str) -> dict[str, Any]:
    """A partial index on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


parties = Table(
    "parties",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text),
    Column("language", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
)

contact_points = Table(
    "contact_points",
    metadata,
    Column("id", Id, primary_key=True),
    Column("party_id", Id, ForeignKey("parties.id"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("undeliverable_since", Instant),
    UniqueConstraint("channel", "address"),
)

threads = Table(
    "threads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("audience", String(16), nullable=False),
    Column("party_id", Id, ForeignKey("parties.id"), index=True),
    Column("channel", String(16)),
    Column("address", Text),
    Column("chat_key", Text, unique=True),
    Column("subject", Text, nullable=False, server_default=""),
    Column("language", String(8), nullable=False),
    Column("case_id", Id, index=True),
    Column("last_number", Integer, nullable=False, server_default="0"),
    Column("taken_over_by", Id),
    Column("taken_over_at", Instant),
    Column("opened_at", Instant, nullable=False),
    CheckConstraint("audience IN ('citizen', 'internal')", name="audience"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("direction", String(16), nullable=False),
    Column("author", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("reply", JSON),
    Column("case_id", Id, ForeignKey("cases.id"), index=True),
    Column("staff_id", Id),
    Column("inbox_id", Id, index=True),
    Column("edit_of", Id),
    Column("mail_message_id", Text, index=True),
    Column("mail_references", JSON),
    Column("mail_subject", Text),
    Column("attached", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("thread_id", "number"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", Id, ForeignKey("messages.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Id, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("inline", Boolean, nullable=False),
)

_NARROWING = ("unit", "kind", "assignee", "accused_unit", "accused_staff")
cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", String(40), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("party_id", Id, ForeignKey("parties.id"), nullable=False, index=True),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("unit", Text, nullable=False),
    Column("assignee", Id),
    Column("due_on", Date),
    Column("urgent", Boolean, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("disposition", String(32)),
    Column("closed_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("details", JSON, nullable=False),
    Column("query_code_hash", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("regime", String(40), nullable=False, server_default=""),
    Column("received_at", Instant),
    Column("received_on", Date),
    Column("closed_on", Date),
    Column("applicant", String(32), nullable=False, server_default="natural_person"),
    Column("reply_kind", String(48)),
    Column("petition_class", String(16)),
    Column("accused_unit", Text),
    Column("accused_staff", Id),
    Column("merged_into", Id),
    Column("rating", Integer),
    Column("published_at", Instant),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("erased_at", Instant),
    # All that the queue is ordered and narrowed by, so that no case is read which is not shown.
    Index("ix_cases_queue", "status", "urgent", "due_on", "id", *_NARROWING),
    Index("ix_cases_unit_status", "unit", "status"),
    Index("ix_cases_received", "kind", "received_on"),
    Index("ix_cases_closed", "kind", "closed_on"),
)

reference_numbers = Table(
    "reference_numbers",
    metadata,
    Column("prefix", String(8), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last_number", Integer, nullable=False),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("text_digest", String(64), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("case_id", "number"),
)

case_event_texts = Table(
    "case_event_texts",
    metadata,
    Column("event_id", Id, ForeignKey("case_events.id"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("salt", String(64), nullable=False),
)

enquiries = Table(
    "enquiries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False, index=True),
    Column("message_id", Id, nullable=False),
    Column("asked_at", Instant, nullable=False, index=True),
    Column("decision", String(16), nullable=False),
    Column("procedure", Text),
    Column("version", Text),
    Column("confidence", Float, nullable=False),
    Column("because", JSON, nullable=False),
    Column("helpful", Boolean),
    Column("rated_at", Instant),
    Column("declined", Boolean, nullable=False, server_default=false()),
    Column("settled_as", String(16)),
    Column("settled_at", Instant),
    Column("settled_by", Id),
    Column("settled_because", Text, nullable=False, server_default=""),
    Column("settled_procedure", Text),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Instant),
    Column("message", JSON),
    Column("reading", JSON),
    Column("decision", String(16)),
    Column("decided_case_id", Id),
    Column("decided_by", Id),
    Column("parts", JSON),
    Column("error", Text, nullable=False, server_default=""),
    Column("facts", JSON),
    Column("handled_at", Instant),
    UniqueConstraint("channel", "external_id"),
    Index("ix_inbox_pending", "conversation", "id", **_pending("state = 'received'")),
    Index("ix_inbox_apart", "state", "id", **_pending("state IN ('held', 'shunted', 'refused')")),
)

raw_mails = Table(
    "raw_mails",
    metadata,
    Column("inbox_id", Id, ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    Column("mail_from", Text, nullable=False),
    Column("rcpt_tos", JSON, nullable=False),
    Column("peer", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("leased_until", Instant, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("key", String(80), nullable=False, unique=True),
    Column("reply", JSON, nullable=False),
    Column("language", String(8), nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("repeats", Integer, nullable=False, server_default="0"),
    Column("in_doubt", Boolean, nullable=False),
    Column("next_attempt_at", Instant),
    Column("worker", Text),
    Column("leased_until", Instant),
    Column("thread_id", Id, ForeignKey("threads.id"), index=True),
    Column("message_id", Id, index=True),
    Column("case_id", Id, index=True),
    Column("in_reply_to", JSON),
    Column("last_error", Text, nullable=False, server_default=""),
    Index("ix_outbox_pending", "next_attempt_at", "id", **_pending("state IN ('due', 'sending')")),
    Index("ix_outbox_lane", "channel", "address", "id", **_pending("state IN ('due', 'sending')")),
    Index("ix_outbox_apart", "state", "id", **_pending("state IN ('failed', 'withheld')")),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("outbox_id", Id, ForeignKey("outbox.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("external_id", Text, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("mail", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Instant),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

password_resets = Table(
    "password_resets",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
