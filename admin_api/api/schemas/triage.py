"""Messages that wait for a clerk's word, held by a rule or shunted because we failed; and those that were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from admin_api.api.schemas.correspondence import AttachmentView
from admin_api.api.schemas.evidence import ProofView, WeighingView
from admin_api.api.schemas.fields import REFERENCE, PageQuery, Schema, Storable, example, example_of
from admin_api.evidence import CaseShown
from casework.inbox import ClerkDecision, InboxEntry, InboxState, Reading, files_of
from casework.party import ChannelName

_SUMMARY = {
    "id": 5012,
    "channel": "email",
    "state": "held",
    "received_at": "2026-11-23T01:02:03Z",
    "attempts": 0,
    "sender": "citizen-two@example.org",
    "subject": "咨询",
    "reasons": ["bulk"],
    "guess": None,
    "error": "",
    "decision": None,
    "left_in": None,
}


class TriageFilter(PageQuery):
    """Which messages are wanted."""

    model_config = example(state=["held", "shunted"], limit=50)

    state: list[Literal[InboxState.HELD, InboxState.SHUNTED, InboxState.REFUSED]] = Field(
        default=[InboxState.HELD, InboxState.SHUNTED], max_length=3, examples=[["held", "shunted"]]
    )
    """Refused messages, e.g. automatic answers and those of blocked senders, are listed when they are asked for."""
    reason: Annotated[str, StringConstraints(max_length=80), Storable] = Field(default="", examples=["reason.spam"])
    """The key of one of the reasons why they wait or were refused."""
    sender: Annotated[str, StringConstraints(max_length=120), Storable] = Field(default="", examples=["example.org"])
    """A part of the name or address of who wrote."""
    archived: bool | None = Field(default=None, examples=[False])
    """Whether they were old when they came, as letters of an imported archive are; left out, both are listed."""


class TriageSummary(Schema):
    """A waiting message as it stands in a list."""

    model_config = example(**_SUMMARY)

    id: int
    channel: ChannelName
    state: InboxState
    received_at: datetime
    attempts: int
    sender: str
    subject: str
    reasons: list[str]
    guess: str | None
    """Reference of the case that it probably belongs to."""
    error: str
    """Kind and place of our failure, when it was shunted."""
    decision: ClerkDecision | None
    left_in: str | None
    """The mailbox in which the letter was left, so that only its header is here; it can be refused, not handed on."""

    @classmethod
    def of(cls, entry: InboxEntry, *, guess: str | None) -> TriageSummary:
        """The shape of an entry of the inbox."""
        return cls.model_validate(_members(entry, guess))


class TriageDetail(TriageSummary):
    """A waiting message with what could be read of it."""

    model_config = example(
        **_SUMMARY,
        answers_to="",
        text="你好，请问……",
        words="你好，请问……",
        quoted="",
        signature="",
        quoted_author="",
        is_forwarded=False,
        safe_html="<p>你好，请问……</p>",
        pictures_left_out=0,
        attachment_names=[],
        attachments=[],
        decided_by=None,
        has_raw_mail=True,
        evidence=example_of(WeighingView),
        authentication=example_of(ProofView),
    )

    answers_to: str
    """Where answers are asked for, when that is another address than the sender's."""
    text: str
    words: str
    """The new words alone, without what is in `quoted` and `signature`; empty when there are none."""
    quoted: str
    signature: str
    quoted_author: str
    """Who wrote the quoted or forwarded words, as the letter says."""
    is_forwarded: bool
    """Whether `quoted` was passed on rather than answered."""
    safe_html: str
    """HTML after sanitising; show it in a sandbox all the same. Pictures in it are `cid:` addresses of attachments."""
    pictures_left_out: int
    """How many pictures of the HTML are not in the letter."""
    attachment_names: list[str]
    attachments: list[AttachmentView]
    """Fetch the bytes at `/api/v1/triage/{id}/attachments/{sha256}`."""
    decided_by: int | None
    """The account whose word `decision` is."""
    has_raw_mail: bool
    """Whether `/api/v1/triage/{id}/mail` has the mail as it came."""
    evidence: WeighingView | None
    """Null when nothing pointed to a case, or a rule held it before."""
    authentication: ProofView | None
    """Null when nobody looked who sent it."""

    @classmethod
    def of(cls, entry: InboxEntry, *, guess: str | None, shown: CaseShown = lambda _: None) -> TriageDetail:
        """The shape of an entry of the inbox, with its words."""
        reading, message = entry.reading or Reading(), entry.message
        names = [attachment.name for attachment in message.attachments] if message else []
        return cls.model_validate(
            {
                **_members(entry, guess),
                "answers_to": reading.answers_to,
                "text": reading.text or (message.text if message else ""),
                "words": reading.words,
                "quoted": reading.quoted,
                "signature": reading.signature,
                "quoted_author": reading.quoted_author,
                "is_forwarded": reading.is_forwarded,
                "safe_html": reading.safe_html,
                "pictures_left_out": reading.pictures_left_out,
                "attachment_names": list(reading.attachment_names) or names,
                "attachments": [AttachmentView.of(one) for one in files_of(entry)],
                "decided_by": entry.decided_by,
                "has_raw_mail": entry.raw_mail is not None,
                "evidence": WeighingView.of(entry.facts, shown),
                "authentication": ProofView.of(entry.facts),
            }
        )


class NewDecision(Schema):
    """A clerk's word: accept as a new letter, join to a case, refuse, block its sender, or replay as it came.

    A letter is split by `/api/v1/triage/{id}/split`.
    """

    model_config = example(decision="join", reference=REFERENCE)

    decision: ClerkDecision
    reference: Annotated[str, StringConstraints(max_length=60), Storable] | None = None
    """Of the case that it joins; needed for `join` alone."""
    was_refused: bool = False
    """Say so to go back on a refusal; without it a refused message is a conflict."""


def _members(entry: InboxEntry, guess: str | None) -> dict[str, object]:
    reading = entry.reading
    sender = entry.message.sender.value if entry.message else entry.conversation
    return {
        "id": entry.id,
        "channel": entry.channel,
        "state": entry.state,
        "received_at": entry.received_at,
        "attempts": entry.attempts,
        "sender": reading.sender if reading and reading.sender else sender,
        "subject": reading.subject if reading else "",
        "reasons": list(entry.reasons),
        "guess": guess,
        "error": entry.error,
        "decision": entry.decision,
        "left_in": str(entry.left_in) if entry.left_in is not None else None,
    }
