"""The list of reply lines is complete and each is fit for the wire."""

from __future__ import annotations

import re
from pathlib import Path

from mail_gateway import smtp_replies as replies

CONNECTION = Path(replies.__file__).with_name("connection.py")
PROTOCOL = {"503 Error: need RCPT command", "501 Syntax: DATA", "354 End data with <CR><LF>.<CR><LF>"}
"""What every SMTP server says of the order of commands; the library says the like."""


def test_every_reply_constant_is_listed_with_its_reason() -> None:
    named = {value for value in vars(replies).values() if isinstance(value, replies.SmtpReply)}
    assert named == set(replies.ALL)
    assert all(len(reply.reason) > 20 for reply in replies.ALL)


def test_every_reply_is_one_ascii_line_with_an_enhanced_code_of_its_class() -> None:
    for reply in replies.ALL:
        found = re.fullmatch(r"([245])\d\d ([245])\.\d{1,3}\.\d{1,3} [ -~]+", reply.line)
        assert found, reply.line
        assert found[1] == found[2], reply.line


def test_the_server_writes_no_reply_line_of_its_own() -> None:
    assert loose_replies(CONNECTION.read_text(encoding="utf-8")) == []


def test_the_search_for_loose_reply_lines_finds_one() -> None:
    assert loose_replies('return "550 go away"') == ["550 go away"]


def loose_replies(source: str) -> list[str]:
    return [
        line
        for line in re.findall(r'"([245]\d\d [^"]*)"', source)
        if not line.startswith("250-") and line not in PROTOCOL
    ]
