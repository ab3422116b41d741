"""Threads, messages and attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from admin_api.api.schemas.evidence import ProofView, WeighingView
from admin_api.api.schemas.fields import REFERENCE, Schema, example
from admin_api.evidence import CaseShown
from casework.message import Attachment, Author, Direction, Message
from casework.party import Address, ChannelName, Language
from casework.references import veil_query_codes
from casework.thread import Audience, Thread


class AttachmentView(Schema):
    """A file of a message."""

    model_config = example(
        name="收据.pdf",
        content_type="application/pdf",
        size=48213,
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        inline=False,
    )

    name: str
    content_type: str
    size: int
    sha256: str
    """Fetch the bytes at `/api/v1/messages/{id}/attachments/{sha256}`."""
    inline: bool

    @classmethod
    def of(cls, attachment: Attachment) -> AttachmentView:
        """The shape of an attachment."""
        return cls(
            name=attachment.name,
            content_type=attachment.content_type,
            size=attachment.size,
            sha256=attachment.sha256,
            inline=attachment.inline,
        )


class SourceView(Schema):
    """The published entry that an answer rests on."""

    model_config = example(
        procedure="passport-first",
        title="首次申请普通护照",
        version="2026-11-01",
        basis=["《中华人民共和国护照法》第五条（2006-04-29）"],
    )

    procedure: str
    title: str
    version: str
    basis: list[str]


class AddressView(Schema):
    """One place on one channel."""

    model_config = example(channel="email", value="citizen-one@example.org")

    channel: ChannelName
    value: str

    @classmethod
    def of(cls, address: Address) -> AddressView:
        """The shape of an address."""
        return cls(channel=address.channel, value=address.value)


class MessageView(Schema):
    """What was said, by whom and when."""

    model_config = example(
        id=912,
        thread_id=84,
        number=5,
        direction="inbound",
        author="citizen",
        staff_id=None,
        text="窗口说材料不全，但没有告诉我缺什么。",
        created_at="2026-11-23T02:15:00Z",
        case=REFERENCE,
        edit_of=None,
        sources=[],
        attachments=[],
        evidence=None,
        authentication=None,
    )

    id: int
    thread_id: int | None
    """Null when it could tell who wishes to stay unnamed."""
    number: int
    """Place within the thread, from 1, without gaps."""
    direction: Direction
    author: Author
    staff_id: int | None
    text: str
    created_at: datetime
    case: str | None
    """Reference of the case that it belongs to."""
    edit_of: int | None
    """The message that this one corrects."""
    sources: list[SourceView]
    attachments: list[AttachmentView]
    evidence: WeighingView | None
    """On what a letter was placed; told of letters in their case alone."""
    authentication: ProofView | None
    """What was found out about who sent it; told as `evidence` is."""

    @classmethod
    def of(
        cls,
        message: Message,
        *,
        case: str | None,
        named: bool = True,
        facts: Mapping[str, object] | None = None,
        shown: CaseShown = lambda _: None,
    ) -> MessageView:
        """The shape of a message of the case with this reference."""
        return cls(
            id=message.id,
            thread_id=message.thread_id if named or message.direction is Direction.NOTE else None,
            number=message.number,
            direction=message.direction,
            author=message.author,
            staff_id=message.staff_id,
            text=veil_query_codes(message.text),
            created_at=message.created_at,
            case=case,
            edit_of=message.edit_of,
            sources=_sources(message.reply),
            attachments=[AttachmentView.of(attachment) for attachment in message.attachments],
            evidence=WeighingView.of(facts or {}, shown),
            authentication=ProofView.of(facts or {}),
        )


class ThreadView(Schema):
    """One correspondence: a chat conversation, or one subject of a mail exchange, or the notes on a case."""

    model_config = example(
        id=84,
        audience="citizen",
        language="zh",
        subject="护照办理投诉",
        party_id=31,
        address={"channel": "email", "value": "citizen-one@example.org"},
        cases=[REFERENCE],
        last_number=5,
        taken_over_by=None,
        taken_over_at=None,
        opened_at="2026-11-23T02:10:00Z",
    )

    id: int
    audience: Audience
    language: Language
    subject: str
    party_id: int | None
    address: AddressView | None
    cases: list[str]
    last_number: int
    taken_over_by: int | None
    """The account that speaks here now; the assistant is silent meanwhile."""
    taken_over_at: datetime | None
    opened_at: datetime | None

    @classmethod
    def of(cls, thread: Thread, *, cases: Sequence[str], named: bool) -> ThreadView:
        """The shape of a thread; without `named` it does not tell who writes."""
        return cls(
            id=thread.id,
            audience=thread.audience,
            language=thread.language,
            subject=thread.subject,
            party_id=thread.party_id if named else None,
            address=AddressView.of(thread.address) if thread.address and named else None,
            cases=list(cases),
            last_number=thread.last_number,
            taken_over_by=thread.taken_over_by,
            taken_over_at=thread.taken_over_at,
            opened_at=thread.opened_at,
        )


def _sources(reply: Mapping[str, Any]) -> list[SourceView]:
    return [SourceView.model_validate(source) for source in reply.get("sources", ())]
