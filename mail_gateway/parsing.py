"""Reading a mail: bytes to one frozen value, never an exception. What is broken is mended or listed, never refused.

stdlib's parser takes the structure apart; header values and charsets are read by our own rooms, because stdlib's
default policy raises on some broken headers and loses characters of GBK bytes that are labelled gb2312.
"""

from __future__ import annotations

from dataclasses import replace

from mail_gateway.body_parts import Gathering, Part, gather, parse_tree, type_of
from mail_gateway.charsets import decode
from mail_gateway.header_values import Mailbox, decode_header, parse_date, parse_mailboxes, parse_message_ids
from mail_gateway.parsed_mail import DeliveryFailure, ParsedMail

MAX_HEADERS = 500
"""Header lines beyond this many are not read."""
MAX_NESTED = 3
"""How deep mails within mails are read; the rest stay attachments."""


def parse(raw: bytes) -> ParsedMail:
    """What can be understood of `raw`."""
    return _parse(raw, 0)


def _parse(raw: bytes, depth: int) -> ParsedMail:
    try:
        return _read(raw, depth)
    except Exception as error:  # noqa: BLE001 - no letter may stop the desk; what failed is listed in its defects
        return _read_plainly(raw, f"not readable as MIME: {type(error).__name__}")


def _read(raw: bytes, depth: int) -> ParsedMail:
    tree = parse_tree(raw)
    found = Gathering()
    gather(tree, found)
    mail = _with_headers(ParsedMail(size=len(raw), content_type=type_of(tree)), tree, found)
    return replace(
        mail,
        text="\n".join(segment.as_text().strip("\n") for segment in found.segments).strip("\n"),
        html=_html_of(found),
        attachments=tuple(found.attachments),
        nested=tuple(_parse(inner, depth + 1) for inner in found.nested) if depth < MAX_NESTED else (),
        parts=tuple(found.parts),
        failures=_failures_of(found),
        reports=tuple(found.reports),
        repairs=tuple(dict.fromkeys(found.repairs)),
        defects=tuple(dict.fromkeys(found.defects)),
    )


def _read_plainly(raw: bytes, defect: str) -> ParsedMail:
    """The header, and everything after it as text: better than nothing for a clerk."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    mail = ParsedMail(size=len(raw), text=decode(body[:100_000]).text, defects=(defect,))
    try:
        return _with_headers(mail, parse_tree(head[:100_000] + b"\n\n", headers_only=True), Gathering())
    except Exception as error:  # noqa: BLE001 - as above: the words are still there to be read
        return replace(mail, defects=(defect, f"header not readable: {type(error).__name__}"))


def _with_headers(mail: ParsedMail, tree: Part, found: Gathering) -> ParsedMail:
    lines = [(name.lower(), value) for name, value in tree.raw_items()]
    if len(lines) > MAX_HEADERS:
        found.defects.append("header lines beyond the limit were not read")
    raw: dict[str, str] = {}
    for name, value in lines[:MAX_HEADERS]:
        raw.setdefault(name, value)
    headers = tuple((name, decode_header(value, found.repairs)) for name, value in lines[:MAX_HEADERS])
    message_ids = parse_message_ids(raw.get("message-id", ""))
    if "date" in raw and parse_date(raw["date"]) is None:
        found.defects.append("unreadable date")

    def mailboxes(name: str) -> tuple[Mailbox, ...]:
        return parse_mailboxes(raw[name], found.repairs) if name in raw else ()

    return replace(
        mail,
        message_id=message_ids[0] if message_ids else None,
        in_reply_to=parse_message_ids(raw.get("in-reply-to", "")),
        references=parse_message_ids(raw.get("references", "")),
        date=parse_date(raw["date"]) if "date" in raw else None,
        from_=mailboxes("from") or mailboxes("sender"),
        reply_to=mailboxes("reply-to"),
        to=mailboxes("to"),
        cc=mailboxes("cc"),
        subject=next((value for name, value in headers if name == "subject"), ""),
        headers=headers,
    )


def _html_of(found: Gathering) -> str:
    if all(segment.html is None for segment in found.segments):
        return ""
    return "\n".join(filter(None, (segment.as_html() for segment in found.segments)))


def _failures_of(found: Gathering) -> tuple[DeliveryFailure, ...]:
    return tuple(replace(failure, original_message_id=found.returned_id) for failure in found.failures)
