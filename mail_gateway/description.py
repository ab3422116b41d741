"""What was understood of a mail, as plain values that can be written as JSON: what `sunwindow mail read` prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from mail_gateway.authentication import Authentication, read_authentication
from mail_gateway.chain import judge
from mail_gateway.envelope import Envelope
from mail_gateway.forwarded import unwrap
from mail_gateway.header_values import Mailbox
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.parsed_mail import DeliveryFailure, MailAttachment, ParsedMail
from mail_gateway.quoting import split_letter

_NULL_RETURN_PATH = "<>"


def describe(mail: ParsedMail, mailboxes: Mailboxes) -> dict[str, Any]:
    """Everything that was understood of `mail`, read without its envelope, as far as its Return-Path replaces that."""
    words = split_letter(mail.own_text, mail.raw_html)
    letter = Letter(mail, _envelope_in(mail), words, mailboxes)
    verdict = judge(letter)
    return {
        "kind": verdict.kind.outward,
        "reasons": [str(reason) for reason in verdict.reasons],
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.date.isoformat() if mail.date else None,
        "from": _person(mail.sender) if mail.sender else None,
        "reply_to": _people(mail.reply_to),
        "to": _people(mail.to),
        "cc": _people(mail.cc),
        "subject": mail.subject,
        "headers": [list(line) for line in mail.headers],
        "text": mail.text,
        "html": mail.raw_html,
        "safe_html": mail.html,
        "reply_text": words.new,
        "quoted_text": words.quoted,
        "signature": words.signature,
        "forwarded": _forwarded(mail.text),
        "parts": [
            {"path": part.path, "content_type": part.content_type, "size": part.size, "sha256": part.sha256}
            for part in mail.parts
        ],
        "attachments": [_file(attachment) for attachment in mail.attachments],
        "failures": [_failure(failure) for failure in letter.failures],
        "authentication": _authentication(read_authentication(mail)),
        "repairs": list(mail.repairs),
        "defects": list(mail.defects),
    }


def describe_body(text: str, html: str = "") -> dict[str, Any]:
    """The parts of a body that stands alone, without any header."""
    words = split_letter("" if html else text, html)
    return {
        "text": text,
        "html": html,
        "reply_text": words.new,
        "quoted_text": words.quoted,
        "signature": words.signature,
    }


def _envelope_in(mail: ParsedMail) -> Envelope:
    """The envelope as a delivering server wrote it into the header (RFC 5321 §4.4); the author's without one."""
    returned = mail.header("return-path").strip()
    author = mail.sender.address if mail.sender else ""
    sender = "" if returned == _NULL_RETURN_PATH else returned.strip("<>") or author or "unknown"
    return Envelope(sender, (), mail.date or datetime.fromtimestamp(0, UTC))


def _person(mailbox: Mailbox) -> dict[str, str]:
    return {"name": mailbox.name, "address": mailbox.address}


def _people(mailboxes: Iterable[Mailbox]) -> list[dict[str, str]]:
    return [_person(mailbox) for mailbox in mailboxes]


def _file(attachment: MailAttachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "content_type": attachment.declared_type,
        "true_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.inline,
        "content_id": attachment.content_id,
    }


def _forwarded(text: str) -> dict[str, str] | None:
    """Who wrote the mail that this one brings along in its text, as far as its words tell."""
    found = unwrap(text)
    return asdict(found) if found else None


def _failure(failure: DeliveryFailure) -> dict[str, Any]:
    return {
        "recipient": failure.recipient,
        "action": failure.action,
        "status": failure.status,
        "temporary": failure.is_temporary,
        "diagnostic": failure.diagnostic,
        "original_message_id": failure.original_message_id,
    }


def _authentication(found: Authentication) -> dict[str, str]:
    return {"server": found.server, **{method: found.results[method] for method in sorted(found.results)}}
