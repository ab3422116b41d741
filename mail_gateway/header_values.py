"""Header lines as people should read them: encoded words (RFC 2047), raw 8-bit text, addresses, ids, dates."""

from __future__ import annotations

import base64
import binascii
import inspect
import quopri
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

from mail_gateway.charsets import decode
from mail_gateway.mailboxes import fold_address

MAX_HEADER_CHARACTERS = 20_000
"""A header line is read so far; a thousand addresses fit."""
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)(?:\?=|\?$|$)")
"""The last one of a line may have lost its end."""
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_ADDRESS = re.compile(r"[^\s<>\"',;:()@]{1,64}@[^\s<>\"',;:()@]{1,255}")
_ADDRESS_WITHIN = re.compile(r"^(.*?)<\s*([^<>@\s]+@[^<>@\s]+)\s*>\s*$", re.DOTALL)
_LENIENT: dict[str, bool] = {"strict": False} if "strict" in inspect.signature(getaddresses).parameters else {}
"""Newer Pythons drop a whole header with one odd address unless asked to be lenient; a sender is too precious."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a header line with the name beside it. Anybody can write anything there."""

    name: str
    address: str
    """Folded to one spelling."""

    def __repr__(self) -> str:
        """Keep name and address out of logs."""
        return "Mailbox(…)"


def decode_header(value: str, repairs: list[str], charset: str | None = None) -> str:
    """The text of an unstructured header line; what had to be mended is added to `repairs`.

    `charset` is what the body declares: raw 8-bit octets of a header are usually of the same.
    """
    value = _decode_raw(value, repairs, charset)
    if "=?" in value:
        value = _decode_words(value, repairs)
    return _BLANKS.sub(" ", value.replace("\x00", "")).strip()


def parse_mailboxes(value: str, repairs: list[str], charset: str | None = None) -> tuple[Mailbox, ...]:
    """The addresses of a From, To, Cc or Reply-To line, in order; what has no address is left out."""
    pairs = getaddresses([_decode_raw(value, repairs, charset)], **_LENIENT)
    found = (_mailbox(decode_header(name, repairs), decode_header(address, repairs)) for name, address in pairs)
    mailboxes = tuple(mailbox for mailbox in found if mailbox is not None)
    return mailboxes or _bare(decode_header(value, repairs, charset))


def _bare(value: str) -> tuple[Mailbox, ...]:
    """The address that stands in a line which is written as no address line may be."""
    for word in value.split():
        at = word.strip("<>()[]\"',;:")
        if _ADDRESS.fullmatch(at):
            return (Mailbox(value.partition(word)[0].strip(" \"'<("), fold_address(at)),)
    return ()


def parse_message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a References or In-Reply-To line with their angle brackets, each once, in order."""
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(value[:MAX_HEADER_CHARACTERS])))


def parse_date(value: str) -> datetime | None:
    """The instant of a Date line in UTC, or None when it says none."""
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _mailbox(name: str, address: str) -> Mailbox | None:
    if "@" not in address:
        within = _ADDRESS_WITHIN.match(name or address)
        if within is None:
            return None
        name, address = within[1].strip(' "'), within[2]
    address = fold_address(address)
    if not address or " " in address or address.startswith("@") or address.endswith("@"):
        return None
    return Mailbox(name.strip(" \"'"), address)


def _decode_raw(value: str, repairs: list[str], charset: str | None = None) -> str:
    """Unfolded, cut to a bearable length, and with raw 8-bit bytes decoded; they are surrogates after the parser."""
    if len(value) > MAX_HEADER_CHARACTERS:
        value = value[:MAX_HEADER_CHARACTERS]
        repairs.append("header line cut")
    value = _FOLD.sub(" ", value)
    if value.isascii():
        return value
    decoded = decode(value.encode("utf-8", "surrogateescape"), charset)
    if decoded.repair:
        repairs.append(f"raw 8-bit header: {decoded.repair}")
    return decoded.text


def _decode_words(value: str, repairs: list[str]) -> str:
    """Neighbouring words of one charset are joined before decoding, since programs split inside a character."""
    pieces: list[str] = []
    pending, charset, begun, end = b"", "", 0, 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[end : word.start()]
        if pending and (between.strip() or word[1].lower() != charset):
            pieces.append(_decode_word(pending, charset, value[begun:end], repairs))
            pending = b""
        if between.strip():
            pieces.append(between)
        begun = begun if pending else word.start()
        pending += _word_bytes(word[2], word[3])
        charset, end = word[1].lower(), word.end()
    if pending:
        pieces.append(_decode_word(pending, charset, value[begun:end], repairs))
    return "".join([*pieces, value[end:]])


def _decode_word(data: bytes, charset: str, written: str, repairs: list[str]) -> str:
    """What encoded words say; as they are written when nothing sensible comes of them."""
    decoded = decode(data, charset)
    if 4 * decoded.text.count("\ufffd") > len(decoded.text):
        repairs.append("encoded word not readable")
        return written
    if decoded.repair:
        repairs.append(f"encoded word: {decoded.repair}")
    return _FOLD.sub(" ", decoded.text)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    compact = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(compact) % 4 == 1:
        compact = compact[:-1]
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4))
    except binascii.Error:
        return data
