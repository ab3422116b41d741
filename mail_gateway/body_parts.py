"""Walking the MIME tree of one mail: which parts are the letter, which are files, which are mails themselves."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email.parser import BytesParser

from casework.attaching import recognise
from mail_gateway.charsets import decode
from mail_gateway.delivery_reports import REPORT_TYPES, original_message_id, read_fields
from mail_gateway.header_values import decode_header
from mail_gateway.html_text import declared_charset, to_text
from mail_gateway.mime_tree import RAW_HEADERS, Part
from mail_gateway.parsed_mail import DeliveryFailure, MachineReport, MailAttachment, MailPart
from mail_gateway.tnef import unpack
from mail_gateway.transfer_encoding import decode_transfer, take_out_uuencoded

_NAME_TRASH = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NESTED = frozenset({"message/rfc822", "message/global", "message/news"})
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_HEADERS = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_MOST_REPORT = 500_000
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


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


@dataclass(slots=True)
class Gathering:
    """What a walk has found so far."""

    segments: list[Segment] = field(default_factory=list)
    attachments: list[MailAttachment] = field(default_factory=list)
    nested: list[tuple[str, bytes]] = field(default_factory=list)
    """Mails within the mail, each with its place in the tree."""
    parts: list[MailPart] = field(default_factory=list)
    failures: list[DeliveryFailure] = field(default_factory=list)
    reports: list[MachineReport] = field(default_factory=list)
    returned_id: str | None = None
    """Message-ID of a mail that a report brings back."""
    repairs: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def gather(part: Part, into: Gathering, path: str = "1") -> None:
    """Add everything in `part` to `into`."""
    into.defects += part.defects
    kind = part.content_type
    if part.children:
        _gather_children(part, into, path)
    elif kind in _REPORTS or kind in REPORT_TYPES:
        _gather_report(part, kind, into, path)
    elif kind in _NESTED:
        _gather_nested(part, into, path)
    elif _is_letter(part, kind):
        _gather_text(part, kind, into, path)
    else:
        _gather_file(part, kind, into, path)


def _gather_children(part: Part, into: Gathering, path: str) -> None:
    before = len(into.segments)
    for number, child in enumerate(part.children, start=1):
        if part.content_type == "multipart/alternative" and _is_mere_variant(child) and len(part.children) > 1:
            _note(child.content_type, _content(child, into), f"{path}.{number}", into)
        else:
            gather(child, into, f"{path}.{number}")
    if part.content_type == "multipart/alternative" and len(into.segments) > before:
        options = into.segments[before:]
        texts = [option.text for option in options if option.text is not None]
        htmls = [option.html for option in options if option.html is not None]
        into.segments[before:] = [Segment("\n".join(texts) if texts else None, "".join(htmls) if htmls else None)]


def _gather_text(part: Part, kind: str, into: Gathering, path: str) -> None:
    data = _content(part, into)
    charset = part.charset or (declared_charset(data) if kind == "text/html" else None)
    decoded = decode(data, charset)
    if decoded.repair:
        into.repairs.append(decoded.repair)
    text = decoded.text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _note(kind, data, path, into)
    if kind == "text/html":
        into.segments.append(Segment(html=text))
        return
    text, files = take_out_uuencoded(text)
    into.segments.append(Segment(text=text))
    for name, content in files:
        into.repairs.append("file found in the text")
        into.attachments.append(_file(_clean_name(name), content, "application/octet-stream"))


def _gather_file(part: Part, kind: str, into: Gathering, path: str) -> None:
    data = _content(part, into)
    _note(kind, data, path, into)
    name = _file_name(part, into.repairs)
    if kind in _RETURNED_HEADERS:
        into.returned_id = _message_id_in(data)
    if kind in _TNEF or name.lower() == "winmail.dat":
        _gather_tnef(data, into)
    content_id = part.field_value("content-id").strip().strip("<>")
    inline = part.disposition == "inline" or (bool(content_id) and kind.startswith("image/"))
    found = _file(name, data, kind)
    into.attachments.append(
        MailAttachment(name, found.content_type, kind, found.size, found.sha256, data, inline, _printable(content_id))
    )


def _gather_tnef(data: bytes, into: Gathering) -> None:
    """Take the files and the text out of Outlook's winmail.dat, which stays a file beside them."""
    wrapped = unpack(data)
    if wrapped.defect:
        into.defects.append(wrapped.defect)
        return
    into.repairs.append("winmail.dat unpacked")
    for name, content in wrapped.files:
        into.attachments.append(_file(_clean_name(name), content, "application/octet-stream"))
    if (wrapped.text or wrapped.html) and not into.segments:
        into.segments.append(Segment(wrapped.text or None, wrapped.html or None))


def _gather_nested(part: Part, into: Gathering, path: str) -> None:
    # An encoded mail is forbidden by RFC 2046 §5.2.1, and sent by some programs all the same.
    data = _content(part, into)
    if data != part.body:
        into.repairs.append("nested mail was encoded")
    _note(part.content_type, data, path, into)
    into.nested.append((path, data))
    into.returned_id = into.returned_id or _message_id_in(data)
    name = _file_name(part, into.repairs)
    into.attachments.append(_file(name, data, part.content_type))


def _gather_report(part: Part, kind: str, into: Gathering, path: str) -> None:
    """Fields for machines: no file to keep, and words to read only where a server put nothing else."""
    content = _content(part, into)
    _note(kind, content, path, into)
    text = decode(content[:_MOST_REPORT]).text.replace("\r\n", "\n")
    into.reports.append(MachineReport(kind, text))
    if kind in _RETURNED_HEADERS:
        into.returned_id = into.returned_id or _message_id_in(content)
    if kind not in _REPORTS:
        return
    failures = list(read_fields(text, into.repairs))
    into.failures += failures
    if not failures and not into.segments:
        into.segments.append(Segment(text=text))


def _message_id_in(data: bytes) -> str | None:
    return original_message_id(BytesParser(policy=RAW_HEADERS).parsebytes(data[:65_536], headersonly=True))


def _is_letter(part: Part, kind: str) -> bool:
    """Whether the part is words to be read, not a file."""
    if kind not in {"text/plain", "text/html"} and not kind.startswith("multipart/"):
        return False
    if part.disposition == "attachment":
        return False
    return not _is_named(part)


def _is_mere_variant(part: Part) -> bool:
    """Whether an alternative says the same in a form that we do not read, as text/enriched and AMP do."""
    kind = part.content_type
    return kind.startswith("text/") and kind not in {"text/plain", "text/html", "text/calendar"} and not _is_named(part)


def _is_named(part: Part) -> bool:
    return bool(part.parameter("filename", of="content-disposition") or part.parameter("name"))


def _content(part: Part, into: Gathering) -> bytes:
    data, wrong = decode_transfer(part.body, part.field_value("content-transfer-encoding"))
    if wrong:
        into.defects.append(wrong)
    return data


def _file(name: str, data: bytes, kind: str) -> MailAttachment:
    found = kind if kind in _NESTED else recognise(data)
    return MailAttachment(name, found, kind, len(data), hashlib.sha256(data).hexdigest(), data)


def _file_name(part: Part, repairs: list[str]) -> str:
    value = part.parameter("filename", of="content-disposition") or part.parameter("name")
    if isinstance(value, tuple):
        return _clean_name(_from_rfc2231(value[0], value[2]))
    return _clean_name(decode_header(value, repairs)) if isinstance(value, str) else ""


def _from_rfc2231(charset: str | None, value: str) -> str:
    """Take what stdlib made of it, which has undone the percent signs, one character an octet."""
    try:
        octets = value.encode("latin-1")
    except UnicodeEncodeError:
        octets = value.encode("utf-8", "surrogateescape")
    return decode(octets, charset).text


def _clean_name(name: str) -> str:
    name = _NAME_TRASH.sub("", name.replace("\\", "/")).rpartition("/")[2].strip(" .")
    stem, dot, suffix = name.rpartition(".")
    return f"{stem[:150]}{dot}{suffix[:20]}" if dot else name[:170]


def _printable(content_id: str) -> str:
    return content_id if content_id.isprintable() else ""


def _note(kind: str, data: bytes, path: str, into: Gathering) -> None:
    into.parts.append(MailPart(path, kind, len(data), hashlib.sha256(data).hexdigest()))
