"""Understanding one saved mail without the database: read, split into words, judged, its clues found, its files kept.

Done before the transaction, so that reading a large mail makes nobody wait for the store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from casework.actions.intake import Office
from casework.inbox import ClerkDecision, InboxEntry, Reading
from casework.message import CaseId, InboundMessage, MailFacts
from casework.party import Address, ChannelName
from casework.ports import BlobStore
from mail_gateway.envelope import envelope_of
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.forwarded import unwrap
from mail_gateway.html_text import sanitise_with_pictures
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import Mailboxes, mailboxes_of
from mail_gateway.parsing import parse
from mail_gateway.quoting import Words, split_letter
from mail_gateway.seals import Seals
from mail_gateway.subjects import base_subject, is_forwarded
from mail_gateway.thread_matching import Clues, find_clues
from mail_gateway.verdict import Reason

MAX_SHOWN_CHARACTERS = 100_000
"""So much of a held letter is shown to a clerk; the raw mail has all of it."""


@dataclass(frozen=True, slots=True)
class MailRoom:
    """What reading mail needs of the bureau."""

    office: Office
    blobs: BlobStore
    mailboxes: Mailboxes
    seals: Seals

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return f"MailRoom({self.mailboxes.domain})"


def open_mail_room(office: Office, blobs: BlobStore) -> MailRoom:
    """The mail room of a bureau."""
    mailboxes = mailboxes_of(office.bureau)
    return MailRoom(office, blobs, mailboxes, Seals(mailboxes, office.secret))


@dataclass(frozen=True, slots=True)
class Understood:
    """A saved mail, read."""

    entry: InboxEntry
    letter: Letter
    clues: Clues

    @property
    def is_decided(self) -> bool:
        """Whether a clerk said that a person wrote it, so that the rules have no say any more."""
        return self.entry.decision in {ClerkDecision.ACCEPT, ClerkDecision.JOIN, ClerkDecision.SPLIT}


def understand(entry: InboxEntry, room: MailRoom) -> Understood:
    """What can be known of a saved mail by itself. Its attachments are in the blob store afterwards."""
    if entry.raw_mail is None:
        raise MailGatewayRejected(f"inbox entry {entry.id} holds no mail: hand it to the channel that it came by")
    mail = parse(entry.raw_mail.data)
    envelope = envelope_of(entry.raw_mail, entry.received_at)
    policy = room.office.bureau.mail_policy
    words = split_letter(mail.own_text, mail.raw_html)
    letter = Letter(mail, envelope, words, room.mailboxes, spam_headers=policy.spam_headers)
    for attachment in mail.attachments:
        room.blobs.put(attachment.content)
    bureau = room.office.bureau
    today = bureau.calendar.local_date(entry.received_at)
    return Understood(entry, letter, find_clues(letter, room.seals, prefix=bureau.reference_prefix, today=today))


def message_of(understood: Understood) -> InboundMessage:
    """What the desk is told of a letter, before it is matched to a thread."""
    entry, letter = understood.entry, understood.letter
    mail = letter.mail
    references = tuple(dict.fromkeys((*mail.references, *mail.in_reply_to)))
    return InboundMessage(
        sender=Address(ChannelName.EMAIL, letter.correspondent),
        external_id=entry.external_id,
        text=letter_text(letter),
        received_at=entry.received_at,
        sender_name=(mail.sender.name or None) if mail.sender else None,
        attachments=tuple(attachment.as_attachment() for attachment in mail.attachments),
        mail=MailFacts(mail.message_id or "", references, mail.subject),
    )


def letter_text(letter: Letter) -> str:
    """The citizen's words: the new ones; the whole when there are none, as in a forwarded mail; else the subject."""
    return letter.words.new or letter.mail.text.strip() or base_subject(letter.mail.subject)


def reading_of(understood: Understood, reasons: tuple[Reason, ...], guess: CaseId | None = None) -> Reading:
    """What a clerk sees of a letter that waits for a decision."""
    letter = understood.letter
    mail, words = letter.mail, letter.words
    within = unwrap(mail.text)
    shown = sanitise_with_pictures(mail.raw_html, {one.content_id: one.sha256 for one in mail.attachments})
    return Reading(
        # Who wrote, since a clerk may block the sender: Reply-To may name somebody who knows nothing of the letter.
        sender=letter.author or letter.correspondent,
        answers_to=letter.correspondent if letter.is_answered_elsewhere else "",
        subject=mail.subject,
        text=mail.text[:MAX_SHOWN_CHARACTERS],
        safe_html=shown.html if len(shown.html) <= MAX_SHOWN_CHARACTERS else "",
        attachment_names=tuple(attachment.shown_name for attachment in mail.attachments),
        reasons=tuple(f"reason.{reason.key}" for reason in reasons),
        guess=guess,
        words=words.new[:MAX_SHOWN_CHARACTERS],
        quoted=words.quoted[:MAX_SHOWN_CHARACTERS],
        signature=words.signature[:MAX_SHOWN_CHARACTERS],
        quoted_author=within.author[:200] if within else "",
        is_forwarded=within is not None and (not words.new or is_forwarded(mail.subject) or _passes_on(words.quoted)),
        sender_name=mail.sender.name[:200] if mail.sender and mail.sender.name else "",
        attachments=tuple(attachment.as_attachment() for attachment in mail.attachments),
        pictures=shown.pictures,
        pictures_left_out=shown.left_out,
    )


def _passes_on(quoted: str) -> bool:
    """Whether the line above the folded mail calls it forwarded; other programs put the same lines above any quote."""
    first = next((line for line in quoted.split("\n") if line.strip()), "")
    return _FORWARDED.search(first) is not None


_FORWARDED = re.compile(r"转发|轉寄|forwarded|weitergeleitet|transféré|reenviado", re.IGNORECASE)


def facts_of(words: Words, reasons: tuple[Reason, ...], **more: object) -> dict[str, object]:
    """What is kept beside the message: reasons, and the parts of the letter that were folded."""
    facts: dict[str, object] = {"because": [str(reason) for reason in reasons], **more}
    if words.quoted:
        facts["quoted"] = words.quoted[:MAX_SHOWN_CHARACTERS]
    if words.signature:
        facts["signature"] = words.signature
    return facts
