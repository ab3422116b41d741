"""Header lines that are written without being parsed say what stdlib's would say."""

from __future__ import annotations

import email
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from mail_gateway.header_writing import WrittenHeaders

POLICY = WrittenHeaders(linesep="\r\n", cte_type="7bit")
LONG_REFERENCES = " ".join(f"<{number}.0123456789abcdef0123456789@mail.example>" for number in range(20))


def written(name: str, value: object, policy: object = POLICY) -> bytes:
    mail = EmailMessage(policy=policy)  # type: ignore[arg-type]
    mail[name] = value
    mail.set_content("x")
    return bytes(mail.as_bytes())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Subject", "路灯坏了"),
        ("Subject", "回复：" + "很长的标题" * 50 + " [ZMD-2026-000001-7]"),
        ("Subject", "plain words " * 20),
        ("References", LONG_REFERENCES),
        ("Message-ID", "<" + "a" * 90 + "@mail.example>"),
        ("To", Address("", "li", "mail.example")),
        ("To", Address("", "odd name", "mail.example")),
        ("From", Address("示例市公安局" * 6, "xinxiang", "gaj.example")),
        ("From", Address("Bureau, the", "xinxiang", "gaj.example")),
        ("X-Words", "字"),
    ],
)
def test_what_is_read_is_what_stdlib_writes(name: str, value: object) -> None:
    ours, theirs = written(name, value), written(name, value, SMTP)
    read = email.message_from_bytes(ours, policy=default)
    # stdlib's reader sees a blank between two encoded words of a name.
    assert "".join(str(read[name]).split()) == "".join(
        str(email.message_from_bytes(theirs, policy=default)[name]).split()
    )
    assert not read.defects
    assert ours.isascii()
    assert max(map(len, ours.split(b"\r\n"))) <= max(78, len("Message-ID: ") + 105)


def test_a_subject_that_looks_like_an_encoded_word_is_kept_as_it_was_written() -> None:
    subject = "=?utf-8?b?5Lmx?= is not what it seems"
    assert email.message_from_bytes(written("Subject", subject), policy=default)["Subject"] == subject


@pytest.mark.parametrize("value", ["a\r\nBcc: x@y.example", "a\nb", "题\r\n目"])
def test_a_value_of_two_lines_is_refused(value: str) -> None:
    for name in ("Subject", "X-Words", "Reply-To"):
        with pytest.raises(ValueError, match="linefeed"):
            written(name, value)


def test_a_file_name_in_any_script_is_kept() -> None:
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = "附件"
    mail.set_content("x")
    mail.add_attachment(b"data", maintype="application", subtype="pdf", filename="关于路灯 维修的说明.pdf")
    read = email.message_from_bytes(mail.as_bytes(), policy=default)
    (attachment,) = read.iter_attachments()
    assert attachment.get_filename() == "关于路灯 维修的说明.pdf"
    assert attachment.get_content() == b"data"
