"""Finding addresses in the lines of a notice, in time that grows with its length alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mail_gateway.mailboxes import fold_address

MAX_ADDRESSES = 2_000
_LOCAL_BACKWARDS = re.compile(r"\"[^\"\r\n@]{1,64}\"|[A-Za-z0-9_.+=%&'/!#$~*-]{1,120}")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,9}")
_BRACKETED = re.compile(r"<\s*([^<>@\s]{1,100}@[^<>@\s]{1,200})\s*>")
_X400 = re.compile(r"^(?:smtp|rfc822|internet|dda)[=:]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """An address, and where it stands in its line."""

    address: str
    start: int
    end: int


def addresses_in(line: str) -> Iterator[Found]:
    """The addresses of one line, in order. Letters beyond ASCII are taken as part of one only between brackets."""
    end = 0
    for _ in range(MAX_ADDRESSES):
        at = line.find("@", end)
        if at < 0:
            return
        found = _around(line, at, end)
        if found is not None:
            yield found
        end = max(at + 1, found.end if found else 0)


def is_address(value: str) -> bool:
    """Whether `value` is one whole address that mail could go to."""
    return [found.address for found in addresses_in(f"<{value}>")] == [fold_address(value)]


def _around(line: str, at: int, floor: int) -> Found | None:
    opening = line.rfind("<", max(floor, at - 110), at)
    bracketed = _BRACKETED.match(line, opening) if opening >= 0 else None
    if bracketed is not None and bracketed.start() <= at < bracketed.end() and not line[opening:at].isascii():
        return Found(fold_address(bracketed[1]), bracketed.start(1), bracketed.end(1))
    before = line[max(floor, at - 120) : at][::-1]
    local, domain = _LOCAL_BACKWARDS.match(before), _DOMAIN.match(line, at + 1)
    if local is None or domain is None:
        return None
    name = local[0][::-1]
    stripped = _X400.sub("", name.lstrip("-.*=/!'#~$%&"))
    if not stripped or stripped.endswith(".."):
        return None
    return Found(fold_address(f"{stripped}@{domain[0]}"), at - len(stripped), domain.end())
