"""Delivery reports of other mail servers (RFC 3464): which recipient of which mail failed, and why."""

from __future__ import annotations

import re
from email.message import Message

from mail_gateway.header_values import decode_header, parse_message_ids
from mail_gateway.mailboxes import fold_address
from mail_gateway.parsed_mail import DeliveryFailure

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_WORD = re.compile(r"[a-z-]{1,20}")
_MAX_RECIPIENTS = 200
_MAX_DIAGNOSTIC = 500


def read_report(part: Message[str, str], repairs: list[str]) -> list[DeliveryFailure]:
    """The recipients that a `message/delivery-status` part reports on, without the original's Message-ID."""
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return []
    found = [_failure(block, repairs) for block in blocks[: _MAX_RECIPIENTS + 1] if isinstance(block, Message)]
    return [failure for failure in found if failure is not None]


def original_message_id(header_block: Message[str, str]) -> str | None:
    """The Message-ID of the returned mail."""
    ids = parse_message_ids(str(header_block.get("Message-ID", "")))
    return ids[0] if ids else None


def _failure(block: Message[str, str], repairs: list[str]) -> DeliveryFailure | None:
    named = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
    recipient = fold_address(decode_header(_after_type(named), repairs))
    if not recipient:
        return None
    action = _WORD.match(str(block.get("Action", "")).strip().lower())
    status = _STATUS.search(str(block.get("Status", "")))
    return DeliveryFailure(
        recipient=recipient,
        action=action[0] if action else "",
        status=status[1] if status else "",
        diagnostic=decode_header(_after_type(str(block.get("Diagnostic-Code") or "")), repairs)[:_MAX_DIAGNOSTIC],
    )


def _after_type(value: str) -> str:
    """The value after its type, as in `rfc822; name@host` or `smtp; 550 …`."""
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator else kind.strip()
