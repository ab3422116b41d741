"""Mail to the return address of a mail of ours: that one did not arrive, even when the notice says nothing of it."""

from __future__ import annotations

from mail_gateway.bounces.failures import says_delayed, transport_of
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import fold_address
from mail_gateway.seals import SealState
from mail_gateway.verdict import Reason

FAILED = "returned.failed"


def check(letter: Letter) -> Reason | None:
    """Applies to null-sender mail there (RFC 5321 §4.5.5), unless a program of the addressee seems to have sent it."""
    if not letter.envelope.has_null_sender or fold_address(letter.author) == fold_address(letter.returned_to):
        return None
    return _reason(letter)


def check_server(letter: Letter) -> Reason | None:
    """Applies to mail there that a mail server plainly wrote, whatever header calls it an automatic answer."""
    transport = transport_of(letter.mail, envelope_is_null=letter.envelope.has_null_sender)
    return _reason(letter) if transport.is_daemon or transport.is_report else None


def check_expired(letter: Letter) -> Reason | None:
    """Applies when the return address has expired: nobody knows any more what it is worth."""
    is_expired = letter.returned is not None and letter.returned.state is SealState.EXPIRED
    return Reason("returned.expired") if is_expired else None


def _reason(letter: Letter) -> Reason | None:
    if letter.returned is None or letter.returned.state is not SealState.VALID:
        return None
    return Reason("returned.not_yet" if says_delayed(letter.mail) else FAILED)
