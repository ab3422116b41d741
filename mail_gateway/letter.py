"""One mail with everything that a rule may look at: what was read, how it came, and what we know of its sender."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from casework.bureau import SPAM_HEADERS
from mail_gateway.bounces.failures import failures_of
from mail_gateway.envelope import Envelope
from mail_gateway.mailboxes import Mailboxes, fold_address
from mail_gateway.parsed_mail import DeliveryFailure, ParsedMail
from mail_gateway.quoting import Words
from mail_gateway.seals import ReturnToken


@dataclass(frozen=True)
class Letter:
    """What the rules judge."""

    # Without slots: several rules ask for the failures, which are read once.

    mail: ParsedMail
    envelope: Envelope
    words: Words
    mailboxes: Mailboxes
    is_blocked: bool = False
    """Whether staff blocked the envelope's or the header's sender."""
    spam_headers: tuple[str, ...] = SPAM_HEADERS
    """Header lines whose verdict on unwanted mail is believed."""
    returned: ReturnToken | None = None
    """The mail of ours that this one came back for: it was sent to that mail's return address."""
    returned_to: str = ""
    """Whom that mail of ours was for."""

    @cached_property
    def failures(self) -> tuple[DeliveryFailure, ...]:
        """The recipients that the mail reports as not reached, in whatever form; we ourselves were reached by it."""
        found = failures_of(self.mail, envelope_is_null=self.envelope.has_null_sender)
        return tuple(failure for failure in found if not self.mailboxes.is_ours(failure.recipient))

    @property
    def correspondent(self) -> str:
        """Whom an answer goes to: Reply-To if it names one address that is not ours, else the author; may be empty."""
        others = [mailbox.address for mailbox in self.mail.reply_to if not self.mailboxes.is_ours(mailbox.address)]
        if len(others) == 1:
            return others[0]
        return self.author

    @property
    def author(self) -> str:
        """Who says that they wrote it: the first address of From, else the envelope's sender; may be empty."""
        return self.mail.sender.address if self.mail.sender else self.envelope.mail_from.lower()

    @property
    def is_answered_elsewhere(self) -> bool:
        """Whether it asks for answers at an address that is not its author's (Reply-To, RFC 5322 §3.6.2).

        Nothing that a mail server may check of a sender covers Reply-To: anybody can write anybody's address there.
        """
        return fold_address(self.correspondent) != fold_address(self.author)
