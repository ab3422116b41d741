"""Questions that the assistant dealt with itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from casework.commands import RecordEnquiry
from casework.enquiry import Enquiry, EnquiryId
from casework.message import MessageId, ThreadId
from casework.store.tables import enquiries

_ADD = insert(enquiries).returning(enquiries.c.id)


class SqlEnquiries:
    """`casework.ports.Enquiries` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def add(self, command: RecordEnquiry, *, thread_id: ThreadId, message_id: MessageId, now: datetime) -> Enquiry:
        """Record one."""
        row = {
            "thread_id": thread_id,
            "message_id": message_id,
            "asked_at": now,
            "decision": command.decision,
            "procedure": command.procedure,
            "version": command.version,
            "confidence": command.confidence,
            "because": list(command.because),
        }
        enquiry_id = EnquiryId(self._connection.execute(_ADD, row).scalar_one())
        return Enquiry(
            enquiry_id,
            thread_id,
            message_id,
            now,
            command.decision,
            command.procedure,
            command.version,
            command.confidence,
        )
