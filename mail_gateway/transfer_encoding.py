"""Undoing transfer encodings (RFC 2045 §6) as far as it can be done, and files written into a text (uuencode)."""

from __future__ import annotations

import binascii
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDED = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_UU_BLOCK = re.compile(
    r"^begin(?:-base64)? [0-7]{3,4} +(?P<name>[^\r\n]{1,200}?)[ \t]*\r?\n(?P<lines>(?:[!-`][ -`]{0,84}[^\r\n]?\r?\n)*)"
    r"(?:[ `]\r?\n)?end[ \t]*$",
    re.MULTILINE,
)
_UUENCODED = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The content behind `encoding`, and what was wrong with it; empty when nothing was."""
    name = encoding.partition(";")[0].strip().strip("\"'").lower()
    if name == "base64":
        return _from_base64(data)
    if name == "quoted-printable":
        return binascii.a2b_qp(data), ""
    if name in _UUENCODED:
        found = _UU_BLOCK.search(data.decode("latin-1"))
        return (uudecode(found["lines"]), "") if found else (data, "no uuencoded block found")
    known = {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits", "none", "plain"}
    return data, "" if name in known else "unknown transfer encoding"


def _from_base64(data: bytes) -> tuple[bytes, str]:
    """Every stretch of the alphabet, each up to its padding: programs put several one after another."""
    compact = _NOT_BASE64.sub(b"", data)
    pieces = []
    wrong = ""
    for stretch in _PADDED.findall(compact):
        bare = stretch.rstrip(b"=")
        if len(bare) % 4 == 1:
            bare, wrong = bare[:-1], "base64 cut short"
        pieces.append(binascii.a2b_base64(bare + b"=" * (-len(bare) % 4)))
    return b"".join(pieces), wrong


def take_out_uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without the files that stand in it, and each file with its name."""
    if "\nend" not in text or "begin" not in text:
        return text, []
    files: list[tuple[str, bytes]] = []

    def take(found: re.Match[str]) -> str:
        files.append((found["name"], uudecode(found["lines"])))
        return ""

    return _UU_BLOCK.sub(take, text), files


def uudecode(lines: str) -> bytes:
    """The content of uuencoded lines; what is broken in a line is left out."""
    pieces = []
    for line in lines.encode("latin-1", "replace").splitlines():
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some programs count the octets of the last line wrong: as many as there are.
            octets = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                pieces.append(binascii.a2b_uu(line[:octets]))
            except binascii.Error:
                continue
    return b"".join(pieces)
