"""Undoing transfer encodings (RFC 2045 §6) as far as it can be done, and files written into a text (uuencode)."""

from __future__ import annotations

import binascii
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDED = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} +([^\r\n]{1,200})$", re.MULTILINE)
_UU_LINE = re.compile(r"[!-`][ -`]{0,86}")
_UU_END = frozenset({"`", " ", ""})
_UUENCODED = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The content behind `encoding`, and what was wrong with it; empty when nothing was."""
    name = encoding.partition(";")[0].strip().strip("\"'").lower()
    if name == "base64":
        return _from_base64(data)
    if name == "quoted-printable":
        return binascii.a2b_qp(data), ""
    if name in _UUENCODED:
        files = take_out_uuencoded(data.decode("latin-1").replace("\r\n", "\n"))[1]
        return (files[0][1], "") if files else (data, "no uuencoded block found")
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
    """The text without the files that stand in it, and each file with its name. Its lines end in LF."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    at = 0
    for begin in _UU_BEGIN.finditer(text):
        if begin.start() < at:
            continue
        end, lines = _block(text, begin.end() + 1)
        if end is not None:
            files.append((begin[1].strip(), uudecode("\n".join(lines))))
            kept.append(text[at : begin.start()])
            at = end
    return "".join([*kept, text[at:]]) if files else text, files


def _block(text: str, at: int) -> tuple[int | None, list[str]]:
    """Where the block ends whose first line begins at `at`, and its lines; None when it is no block."""
    lines: list[str] = []
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        if line.rstrip() == "end":
            return min(end + 1, len(text)), lines
        if line not in _UU_END:
            if _UU_LINE.fullmatch(line) is None:
                return None, []
            lines.append(line)
        at = end + 1
    return None, []


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
