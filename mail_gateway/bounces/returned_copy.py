"""Where a notice ends and the copy of the undelivered mail begins: an address in the copy has not failed.

Programs put a line between the two, each its own; some put none and the header lines begin at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mail_gateway.bounces.addresses import addresses_in
from mail_gateway.header_values import parse_message_ids
from mail_gateway.phrases import any_of

MAX_NOTICE_CHARACTERS = 100_000
"""A notice is read so far."""
_DIVIDER = re.compile(rf"^[\W_]{{0,60}}{any_of('notices', 'copy')}.{{0,60}}$", re.IGNORECASE)
_SURE_END = re.compile(
    r"(?:follows?|below|attached|included|headers?|:|：|[-=*_~|#]{3,}|[-–—]|[.。])\W*$|^\W{3,}", re.IGNORECASE
)
_HEADER_START = re.compile(
    r"^[>\s|]{0,6}(?:Received: ?(?:from|by|\(|;)|Return-Path: ?<?|MIME-Version: ?1|DKIM-Signature:|Message-ID: ?<"
    r"|X-Mailer:|X-MimeOLE:|Delivered-To:|ARC-Seal:)",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(r"^[>\s|]{0,6}[A-Za-z][A-Za-z-]{1,40}: ?\S")
_LIST = re.compile(
    r"^[>\s|]{0,6}(?:List-[A-Za-z]+|X-BeenThere|Mailing-List):|^[>\s|]{0,6}Precedence: ?(?:list|bulk)", re.IGNORECASE
)
_TO = re.compile(r"^[>\s|]{0,6}(?:To|收件人)\s*[:：]\s*(.{1,500})", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"^[>\s|]{0,6}Message-ID:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE)
_MOST_CUTS = 6


@dataclass(frozen=True, slots=True)
class Returned:
    """What the copy of the undelivered mail says of itself."""

    message_id: str | None = None
    to: tuple[str, ...] = ()
    is_list_mail: bool = False
    """Whether it went to a list: then the address in To is the list's, not the one that failed."""


def notices_in(text: str) -> Iterator[str]:
    """The notice by itself: up to the first line that may divide it from the copy, then up to later ones."""
    lines = text[:MAX_NOTICE_CHARACTERS].split("\n")
    last = _header_start(lines)
    cuts = [number for number, line in enumerate(lines[:last]) if number and _divides(line)]
    for cut in (*cuts[:_MOST_CUTS], last):
        yield "\n".join(lines[:cut])


def has_copy(text: str) -> bool:
    """Whether the text goes on with a copy of another mail."""
    lines = text[:MAX_NOTICE_CHARACTERS].split("\n")
    return _header_start(lines) < len(lines) or any(_divides(line) for line in lines)


def read_copy(text: str) -> Returned:
    """What header lines of the returned mail are in `text`, wherever they begin."""
    lines = text[:MAX_NOTICE_CHARACTERS].split("\n")
    block = lines[_header_start(lines) :]
    ids = [found[1] for line in block if (found := _MESSAGE_ID.match(line))]
    valid = [message_id for value in ids for message_id in parse_message_ids(value)]
    to = next((found[1] for line in block if (found := _TO.match(line))), "")
    return Returned(
        valid[0] if valid else None,
        tuple(found.address for found in addresses_in(to)),
        any(_LIST.match(line) for line in block),
    )


def _divides(line: str) -> bool:
    if not line.strip() or len(line) > 200:
        return False
    return _DIVIDER.match(line) is not None and _SURE_END.search(line.strip()) is not None


def _header_start(lines: list[str]) -> int:
    """The line at which header lines of the copy begin, with the header lines straight before it."""
    for number, line in enumerate(lines):
        if _HEADER_START.match(line):
            while number and _HEADER_LINE.match(lines[number - 1]):
                number -= 1  # noqa: PLW2901 - walks back from where the loop ends
            return number
    return len(lines)
