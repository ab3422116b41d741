"""Bytes to text, for mail as Chinese programs really send it: declared, then repaired, then detected.

The prior of this mailbox is Chinese: what is neither as declared nor UTF-8 is tried as GB18030 before any guess.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

_JIS = "iso-2022-jp"
"""Read by ourselves: stdlib's codec refuses the signs that Microsoft's programs write in it (JIS row 13)."""
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "euc_cn": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "windows-936": "gb18030",
    "x-mac-chinesesimp": "gb18030",
    "big5": "cp950",
    "x-x-big5": "cp950",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
    "hz-gb-2312": "hz",
    "ks_c_5601": "cp949",
    "x-windows-949": "cp949",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "iso2022_jp": _JIS,
    "_iso-2022-jp$esc": _JIS,
    "iso-2022-jp-ms": _JIS,
    "iso-8859-8-i": "cp1255",
    "iso8859-8": "cp1255",
    "logical": "cp1255",
    "iso-8859-6-i": "cp1256",
    "iso8859-9": "cp1254",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "x-mac-roman": "mac_roman",
}
"""Charset names and the wider set that programs mean by them: many label GBK and GB18030 bytes as gb2312."""
_NO_CLAIM = {
    "",
    "ascii",
    "us-ascii",
    "unknown-8bit",
    "x-unknown",
    "unknown",
    "default",
    "8bit",
    "binary",
    "_autodetect",
}
_SINGLE_BYTE = {"cp1252", "cp1254", "iso8859-15", "iso8859-2", "cp1250", "cp437", "mac-roman"}
"""Sets in which any bytes decode, so that a wrong label is never noticed by failing."""
_JIS_TEXT = re.compile(rb"\x1b\$[@B]([^\x1b]*)(?:\x1b\([BJ])?|\x1b\([BJI]")
_CONTROLS = re.compile(r"[\x80-\x9f]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_DETECT_FROM = 4096
"""Octets given to the detector; it is slow."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and how it was reached."""

    text: str
    charset: str
    """The charset that was used."""
    repair: str = ""
    """What was mended, e.g. `charset gb2312 read as gb18030`; empty when the bytes were as declared."""


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Text of `data`; never fails. NULs and lone surrogates are taken out, since no database column holds them."""
    claim = _canonical(declared)
    decoded = _as_declared(data, claim) if claim else None
    if decoded is None:
        decoded = _as_found(data, declared)
    if "\x00" in decoded.text:
        return Decoded(decoded.text.replace("\x00", ""), decoded.charset, _also(decoded.repair, "NUL removed"))
    return decoded


def _as_declared(data: bytes, claim: str) -> Decoded | None:
    if claim == _JIS:
        return Decoded(_from_jis(data), _JIS) if data.isascii() else None
    try:
        text = data.decode(claim)
        text.encode("utf-8")
    except (UnicodeError, ValueError):
        return None
    if claim != "utf-8" and not data.isascii():
        better = "utf-8" if _is_plainly_utf8(data) else _mislabelled(data) if claim in _SINGLE_BYTE else None
        if better is not None:
            return Decoded(data.decode(better), better, f"charset {claim} read as {better}")
    return Decoded(text, claim)


def _as_found(data: bytes, declared: str | None) -> Decoded:
    label = _printable(declared) if declared else "none"
    if data.isascii() and _JIS_TEXT.search(data) is not None:
        return Decoded(_from_jis(data), _JIS, f"charset {label} read as {_JIS}")
    for candidate in ("utf-8", "gb18030"):
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if candidate == "gb18030" and not _is_likely_chinese(text, data):
            continue
        repair = "" if data.isascii() and label in (*_NO_CLAIM, "none") else f"charset {label} read as {candidate}"
        return Decoded(text, candidate, repair)
    charset = _mostly(data, _canonical(declared)) or _detected(data)
    return Decoded(_tidy(data.decode(charset, "replace")), charset, f"charset {label} read as {charset}, with losses")


def _from_jis(data: bytes) -> str:
    """ISO-2022-JP by way of Shift JIS, whose codec knows the signs that the other lacks."""

    def shifted(found: re.Match[bytes]) -> bytes:
        pairs = found[1] or b""
        return b"".join(map(_shift_jis, pairs[::2], pairs[1::2]))

    return _JIS_TEXT.sub(shifted, data).decode("cp932", "replace")


def _shift_jis(first: int, second: int) -> bytes:
    """One character of JIS X 0208 as Shift JIS writes it (JIS X 0208:1997, annex 1)."""
    if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
        return bytes((first, second))
    high = (first + 1) // 2 + (0x70 if first < 0x5F else 0xB0)
    low = second + (0x7E if first % 2 == 0 else 0x20 if second >= 0x60 else 0x1F)
    return bytes((high, low))


def _is_likely_chinese(text: str, data: bytes) -> bool:
    """Whether text that GB18030 allows is Chinese indeed: half of it common characters, or all octets in pairs.

    Accented letters of Western sets fall into rare characters, and pair with the ASCII letter after them.
    """
    foreign = "".join(character for character in text if character > "\x7f")
    common = sum(0xB0 <= lead <= 0xD7 or lead in {0xA1, 0xA3} for lead in foreign.encode("gb2312", "ignore")[::2])
    return 2 * common >= len(foreign) or all(len(run) % 2 == 0 for run in _HIGH_RUN.findall(data))


def _mostly(data: bytes, claim: str | None) -> str | None:
    """The charset in which all but a few characters are right: a text cut in mid-character, or one bad byte."""
    for candidate in dict.fromkeys((claim or "utf-8", "utf-8", "gb18030")):
        if candidate in _SINGLE_BYTE or candidate == _JIS:
            continue
        text = data.decode(candidate, "replace")
        is_mostly_right = text.count("\ufffd") * 20 <= sum(1 for character in text if character > "\x7f")
        if is_mostly_right and (candidate != "gb18030" or _is_likely_chinese(text.replace("\ufffd", ""), data)):
            return candidate
    return None


def _detected(data: bytes) -> str:
    runs = [len(run) for run in _HIGH_RUN.findall(data)]
    if max(runs, default=0) <= 3 and 4 * sum(runs) <= len(data):
        # Single letters with accents among plain ones: no Asian or Cyrillic text looks so.
        return "cp1252"
    best = from_bytes(data[:_DETECT_FROM]).best()
    return best.encoding if best is not None else "utf-8"


def _is_plainly_utf8(data: bytes) -> bool:
    """Whether bytes under another label are UTF-8: valid, and characters of three bytes and more among them.

    GBK bytes are rarely valid UTF-8, and then make Latin and Greek letters of two bytes each.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    high = [character for character in text if character > "\x7f"]
    return 2 * sum(character > "\u07ff" for character in high) >= len(high)


def _mislabelled(data: bytes) -> str | None:
    """UTF-8 or GB18030 when bytes labelled as a Western set are plainly that; else None.

    Accented letters stand alone among ASCII, Chinese characters of two bytes come in runs of even length.
    """
    for candidate in ("utf-8", "gb18030"):
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text) is None:
            return candidate if candidate == "utf-8" or _runs_are_even(data) else None
    return None


def _runs_are_even(data: bytes) -> bool:
    runs = [len(run) for run in _HIGH_RUN.findall(data)]
    return max(runs) >= 4 and 10 * sum(run for run in runs if run % 2 == 0) >= 9 * sum(runs)


def _canonical(declared: str | None) -> str | None:
    """The codec to use for a declared charset; None when nothing useful was declared."""
    label = (declared or "").strip(" \t'\"").lower()
    if label in _NO_CLAIM:
        return None
    if label in _WIDER:
        return _WIDER[label]
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True):
        return None
    return _WIDER.get(info.name, info.name)


def _tidy(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _printable(label: str) -> str:
    """A label as it may be shown and stored: anything can stand in a header."""
    return "".join(character for character in label.strip().lower()[:40] if " " < character <= "~") or "none"


def _also(repair: str, more: str) -> str:
    return f"{repair}; {more}" if repair else more
