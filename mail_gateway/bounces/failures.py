"""Which recipients a mail reports as failed, from everything in it that may say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mail_gateway.bounces import marks
from mail_gateway.bounces.addresses import addresses_in
from mail_gateway.bounces.named_recipients import Grade, Named, bare_name, named_recipients
from mail_gateway.bounces.reasons import detailed_status, has_code, status_in
from mail_gateway.bounces.returned_copy import Returned, has_copy, notices_in, read_copy
from mail_gateway.delivery_reports import read_fields
from mail_gateway.parsed_mail import DeliveryFailure, ParsedMail

_REACHED = {"delivered", "relayed", "expanded"}
_HEADER_TYPES = {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
_NULL_PATH = re.compile(r"\s*<\s*(?:mailer-daemon[^>]*)?>", re.IGNORECASE)
_REPORT_FIELD = re.compile(r"^[ \t]{0,8}(?:final|original)-recipient[ \t]?:", re.IGNORECASE | re.MULTILINE)
_REPORT_BYTES = re.compile(rb"^[ \t]{0,8}(?:final|original)-recipient[ \t]?:", re.IGNORECASE | re.MULTILINE)
_MAX_DIAGNOSTIC = 500
_MAX_REPORT = 200_000
_MAX_NOTICE = 20_000
"""Whether it is a delay is told at the beginning."""
_ANSWER_SUBJECT = re.compile(r"^\s*(?:re|fwd?|aw|wg|tr|sv|回复|答复|回覆|转发|轉發|转寄)\s*[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Transport:
    """How a mail came, as far as it speaks for a notice of a mail server."""

    is_null: bool
    is_daemon: bool
    is_report: bool
    has_subject: bool

    @property
    def is_sure(self) -> bool:
        """Whether no person's program writes so. Absence notes have the null sender too: it is not enough alone."""
        return self.is_daemon or self.is_report or (self.is_null and self.has_subject)

    @property
    def may_be_notice(self) -> bool:
        """Whether its text is worth reading as a notice."""
        return self.is_null or self.is_sure or self.has_subject


def failures_of(mail: ParsedMail, *, envelope_is_null: bool) -> tuple[DeliveryFailure, ...]:
    """Each recipient that `mail` reports as failed or delayed, once, tied to the mail that did not arrive.

    `envelope_is_null`: it came with the null sender, as notices do (RFC 5321 §4.5.5).
    """
    transport = transport_of(mail, envelope_is_null=envelope_is_null)
    is_worth_reading = transport.may_be_notice or bool(mail.failures)
    if not is_worth_reading or (not transport.is_sure and _ANSWER_SUBJECT.match(mail.subject)):
        return ()
    reported = _reported(mail, transport) or _told(mail, transport)
    if not reported and transport.is_sure and mail.nested:
        # A filter on the way wrapped the notice into one of its own.
        return failures_of(mail.nested[0], envelope_is_null=False) or _of_copy(mail, transport)
    return _tied(reported, mail) or _of_copy(mail, transport)


def _of_copy(mail: ParsedMail, transport: Transport) -> tuple[DeliveryFailure, ...]:
    """The recipient of the returned mail, when the notice names none and the mail had one alone."""
    copy = _returned(mail)
    notice = next(notices_in(mail.text))
    reports_success = bool(mail.failures)
    if reports_success or not transport.is_sure or marks.FAILED.search(notice) is None:
        return ()
    if copy.is_list_mail or len(copy.to) != 1 or copy.to[0] in {mailbox.address for mailbox in mail.from_}:
        return ()
    return _tied([_failure(Named(copy.to[0], Grade.IN_SENTENCE), notice, mail)], mail)


def _tied(reported: Sequence[DeliveryFailure], mail: ParsedMail) -> tuple[DeliveryFailure, ...]:
    """Each recipient once, with the Message-ID of the mail that did not arrive."""
    ids = (_returned(mail).message_id, *mail.references, *mail.in_reply_to)
    message_id = next((found for found in ids if found), None)
    tied = [replace(failure, original_message_id=failure.original_message_id or message_id) for failure in reported]
    first: dict[str, DeliveryFailure] = {}
    for failure in tied:
        first.setdefault(failure.recipient, failure)
    return tuple(first.values())


def says_delayed(mail: ParsedMail) -> bool:
    """Whether a notice says that it is still tried, or names recipients that were reached."""
    notice = next(notices_in(mail.text))
    return any(failure.action in _REACHED for failure in mail.failures) or _is_delayed(f"{mail.subject}\n{notice}")


def transport_of(mail: ParsedMail, *, envelope_is_null: bool) -> Transport:
    """What header and envelope say for a notice."""
    senders = [mailbox.address for mailbox in mail.from_]
    is_daemon = any(marks.DAEMON.search(address) for address in senders)
    return Transport(
        is_null=envelope_is_null or _NULL_PATH.match(mail.header("return-path")) is not None,
        is_daemon=is_daemon or marks.DAEMON_NAME.search(mail.header("from")[:200]) is not None,
        is_report=mail.has_header("x-failed-recipients") or "delivery-status" in mail.header("content-type").lower(),
        has_subject=marks.NOTICE_SUBJECT.search(mail.subject) is not None,
    )


def _reported(mail: ParsedMail, transport: Transport) -> list[DeliveryFailure]:
    """What parts made for machines say of recipients not reached, and such fields wherever else they stand."""
    found = list(mail.failures)
    if found or not (transport.is_sure or _is_plainly_notice(mail, next(notices_in(mail.text)), transport)):
        return _undelivered(found)
    for attachment in mail.attachments:
        if attachment.declared_type != "message/rfc822" and _REPORT_BYTES.search(attachment.content[:_MAX_REPORT]):
            found += read_fields(attachment.content[:_MAX_REPORT].decode("utf-8", "replace"), [])
    if _REPORT_FIELD.search(mail.text[:_MAX_REPORT]):
        found += read_fields(mail.text[:_MAX_REPORT], [])
    return _undelivered(found)


def _undelivered(found: Sequence[DeliveryFailure]) -> list[DeliveryFailure]:
    return [
        _as_undelivered(failure)
        for failure in found
        if failure.action not in _REACHED and (failure.action or not failure.status.startswith("2"))
    ]


def _as_undelivered(failure: DeliveryFailure) -> DeliveryFailure:
    """With one of the two actions that the standard has for it, and the most detailed status that was given."""
    action = "delayed" if failure.action.startswith("delay") else "failed"
    is_vague = not failure.status or failure.status.endswith(".0.0")
    status = (detailed_status(failure.diagnostic) if is_vague else "") or failure.status
    return replace(failure, action=action, status=status)


def _told(mail: ParsedMail, transport: Transport) -> list[DeliveryFailure]:
    """What the words of a notice say."""
    if mail.failures:
        return []
    passing = frozenset(mailbox.address for mailbox in (*mail.from_, *mail.reply_to, *mail.to))
    notice, named = _read_notice(mail.text, passing)
    failed = tuple(found.address for found in addresses_in(mail.header("x-failed-recipients")))
    if failed:
        known = {found.address: found for found in named}
        named = tuple(known.get(address) or Named(address, Grade.NAMED) for address in failed)
    elif not transport.is_sure and not _is_plainly_notice(mail, notice, transport):
        return []
    elif not named and transport.is_daemon and mail.sender is not None and (name := bare_name(notice)):
        named = (Named(f"{name}@{mail.sender.address.rpartition('@')[2]}", Grade.NAMED),)
    least = Grade.MENTIONED if transport.is_sure else Grade.BESIDE_CODE
    return [_failure(found, notice, mail) for found in named if found.grade >= least]


def _read_notice(text: str, passing: frozenset[str]) -> tuple[str, tuple[Named, ...]]:
    """The shortest beginning of the text that names failed recipients, and these."""
    notice = ""
    named: tuple[Named, ...] = ()
    for notice in notices_in(text):
        named = named_recipients(notice, passing=passing)
        if any(found.grade >= Grade.IN_SENTENCE for found in named):
            break
    return notice, named


def _is_plainly_notice(mail: ParsedMail, notice: str, transport: Transport) -> bool:
    """Whether a mail of which the subject alone, or the null sender alone, speaks for a notice is one all the same."""
    notice, has_returned = notice[:_MAX_NOTICE], bool(mail.nested) or has_copy(mail.text)
    if transport.is_null:
        return has_returned or has_code(notice)
    if marks.ASKS.search(notice) is not None:
        return False
    return has_returned or marks.AUTOMATIC.search(notice) is not None


def _failure(named: Named, notice: str, mail: ParsedMail) -> DeliveryFailure:
    said = "\n".join(named.reason)
    is_delayed = _is_delayed(f"{mail.subject}\n{notice}")
    status = status_in(said, is_delayed=is_delayed)
    if status.endswith(".0.0"):
        status = status_in(notice, is_delayed=is_delayed)
    return DeliveryFailure(
        recipient=named.original or named.address,
        action="delayed" if is_delayed else "failed",
        status=status,
        diagnostic=" ".join(said.split())[:_MAX_DIAGNOSTIC],
        final_recipient=named.address if named.original else "",
    )


def _is_delayed(words: str) -> bool:
    words = words[:_MAX_NOTICE]
    return marks.DELAYED.search(words) is not None and marks.GIVEN_UP.search(words) is None


def _returned(mail: ParsedMail) -> Returned:
    """The mail that did not arrive: a part of the notice, or a copy in its text."""
    for inner in mail.nested:
        is_list = any(inner.has_header(name) for name in ("list-id", "list-post", "x-beenthere", "list-unsubscribe"))
        return Returned(inner.message_id, tuple(mailbox.address for mailbox in inner.to), is_list)
    for report in mail.reports:
        if report.content_type in _HEADER_TYPES:
            return read_copy(report.text)
    for attachment in mail.attachments:
        if attachment.declared_type in _HEADER_TYPES:
            return read_copy(attachment.content[:_MAX_REPORT].decode("utf-8", "replace"))
    return read_copy(mail.text)
