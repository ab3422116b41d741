"""Values to JSON and back, for the columns that keep a whole value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from casework.inbox import Reading
from casework.kinds import CaseKind
from casework.message import Attachment, Choice, InboundMessage, LetterPart, MailFacts, Reply, Source
from casework.party import Address, ChannelName

Json = Mapping[str, Any]


def encode_reply(reply: Reply) -> dict[str, Any]:
    """A reply as JSON; what is empty is left out."""
    row: dict[str, Any] = {"text": reply.text}
    if reply.choices:
        row["choices"] = [{"value": choice.value, "label": choice.label} for choice in reply.choices]
    if reply.thumbs:
        row["thumbs"] = [{"value": thumb.value, "label": thumb.label} for thumb in reply.thumbs]
    if reply.sources:
        row["sources"] = [asdict(source) for source in reply.sources]
    if reply.attachments:
        row["attachments"] = [asdict(attachment) for attachment in reply.attachments]
    if reply.case:
        row["case"] = reply.case
    if reply.key:
        row["key"] = reply.key
    return row


def decode_reply(row: Json) -> Reply:
    """The reply that was encoded."""
    return Reply(
        text=row["text"],
        choices=tuple(Choice(**choice) for choice in row.get("choices", ())),
        sources=tuple(Source(**{**source, "basis": tuple(source["basis"])}) for source in row.get("sources", ())),
        case=row.get("case"),
        key=row.get("key", ""),
        thumbs=tuple(Choice(**thumb) for thumb in row.get("thumbs", ())),
        attachments=tuple(Attachment(**attachment) for attachment in row.get("attachments", ())),
    )


def encode_mail(mail: MailFacts | None) -> dict[str, Any] | None:
    """Mail facts as JSON."""
    return asdict(mail) if mail else None


def decode_mail(row: Json | None) -> MailFacts | None:
    """The mail facts that were encoded."""
    return MailFacts(**{**row, "references": tuple(row["references"])}) if row else None


def encode_inbound(message: InboundMessage) -> dict[str, Any]:
    """An inbound message as JSON."""
    row = {name: getattr(message, name) for name in InboundMessage.__dataclass_fields__}
    row["sender"] = {"channel": message.sender.channel.value, "value": message.sender.value}
    row["received_at"] = message.received_at.isoformat()
    row["attachments"] = [asdict(attachment) for attachment in message.attachments]
    row["mail"] = encode_mail(message.mail)
    row["part"] = encode_part(message.part) if message.part else None
    return {name: value for name, value in row.items() if value is not None}


def decode_inbound(row: Json) -> InboundMessage:
    """The inbound message that was encoded."""
    return InboundMessage(
        **{
            **row,
            "sender": Address(ChannelName(row["sender"]["channel"]), row["sender"]["value"]),
            "received_at": datetime.fromisoformat(row["received_at"]),
            "attachments": tuple(Attachment(**attachment) for attachment in row["attachments"]),
            "mail": decode_mail(row.get("mail")),
            "part": decode_part(row["part"]) if row.get("part") else None,
        }
    )


def encode_part(part: LetterPart) -> dict[str, Any]:
    """A part of a letter as JSON."""
    return {**asdict(part), "kind": part.kind.value if part.kind else None}


def decode_part(row: Json) -> LetterPart:
    """The part that was encoded."""
    return LetterPart(**{**row, "kind": CaseKind(row["kind"]) if row["kind"] else None})


def encode_reading(reading: Reading | None) -> dict[str, Any] | None:
    """A reading as JSON."""
    return asdict(reading) if reading else None


def decode_reading(row: Json | None) -> Reading | None:
    """The reading that was encoded."""
    if not row:
        return None
    lists = {name: tuple(row[name]) for name in ("attachment_names", "reasons")}
    attachments = tuple(Attachment(**attachment) for attachment in row.get("attachments", ()))
    return Reading(**{**row, **lists, "attachments": attachments})
