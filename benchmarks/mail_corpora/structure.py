"""Sources that say what a whole mail holds: subject, addresses, texts, files and MIME parts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.mail_corpora.expectation import Expectation, collapsed, compare, expected_of
from mail_gateway.header_values import Mailbox, parse_mailboxes
from mail_gateway.parsed_mail import MailAttachment, ParsedMail
from mail_gateway.parsing import parse


def enmime(folder: Path) -> Iterator[Expectation]:
    """The library of Go: what texts and files a mail has."""
    for path, name, fields in expected_of(folder):
        if name.startswith("dsn/"):
            continue
        mail = parse(path.read_bytes())
        yield Expectation(name, "must_not_raise", not any(d.startswith("not readable") for d in mail.defects))
        yield from (_of_enmime(name, field, wanted, mail) for field, wanted in fields.items() if field in _ENMIME)


def imap_tools(folder: Path) -> Iterator[Expectation]:
    """A library over Python's own parser: ten fields a mail."""
    for path, name, fields in expected_of(folder):
        mail = parse(path.read_bytes())
        for field in ("from", "to", "cc", "reply_to"):
            found = {"from": mail.from_[:1], "to": mail.to, "cc": mail.cc, "reply_to": mail.reply_to}[field]
            wanted = [fields[field]] if field == "from" and fields[field] else fields[field] or []
            yield compare(name, field, [_pair(w["name"], w["email"]) for w in wanted], _pairs(found))
        yield compare(name, "subject", fields["subject"], mail.subject)
        # Their parser writes the charset that it has decoded to into the page.
        yield compare(name, "html", _CHARSET.sub("", fields["html"]), _CHARSET.sub("", mail.raw_html))
        if fields["text"].strip() or not fields["html"].strip():
            # Of a mail with HTML alone our text is made from it; theirs is empty.
            yield compare(name, "text", fields["text"], mail.text)
        yield compare(name, "date", _instant(fields["date"]), mail.date)
        yield compare(name, "attachments", _files(fields["attachments"]), _own_files(mail))


def mime4j(folder: Path) -> Iterator[Expectation]:
    """The library of Java: the MIME tree with the content of each leaf."""
    for path, name, fields in expected_of(folder):
        mail = parse(path.read_bytes())
        own = {part.path.replace(".", "_"): part for part in mail.parts}
        for place, wanted in fields.get("decoded_parts", {}).items():
            part = own.get(place)
            seen = (part.size, part.sha256) if part else None
            is_text = wanted["kind"] == "txt" and part is not None and seen != (wanted["size"], wanted["sha256"])
            is_met = part is not None and (
                seen == (wanted["size"], wanted["sha256"]) or (is_text and _is_recoded(wanted["text"], part.sha256))
            )
            yield Expectation(name, place, is_met, f"{wanted['size']} {wanted['sha256'][:12]}", str(seen))


def php_mime_mail_parser(folder: Path) -> Iterator[Expectation]:
    """A library of PHP whose samples are bug reports."""
    for path, name, fields in expected_of(folder):
        if not path.exists():
            continue
        mail = parse(path.read_bytes())
        yield compare(name, "subject", fields["subject"], mail.subject)
        for field, found in (("from_addresses", mail.from_), ("to_addresses", mail.to)):
            if field in fields:
                wanted = [entry["address"].lower() for entry in fields[field] if not entry["is_group"]]
                yield compare(name, field, wanted, [mailbox.address for mailbox in found])
        for field, body in (("text", mail.text), ("html", mail.raw_html)):
            if field in fields and (fields[field].strip() or field == "html"):
                yield compare(name, field, fields[field], body)
            if f"{field}_occurrences" in fields:
                wanted = fields[f"{field}_occurrences"]
                seen = collapsed(body)
                assert isinstance(seen, str)
                yield compare(name, f"{field}_occurrences", wanted["n"], seen.count(" ".join(wanted["of"].split())))
        if "attachments" in fields:
            # Files without a name are called `noname…` there.
            wanted = sorted(
                (("" if w["filename"].startswith("noname") else w["filename"]), w["size"])
                for w in fields["attachments"]
            )
            yield compare(name, "attachments", wanted, sorted((a.name, a.size) for a in mail.attachments))
            yield compare(name, "embedded_count", fields["embedded_count"], sum(a.inline for a in mail.attachments))


def webklex(folder: Path) -> Iterator[Expectation]:
    """Another library of PHP, over IMAP."""
    for path, name, fields in expected_of(folder):
        mail = parse(path.read_bytes())
        for field, wanted in fields.items():
            if field in _WEBKLEX:
                yield compare(name, field, wanted, _WEBKLEX[field](mail))
        facts = fields.get("attachment_facts_in_order", [])
        # Their size is that of the encoded file.
        for field, key in (("name", "name"), ("sha256", "sha256")):
            wanted_values = [value for found, value in facts if found == field]
            own = [getattr(attachment, key) for attachment in mail.attachments]
            if wanted_values:
                # Where a mail names no file their name is the beginning of its digest.
                missing = [value for value in wanted_values if value not in own and not _UNNAMED.fullmatch(str(value))]
                yield Expectation(name, f"attachment {field}", not missing, str(missing), str(own))


def _of_enmime(name: str, field: str, wanted: Any, mail: ParsedMail) -> Expectation:
    if field in _ENMIME_FILES:
        among = [one for one in mail.attachments if _ENMIME_FILES[field] in {None, one.inline}]
        is_met = all(any(_is_file(file, one) for one in among) for file in wanted)
        return Expectation(name, field, is_met, str(wanted), str([(one.name, one.content_id) for one in among]))
    if field in _ENMIME_EQUAL:
        return compare(name, field, wanted, _ENMIME_EQUAL[field](mail))
    body = " ".join((mail.raw_html if field.startswith("html") else mail.text).split())
    is_there = [" ".join(words.split()) in body for words in wanted]
    return Expectation(name, field, not any(is_there) if "not" in field else all(is_there), str(wanted), body)


_ENMIME_FILES = {"attachments": False, "inlines": True, "attachments_or_inlines": None, "other_parts": None}
_ENMIME_EQUAL: Mapping[str, Callable[[ParsedMail], Any]] = {
    "text": lambda mail: mail.text,
    "text_stripped": lambda mail: mail.text,
    "subject": lambda mail: mail.subject,
    "sender_name": lambda mail: parse_mailboxes(mail.header("sender"), [])[0].name,
    "to_name": lambda mail: mail.to[0].name,
    "from_count_min": lambda mail: min(len(mail.from_), 1),
    "attachment_magic": lambda mail: mail.attachments[0].content[:4].hex(),
    "attachment_count": lambda mail: sum(not one.inline for one in mail.attachments),
    "inline_count": lambda mail: sum(one.inline for one in mail.attachments),
}
_ENMIME = {*_ENMIME_FILES, *_ENMIME_EQUAL, "text_contains", "text_parts", "text_from_html_contains", "html_contains"}
_ENMIME |= {"html_not_contains"}

_CHARSET = re.compile(r"charset=[\"\w-]+")
_UNNAMED = re.compile(r"[0-9a-f]{8}")


def _is_file(wanted: Mapping[str, str], attachment: MailAttachment) -> bool:
    return (
        wanted.get("filename", attachment.name) == attachment.name
        and wanted.get("content_id", attachment.content_id) == attachment.content_id
        and wanted.get("content_contains", "").encode() in attachment.content
    )


def _address(mailboxes: Sequence[Mailbox]) -> str:
    return mailboxes[0].address if mailboxes else ""


def _utc(mail: ParsedMail) -> str:
    return mail.date.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if mail.date else ""


_WEBKLEX: Mapping[str, Any] = {
    "subject": lambda mail: mail.subject,
    "text": lambda mail: mail.text,
    "html": lambda mail: mail.raw_html,
    "has_html": lambda mail: bool(mail.raw_html),
    "attachment_count": lambda mail: len(mail.attachments),
    "date_utc": _utc,
    "from_email": lambda mail: _address(mail.from_),
    "to_email": lambda mail: _address(mail.to),
    "message_id": lambda mail: (mail.message_id or "").strip("<>"),
}


def _pair(name: str, address: str) -> tuple[str, str]:
    return " ".join(name.split()), address.lower()


def _pairs(found: Sequence[Mailbox]) -> list[tuple[str, str]]:
    return [_pair(mailbox.name, mailbox.address) for mailbox in found]


def _instant(written: str) -> datetime | None:
    moment = datetime.fromisoformat(written)
    return None if moment.year == 1900 else moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _files(wanted: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, str]]:
    return sorted((re.sub(r"\s+", " ", w["filename"]), w["size"], w["sha256"]) for w in wanted)


def _own_files(mail: ParsedMail) -> list[tuple[str, int, str]]:
    return sorted(_as_python_would(a) for a in mail.attachments)


def _as_python_would(attachment: MailAttachment) -> tuple[str, int, str]:
    """Python's parser writes a mail within a mail down anew, with its own line ends."""
    if attachment.declared_type != "message/rfc822":
        return attachment.name, attachment.size, attachment.sha256
    content = attachment.content.replace(b"\r\n", b"\n")
    return attachment.name, len(content), hashlib.sha256(content).hexdigest()


def _is_recoded(text: str, digest: str) -> bool:
    """Whether a part has the text that another program wrote down in UTF-8."""
    for charset in (
        "utf-8",
        "latin-1",
        "cp1252",
        "iso8859-2",
        "iso8859-15",
        "cp1251",
        "koi8-r",
        "iso2022_jp",
        "gb18030",
    ):
        for words in (text, text.replace("\r\n", "\n")):
            try:
                if hashlib.sha256(words.encode(charset)).hexdigest() == digest:
                    return True
            except UnicodeEncodeError:
                continue
    return False
