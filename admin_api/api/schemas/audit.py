"""The audit trail and the proof of a case's ledger."""

from __future__ import annotations

from admin_api.api.schemas.cases import EventView
from admin_api.api.schemas.fields import REFERENCE, Schema, example, example_of
from casework.events import CaseEvent


class AuditEvent(EventView):
    """One event of any case."""

    model_config = example(id=20417, case=REFERENCE, previous_hash="0" * 64, text_digest="", **example_of(EventView))

    id: int
    case: str
    previous_hash: str
    text_digest: str
    """SHA-256 over salt and text; stays when the text is erased."""

    @classmethod
    def of_case(cls, event_id: int, reference: str, event: CaseEvent) -> AuditEvent:
        """The shape of an event of the case with this reference."""
        return cls.model_validate(
            {
                **EventView.of(event, named=True).model_dump(),
                "id": event_id,
                "case": reference,
                "previous_hash": event.previous_hash,
                "text_digest": event.text_digest,
            }
        )


class ChainReport(Schema):
    """Whether a case's ledger is as it was written."""

    model_config = example(case=REFERENCE, events=9, is_whole=True, broken_links=[])

    case: str
    events: int
    is_whole: bool
    broken_links: list[str]
    """What is wrong, in order."""
