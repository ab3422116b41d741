"""Walking the MIME tree of one mail: which parts are the letter, which are files, which are mails themselves."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import TypeAlias, cast

from casework.attaching import recognise
from mail_gateway.charsets import decode
from mail_gateway.delivery_reports import REPORT_TYPES, original_message_id, read_fields, read_report
from mail_gateway.header_values import decode_header
from mail_gateway.html_text import sanitise, to_text
from mail_gateway.parsed_mail import DeliveryFailure, MachineReport, MailAttachment, MailPart

Part: TypeAlias = "Message[str, str]"

MAX_PARTS = 500
"""Parts beyond this many are not opened; the raw mail has them."""
MAX_DEPTH = 20
MAX_REPORT_BYTES = 200_000
"""A part for machines is read so far."""
_NAME_TRASH = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_FIRST_BOUNDARY = re.compile(r"\A\s*--(\S[^\r\n]{0,68})\r?\n")


class RawHeaders(Compat32):
    """Header values as the bytes stand (8-bit ones as surrogates): `header_values` decodes them, better than stdlib."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Hand the value out untouched."""
        return value


RAW_HEADERS = RawHeaders()


@dataclass(slots=True)
class Segment:
    """One stretch of the letter, as text, as HTML or as both."""

    text: str | None = None
    html: str | None = None

    def as_text(self) -> str:
        """The stretch in words; from the HTML when there is no text in it."""
        if self.text is not None and (self.text.strip() or self.html is None):
            return self.text
        return to_text(self.html or "")

    def as_html(self) -> str:
        """The stretch as harmless HTML; empty when it was text only."""
        return sanitise(self.html) if self.html is not None else ""


@dataclass(slots=True)
class Gathering:
    """What a walk has found so far."""

    segments: list[Segment] = field(default_factory=list)
    attachments: list[MailAttachment] = field(default_factory=list)
    nested: list[bytes] = field(default_factory=list)
    parts: list[MailPart] = field(default_factory=list)
    failures: list[DeliveryFailure] = field(default_factory=list)
    reports: list[MachineReport] = field(default_factory=list)
    returned_id: str | None = None
    """Message-ID of a mail that a report brings back."""
    repairs: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def parse_tree(raw: bytes, *, headers_only: bool = False) -> Part:
    """The MIME tree of `raw` with untouched header values."""
    return BytesParser(policy=RAW_HEADERS).parsebytes(raw, headersonly=headers_only)


def type_of(part: Part) -> str:
    """The declared type in small letters and ASCII; `text/plain` when it is none (RFC 2045 §5.2)."""
    return part.get_content_type().encode("ascii", "replace").decode("ascii").replace("\x00", "?")


def gather(part: Part, into: Gathering, path: str = "1", depth: int = 0) -> None:
    """Add everything in `part` to `into`."""
    into.defects += [type(defect).__name__ for defect in part.defects]
    kind = type_of(part)
    if len(into.parts) >= MAX_PARTS or depth > MAX_DEPTH:
        into.defects.append("parts beyond the limit were not opened")
    elif kind == "message/delivery-status":
        into.failures += read_report(part, into.repairs)
        _note(part, _bytes_of(part), path, into)
    elif kind in REPORT_TYPES:
        _gather_report(part, kind, into, path)
    elif kind == "message/rfc822":
        _gather_nested(part, into, path)
    elif part.is_multipart():
        _gather_children(part, into, path, depth)
    elif kind.startswith("multipart/") and _reopen(part):
        into.repairs.append("boundary found in the body")
        _gather_children(part, into, path, depth)
    elif _is_letter(part, kind):
        _gather_text(part, kind, into, path)
    else:
        _gather_file(part, kind, into, path)


def _gather_children(part: Part, into: Gathering, path: str, depth: int) -> None:
    before = len(into.segments)
    for number, child in enumerate(cast("list[Part]", part.get_payload()), start=1):
        gather(child, into, f"{path}.{number}", depth + 1)
    if type_of(part) == "multipart/alternative" and len(into.segments) > before:
        options = into.segments[before:]
        texts = [option.text for option in options if option.text is not None]
        htmls = [option.html for option in options if option.html is not None]
        into.segments[before:] = [Segment("\n".join(texts) if texts else None, "".join(htmls) if htmls else None)]


def _gather_text(part: Part, kind: str, into: Gathering, path: str) -> None:
    data = _bytes_of(part)
    decoded = decode(data, _charset_of(part))
    if decoded.repair:
        into.repairs.append(decoded.repair)
    text = decoded.text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    into.segments.append(Segment(html=text) if kind == "text/html" else Segment(text=text))
    _note(part, data, path, into)


def _gather_file(part: Part, kind: str, into: Gathering, path: str) -> None:
    data = _bytes_of(part)
    if kind == "text/rfc822-headers":
        into.returned_id = original_message_id(parse_tree(data, headers_only=True))
    _note(part, data, path, into)
    into.attachments.append(_attachment(part, data, kind, into.repairs))


def _gather_report(part: Part, kind: str, into: Gathering, path: str) -> None:
    """Fields for machines: no words to read and no file to keep."""
    data = _bytes_of(part)
    into.reports.append(MachineReport(kind, decode(data[:MAX_REPORT_BYTES]).text))
    if kind == "message/global-delivery-status":
        into.failures += read_fields(into.reports[-1].text, into.repairs)
    _note(part, data, path, into)


def _gather_nested(part: Part, into: Gathering, path: str) -> None:
    payload = part.get_payload()
    inner = cast("list[Part]", payload)[0] if isinstance(payload, list) and payload else None
    data = inner.as_bytes(policy=RAW_HEADERS) if inner is not None else _bytes_of(part)
    encoded = (
        inner is not None and not inner.keys() and str(part.get("content-transfer-encoding", "")).lower() == "base64"
    )
    if encoded and inner is not None:
        # Forbidden by RFC 2046 §5.2.1, done by some programs all the same.
        inner["Content-Transfer-Encoding"] = "base64"
        data = _bytes_of(inner)
        into.repairs.append("nested mail was encoded")
    into.nested.append(data)
    into.returned_id = into.returned_id or original_message_id(parse_tree(data, headers_only=True))
    _note(part, data, path, into)
    into.attachments.append(_attachment(part, data, "message/rfc822", into.repairs))


def _attachment(part: Part, data: bytes, kind: str, repairs: list[str]) -> MailAttachment:
    name = _file_name(part, repairs)
    if kind == "message/rfc822" and not name:
        name = "mail.eml"
    content_id = str(part.get("content-id", "")).strip().strip("<>")
    return MailAttachment(
        name=name,
        content_type=kind if kind == "message/rfc822" else recognise(data),
        declared_type=kind,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        inline=part.get_content_disposition() == "inline" or (bool(content_id) and kind.startswith("image/")),
        content_id=content_id if content_id.isprintable() else "",
    )


def _is_letter(part: Part, kind: str) -> bool:
    """Whether the part is words to be read, not a file."""
    if kind not in {"text/plain", "text/html"} and not kind.startswith("multipart/"):
        return False
    if part.get_content_disposition() == "attachment":
        return False
    return not (part.get_param("filename", header="content-disposition") or part.get_param("name"))


def _reopen(part: Part) -> bool:
    """Open a multipart whose boundary is not declared, by the one that its body begins with."""
    payload = part.get_payload()
    found = _FIRST_BOUNDARY.match(payload) if isinstance(payload, str) else None
    if found is None or '"' in found[1]:
        return False
    head = f'Content-Type: multipart/mixed; boundary="{found[1].strip()}"\r\n\r\n'
    tree = parse_tree((head + cast("str", payload)).encode("utf-8", "surrogateescape"))
    if not tree.is_multipart():
        return False
    part.set_payload(tree.get_payload())
    return True


def _bytes_of(part: Part) -> bytes:
    """The part's content with its transfer encoding undone as far as it can be."""
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    if isinstance(inner, list):
        return b"\r\n".join(child.as_bytes(policy=RAW_HEADERS) for child in cast("list[Part]", inner))
    return str(inner or "").encode("utf-8", "surrogateescape")


def _charset_of(part: Part) -> str | None:
    charset = part.get_param("charset")
    if isinstance(charset, tuple):
        charset = charset[2]
    return charset if isinstance(charset, str) else None


def _file_name(part: Part, repairs: list[str]) -> str:
    value = part.get_param("filename", header="content-disposition") or part.get_param("name")
    if isinstance(value, tuple):
        # RFC 2231: stdlib has undone the percent signs, one character a byte.
        name = decode(value[2].encode("latin-1", "replace"), value[0]).text
    elif isinstance(value, str):
        name = decode_header(value, repairs)
    else:
        return ""
    name = _NAME_TRASH.sub("", name.replace("\\", "/")).rpartition("/")[2].strip(" .")
    stem, dot, suffix = name.rpartition(".")
    return f"{stem[:150]}{dot}{suffix[:20]}" if dot else name[:170]


def _note(part: Part, data: bytes, path: str, into: Gathering) -> None:
    into.parts.append(MailPart(path, type_of(part), len(data), hashlib.sha256(data).hexdigest()))
