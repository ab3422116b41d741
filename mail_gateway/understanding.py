"""Understanding one saved mail without the database: read, split into words, judged, its clues found, its files kept.

Done before the transaction, so that reading a large mail makes nobody wait for the store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from casework.actions.office import Office
from casework.inbox import ClerkDecision, InboxEntry, Reading
from casework.message import CaseId, InboundMessage, MailFacts
from casework.party import Address, ChannelName
from casework.ports import BlobStore
from mail_gateway.authentication import Authentication, Relays, believed_authentication, reasons_of, standing_of
from mail_gateway.envelope import Envelope, envelope_of
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.forwarded import unwrap
from mail_gateway.html_text import sanitise_with_pictures
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import Mailboxes, mailboxes_of
from mail_gateway.parsed_mail import ParsedMail
from mail_gateway.parsing import parse
from mail_gateway.quoting import Words, split_letter
from mail_gateway.seals import Seals
from mail_gateway.subjects import base_subject, is_forwarded
from mail_gateway.thread_matching import Clues, find_clues
from mail_gateway.verdict import Reason
from mail_gateway.verifying import Verifier

MAX_SHOWN_CHARACTERS = 100_000
"""So much of a held letter is shown to a clerk; the raw mail has all of it."""


@dataclass(frozen=True, slots=True)
class Trust:
    """By whose word it is known who really sent a mail."""

    relays: Relays = field(default_factory=Relays)
    verifier: Verifier | None = None
    """Asked when no relay says anything."""

    def find_out(self, mail: ParsedMail, raw: bytes, envelope: Envelope, author: str) -> Authentication | None:
        """What is believed of the sender; None when nobody says anything."""
        believed = believed_authentication(mail, self.relays, envelope.peer)
        if believed is not None or self.verifier is None:
            return believed
        # SPF is about whoever connects from outside, which a relay of ours is not.
        is_direct = bool(envelope.peer) and not self.relays.handed_over(envelope.peer)
        return self.verifier.verify(raw, envelope if is_direct else replace(envelope, peer=""), author)


@dataclass(frozen=True, slots=True)
class MailRoom:
    """What reading mail needs of the bureau."""

    office: Office
    blobs: BlobStore
    mailboxes: Mailboxes
    seals: Seals
    trust: Trust = Trust()

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return f"MailRoom({self.mailboxes.domain})"


def open_mail_room(office: Office, blobs: BlobStore, trust: Trust | None = None) -> MailRoom:
    """The mail room of a bureau."""
    mailboxes = mailboxes_of(office.bureau)
    return MailRoom(office, blobs, mailboxes, Seals(mailboxes, office.secret), trust or Trust())


@dataclass(frozen=True, slots=True)
class Understood:
    """A saved mail, read."""

    entry: InboxEntry
    letter: Letter
    clues: Clues
    authentication: Authentication | None = None
    """What is believed of the sender."""

    @property
    def is_decided(self) -> bool:
        """Whether a clerk said that a person wrote it, so that the rules have no say any more."""
        return self.entry.decision in {ClerkDecision.ACCEPT, ClerkDecision.JOIN, ClerkDecision.SPLIT}

    @property
    def authentication_facts(self) -> dict[str, object]:
        """What is kept of it with the message; nothing when nobody looked."""
        found = self.authentication
        return {"authentication": found.as_facts(self.clues.standing)} if found is not None else {}

    @property
    def authentication_reasons(self) -> tuple[Reason, ...]:
        """What a clerk is told of the sender."""
        return reasons_of(self.authentication, self.clues.standing)


def understand(entry: InboxEntry, room: MailRoom) -> Understood:
    """What can be known of a saved mail by itself. Its attachments are in the blob store afterwards."""
    if entry.raw_mail is None:
        raise MailGatewayRejected(f"inbox entry {entry.id} holds no mail: hand it to the channel that it came by")
    mail = parse(entry.raw_mail.data)
    envelope = envelope_of(entry.raw_mail, entry.received_at)
    policy = room.office.bureau.mail_policy
    words = split_letter(mail.own_text, mail.raw_html)
    bureau = room.office.bureau
    today = bureau.calendar.local_date(entry.received_at)
    found = (room.seals.read_return_address(address, today) for address in envelope.rcpt_tos)
    letter = Letter(
        mail,
        envelope,
        words,
        room.mailboxes,
        spam_headers=policy.spam_headers,
        returned=next((token for token in found if token is not None), None),
    )
    for attachment in mail.attachments:
        room.blobs.put(attachment.content)
    authentication = room.trust.find_out(mail, entry.raw_mail.data, envelope, letter.author)
    standing = standing_of(authentication, letter.author)
    clues = find_clues(letter, room.seals, prefix=bureau.reference_prefix, today=today, standing=standing)
    return Understood(entry, letter, clues, authentication)


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
        reasons=tuple(f"reason.{reason.key}" for reason in (*reasons, *understood.authentication_reasons)),
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
