"""Reading a mail: bytes to one frozen value, never an exception. What is broken is mended or listed, never refused.

`mime_tree` takes the structure apart; header values and charsets are read by our own rooms, because stdlib's default
policy raises on some broken headers and loses characters of GBK bytes that are labelled gb2312.
"""

from __future__ import annotations

from dataclasses import replace

from mail_gateway.body_parts import Gathering, gather
from mail_gateway.charsets import decode
from mail_gateway.header_values import Mailbox, decode_header, parse_date, parse_mailboxes, parse_message_ids
from mail_gateway.html_text import declared_charset, to_text
from mail_gateway.mime_tree import Part, header_of, take_apart
from mail_gateway.parsed_mail import DeliveryFailure, MailPart, ParsedMail

MAX_NESTED = 5
"""How deep mails within mails are read; the rest stay attachments."""
MAX_NESTED_MAILS = 20
"""So many mails within one are read."""
_MARKUP = (b"<html", b"<!doctype", b"<body", b"<div", b"<p>", b"<table", b"<blockquote", b"<br")


def parse(raw: bytes) -> ParsedMail:
    """What can be understood of `raw`."""
    return _parse(raw, 0)


def parse_body(data: bytes) -> tuple[str, str]:
    """Text and HTML of a body that stands alone, without any header; the HTML is empty when it is none."""
    text = decode(data, declared_charset(data)).text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    start = data[:4096].lstrip().lower()
    if start.startswith(b"<") and any(mark in start for mark in _MARKUP):
        return to_text(text), text
    return text, ""


def _parse(raw: bytes, depth: int) -> ParsedMail:
    try:
        return _read(raw, depth)
    except Exception as error:  # noqa: BLE001 - no letter may stop the desk; what failed is listed in its defects
        return _read_plainly(raw, f"not readable as MIME: {type(error).__name__}")


def _read(raw: bytes, depth: int) -> ParsedMail:
    tree = take_apart(raw)
    found = Gathering()
    gather(tree, found)
    opened = found.nested[:MAX_NESTED_MAILS] if depth < MAX_NESTED else ()
    nested = tuple((place, _parse(inner, depth + 1)) for place, inner in opened)
    mail = _with_headers(ParsedMail(size=len(raw), content_type=tree.content_type), tree, found)
    text = "\n".join(segment.as_text().strip("\n") for segment in found.segments).strip("\n")
    html = "\n".join(segment.html for segment in found.segments if segment.html is not None)
    is_html_alone = bool(html) and not any(segment.text and segment.text.strip() for segment in found.segments)
    if not text.strip() and not html and nested and tree.content_type != "multipart/report":
        # A mail that is nothing but another one says what that one says.
        inner = nested[0][1]
        text, html, is_html_alone = inner.text, inner.raw_html, inner.is_html_alone
    return replace(
        mail,
        text=text,
        raw_html=html,
        is_html_alone=is_html_alone,
        attachments=tuple(found.attachments),
        nested=tuple(inner for _, inner in nested),
        parts=_parts_of(found, dict(nested)),
        failures=_failures_of(found),
        reports=tuple(found.reports),
        repairs=tuple(dict.fromkeys(found.repairs)),
        defects=tuple(dict.fromkeys(found.defects)),
    )


def _parts_of(found: Gathering, nested: dict[str, ParsedMail]) -> tuple[MailPart, ...]:
    """The leaves of the tree; a mail within it that was read is not one, and its own leaves stand below its place."""
    own = (part for part in found.parts if part.path not in nested)
    inner = (replace(part, path=f"{place}.{part.path}") for place, mail in nested.items() for part in mail.parts)
    return tuple(sorted((*own, *inner), key=lambda part: [int(number) for number in part.path.split(".")]))


def _read_plainly(raw: bytes, defect: str) -> ParsedMail:
    """The header, and everything after it as text: better than nothing for a clerk."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    mail = ParsedMail(size=len(raw), text=decode(body[:100_000]).text, defects=(defect,))
    try:
        return _with_headers(mail, Part(b"", header_of(head[:100_000] + b"\n\n")), Gathering())
    except Exception as error:  # noqa: BLE001 - as above: the words are still there to be read
        return replace(mail, defects=(defect, f"header not readable: {type(error).__name__}"))


def _with_headers(mail: ParsedMail, tree: Part, found: Gathering) -> ParsedMail:
    raw: dict[str, list[str]] = {}
    for name, value in tree.header:
        raw.setdefault(name.lower(), []).append(value)
    hint = tree.charset
    headers = tuple((name.lower(), decode_header(value, found.repairs, hint)) for name, value in tree.header)
    message_ids = parse_message_ids(raw.get("message-id", [""])[0])
    date = parse_date(raw["date"][0]) if "date" in raw else None
    if "date" in raw and date is None:
        found.defects.append("unreadable date")

    def mailboxes(name: str, most: int | None = None) -> tuple[Mailbox, ...]:
        return tuple(box for value in raw.get(name, ())[:most] for box in parse_mailboxes(value, found.repairs, hint))

    return replace(
        mail,
        message_id=message_ids[0] if message_ids else None,
        in_reply_to=parse_message_ids(raw.get("in-reply-to", [""])[0]),
        references=parse_message_ids(" ".join(raw.get("references", ()))),
        date=date,
        # One line: a second From is there to deceive whoever reads the other.
        from_=mailboxes("from", most=1) or mailboxes("sender", most=1),
        reply_to=mailboxes("reply-to"),
        to=mailboxes("to"),
        cc=mailboxes("cc"),
        subject=next((value for name, value in headers if name == "subject"), ""),
        headers=headers,
    )


def _failures_of(found: Gathering) -> tuple[DeliveryFailure, ...]:
    return tuple(replace(failure, original_message_id=found.returned_id) for failure in found.failures)
