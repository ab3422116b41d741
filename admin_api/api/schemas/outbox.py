"""What we promised to send, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from admin_api.api.schemas.correspondence import AddressView, AttachmentView
from admin_api.api.schemas.fields import REFERENCE, PageQuery, Schema, example
from admin_api.signing_in import RESET_NOTICE
from casework.outbox import DeliveryOutcome, OutboxEntry, OutboxKind, OutboxState
from casework.party import Language
from casework.references import veil_query_codes

_SUMMARY = {
    "id": 733,
    "kind": "staff",
    "state": "failed",
    "to": {"channel": "email", "value": "citizen-one@example.org"},
    "language": "zh",
    "subject": "Re: 护照办理投诉",
    "created_at": "2026-11-23T03:50:00Z",
    "attempts": 1,
    "repeats": 0,
    "next_attempt_at": None,
    "case": REFERENCE,
    "thread_id": 84,
    "message_id": 915,
    "last_error": "550 5.1.1",
}
_RECEIPT = {"at": "2026-11-23T03:50:04Z", "outcome": "permanent", "detail": "550 5.1.1"}


class OutboxFilter(PageQuery):
    """Which entries are wanted; all when no state is named."""

    model_config = example(state=["failed"], limit=50)

    state: list[OutboxState] = Field(default=[], max_length=10, examples=[["failed"]])


class Retry(Schema):
    """Send it again; there is nothing to say."""

    model_config = example()


class OutboxSummary(Schema):
    """An entry as it stands in a list."""

    model_config = example(**_SUMMARY)

    id: int
    kind: OutboxKind
    state: OutboxState
    to: AddressView
    language: Language
    subject: str
    created_at: datetime
    attempts: int
    repeats: int
    """Tries after one whose answer was lost."""
    next_attempt_at: datetime | None
    case: str | None
    thread_id: int | None
    message_id: int | None
    last_error: str

    @classmethod
    def of(cls, entry: OutboxEntry, *, case: str | None) -> OutboxSummary:
        """The shape of an entry about the case with this reference."""
        return cls.model_validate(_members(entry, case))


class ReceiptView(Schema):
    """What became of one try."""

    model_config = example(**_RECEIPT)

    at: datetime
    outcome: DeliveryOutcome
    detail: str


class OutboxDetail(OutboxSummary):
    """An entry with its words and the receipt of every try."""

    model_config = example(
        **_SUMMARY, text="您好，缺少的是户口簿首页复印件。", wording="", attachments=[], receipts=[_RECEIPT]
    )

    text: str
    """Without query codes; empty when it carries a link that opens an account."""
    wording: str
    """Key of the text; empty when a person wrote it."""
    attachments: list[AttachmentView]
    receipts: list[ReceiptView]

    @classmethod
    def with_receipts(
        cls, entry: OutboxEntry, receipts: Sequence[Mapping[str, object]], *, case: str | None
    ) -> OutboxDetail:
        """The shape of an entry with every try."""
        return cls.model_validate(
            {
                **_members(entry, case),
                "text": _shown_text(entry),
                "wording": entry.reply.key,
                "attachments": [AttachmentView.of(attachment) for attachment in entry.reply.attachments],
                "receipts": [
                    {"at": receipt["at"], "outcome": receipt["outcome"], "detail": receipt.get("detail") or ""}
                    for receipt in receipts
                ],
            }
        )


def _shown_text(entry: OutboxEntry) -> str:
    """The words without what is for the addressee alone: a query code, or the link that opens a colleague's account."""
    return "" if entry.reply.key == RESET_NOTICE else veil_query_codes(entry.reply.text)


def _members(entry: OutboxEntry, case: str | None) -> dict[str, Any]:
    same = set(OutboxSummary.model_fields) - {"to", "case"}
    return {**{name: getattr(entry, name) for name in same}, "to": AddressView.of(entry.to), "case": case}
