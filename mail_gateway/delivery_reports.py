"""Delivery reports of other mail servers (RFC 3464): which recipient of which mail failed, and why.

Read leniently: programs leave out fields and blank lines, put the report into a part of another type, or encode it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.message import Message

from mail_gateway.header_values import decode_header, parse_message_ids
from mail_gateway.mailboxes import fold_address
from mail_gateway.parsed_mail import DeliveryFailure

REPORT_TYPES = frozenset(
    {
        "message/feedback-report",
        "message/disposition-notification",
        "message/rfc822-headers",
        "message/global-delivery-status",
        "message/global-disposition-notification",
        "message/global-headers",
    }
)
"""Parts that hold fields for machines, beside `message/delivery-status`."""
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_WORD = re.compile(r"[a-z-]{1,20}")
_FIELD = re.compile(r"^\s{0,8}([A-Za-z][A-Za-z-]{1,40})\s?:[ \t]*(.*)$")
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_KNOWN_FIELDS = {*_RECIPIENT_FIELDS, "action", "status", "diagnostic-code", "remote-mta", "last-attempt-date"}
_NAME_IN_BRACKETS = re.compile(r"<([^<>\s]{3,300})>")
_MAX_RECIPIENTS = 200
_MAX_DIAGNOSTIC = 500
_MAX_LINES = 20_000


def read_fields(text: str, repairs: list[str]) -> Iterator[DeliveryFailure]:
    """The recipients reported in lines of fields, wherever they stand."""
    for number, group in enumerate(_groups(text)):
        failure = _failure(group, repairs)
        if failure is not None:
            yield failure
        if number >= _MAX_RECIPIENTS:
            return


def original_message_id(header_block: Message[str, str]) -> str | None:
    """The Message-ID of the returned mail."""
    ids = parse_message_ids(str(header_block.get("Message-ID", "")))
    return ids[0] if ids else None


def _groups(text: str) -> Iterator[Mapping[str, str]]:
    """The fields of each recipient. A group ends where a field comes again: blank lines may be missing."""
    group: dict[str, str] = {}
    last = ""
    is_after_blank = False
    for line in text.splitlines()[:_MAX_LINES]:
        found = _FIELD.match(line)
        name = found[1].lower() if found else ""
        if not line.strip():
            is_after_blank, last = True, ""
        elif found is not None and name in _KNOWN_FIELDS:
            is_new = is_after_blank and (name in _RECIPIENT_FIELDS or name == "action") and _is_whole(group)
            if is_new or name in group:
                yield group
                group = {}
            group[name], last, is_after_blank = found[2].strip(), name, False
        elif found is not None and not line[0].isspace():
            last = ""
        elif last and len(group[last]) < 2_000:
            group[last] += " " + line.strip()
    yield group


def _is_whole(group: Mapping[str, str]) -> bool:
    return any(name in group for name in _RECIPIENT_FIELDS) and ("action" in group or "status" in group)


def _failure(group: Mapping[str, str], repairs: list[str]) -> DeliveryFailure | None:
    original, final, actual = (_address(group.get(name, ""), repairs) for name in _RECIPIENT_FIELDS)
    recipient = next((address for address in (original, final, actual) if "@" in address), final or original)
    if not recipient:
        return None
    action = _WORD.match(group.get("action", "").lower())
    status = _STATUS.search(group.get("status", ""))
    return DeliveryFailure(
        recipient=recipient,
        action=action[0] if action else "",
        status=status[1] if status else "",
        diagnostic=decode_header(_after_type(group.get("diagnostic-code", "")), repairs)[:_MAX_DIAGNOSTIC],
        final_recipient=final if final != recipient else "",
    )


def _address(value: str, repairs: list[str]) -> str:
    """The address of a recipient field, out of its type, its brackets and what programs write beside it."""
    value = _after_type(value)
    bracketed = _NAME_IN_BRACKETS.search(value)
    value = fold_address(decode_header(bracketed[1] if bracketed else value, repairs))
    return value.split()[0].strip("<>\"',;") if value else ""


def _after_type(value: str) -> str:
    """The value after its type, as in `rfc822; name@host` or `smtp; 550 …`."""
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator and " " not in kind.strip() else value.strip()
