"""A mail that comes without an envelope: out of a mailbox or an archive, where only its header tells who it was for.

What the mailbox's own server wrote above (Return-Path, Delivered-To, X-Original-To) goes before what the sender wrote.
"""

from __future__ import annotations

import re
from datetime import datetime

from mail_gateway.envelope import NULL_SENDER, Envelope
from mail_gateway.header_values import parse_date, parse_mailboxes
from mail_gateway.mailboxes import Mailboxes, fold_address
from mail_gateway.mime_tree import header_of

DELIVERED = ("delivered-to", "x-original-to", "envelope-to")
ADDRESSED = ("to", "cc")
MAX_RECIPIENTS = 20
_MAX_HEADER = 262_144
"""Octets of a header that are read; the rest cannot say more about who a mail was for."""
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_LONE_LINE_END = re.compile(rb"(?<!\r)\n")


def as_on_the_wire(raw: bytes) -> bytes:
    """`raw` with the line ends that mail has on the wire, so that one letter is known however it came."""
    return _LONE_LINE_END.sub(b"\r\n", raw) if _LONE_LINE_END.search(raw) else raw


def envelope_from_header(raw: bytes, ours: Mailboxes, *, received_at: datetime, recipient: str = "") -> Envelope:
    """The envelope as far as the header tells it; for `recipient`, or our main mailbox, when it names none of ours."""
    lines = _lines(raw)
    named = [box.address for name, value in lines if name in DELIVERED for box in parse_mailboxes(value, [])]
    named += [box.address for name, value in lines if name in ADDRESSED for box in parse_mailboxes(value, [])]
    rcpt_tos = tuple(dict.fromkeys(address for address in named if ours.is_ours(address)))[:MAX_RECIPIENTS]
    return Envelope(_sender(lines), rcpt_tos or (recipient or ours.main,), received_at)


def received_as_told(raw: bytes, now: datetime) -> datetime:
    """When a mail was received, as its own header tells: the newest Received, else Date, if that may be; else `now`."""
    lines = _lines(raw)
    told = [value.rpartition(";")[2] for name, value in lines if name == "received"][:1]
    told += [value for name, value in lines if name == "date"][:1]
    moments = (parse_date(value.strip()) for value in told)
    return next(
        (moment for moment in moments if moment is not None and moment.year >= _FIRST_MAIL and moment <= now), now
    )


_FIRST_MAIL = 1971
"""A year before this is a clock that was never set."""


def _sender(lines: list[tuple[str, str]]) -> str:
    """The reverse path that the delivering server noted; where it notes none, who says that they wrote it."""
    for name, value in lines:
        if name == "return-path":
            return NULL_SENDER if value.strip() in {"<>", ""} else fold_address(value)
    written = [box.address for name, value in lines if name == "from" for box in parse_mailboxes(value, [])]
    return written[0] if written else NULL_SENDER


def _lines(raw: bytes) -> list[tuple[str, str]]:
    end = _END_OF_HEADER.search(raw, 0, _MAX_HEADER)
    head = raw[: end.end() if end else _MAX_HEADER]
    return [(name.lower(), value) for name, value in header_of(head)]
