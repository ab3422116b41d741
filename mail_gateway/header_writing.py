"""Header lines written without being parsed first, which is what costs most when stdlib composes a mail.

Only for mail whose addresses are ASCII; others, which leave with UTF-8 headers, are seldom and left to stdlib.
"""

from __future__ import annotations

import re
from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Any

_LONGEST_LINE = 78
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_ADDRESS = re.compile(rf"{_ATOMS}(?:\.{_ATOMS})*@[A-Za-z0-9.-]+")
_LINE_END = re.compile(r"[\r\n]")
_WORDS_OF_PEOPLE = frozenset({"subject"})
_PARSED = frozenset({"content-disposition"})
"""Whose parameters may hold a file name in any script (RFC 2231)."""


class WrittenHeaders(EmailPolicy):
    """stdlib's policy for SMTP, except that header lines that are ready to be sent are not parsed to be written."""

    def header_max_count(self, name: str) -> int | None:
        """Whoever composes a mail names each header once, and a parameter is added by naming it again."""
        return super().header_max_count(name) if name.lower() in _PARSED else None

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """The line as it is sent; ValueError when it would be two."""
        if name.lower() in _PARSED:
            return super().header_store_parse(name, value)
        if isinstance(value, Address):
            written = _written_address(name, value)
            return super().header_store_parse(name, value) if written is None else (name, written)
        if _LINE_END.search(value):
            raise ValueError("Header values may not contain linefeed or carriage return characters")
        if name.lower() in _WORDS_OF_PEOPLE:
            return name, _encoded(name, value)
        return (name, _folded(name, value)) if value.isascii() else super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        """What was stored."""
        return value if hasattr(value, "name") else value.replace("\n", "")

    def fold(self, name: str, value: Any) -> str:
        """The whole line, folded already when it was stored."""
        if hasattr(value, "fold"):
            return str(super().fold(name, value))
        return f"{name}: {value}\n".replace("\n", self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same in bytes."""
        return self.fold(name, value).encode("ascii")


def _written_address(name: str, address: Address) -> str | None:
    """A display name and an address without anything that must be quoted; None when there is."""
    spec = f"{address.username}@{address.domain}"
    if not _PLAIN_ADDRESS.fullmatch(spec):
        return None
    if not address.display_name:
        return spec
    if address.display_name.isascii():
        return None
    return f"{_encoded(name, address.display_name)}\n <{spec}>"


def _encoded(name: str, words: str) -> str:
    """Words of any script (RFC 2047), folded; plain ones as they are."""
    if words.isascii() and "=?" not in words:
        return _folded(name, words)
    return Header(words, "utf-8", maxlinelen=_LONGEST_LINE - 2, header_name=name).encode()


def _folded(name: str, value: str) -> str:
    """Broken at blanks into lines of at most 78 characters where that can be (RFC 5322 §2.1.1)."""
    if len(name) + 2 + len(value) <= _LONGEST_LINE:
        return value
    lines, room = [""], _LONGEST_LINE - len(name) - 2
    for word in value.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
            room = _LONGEST_LINE - 1
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\n ".join(lines)
