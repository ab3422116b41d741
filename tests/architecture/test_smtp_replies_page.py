from __future__ import annotations

from collections.abc import Iterable

from mail_gateway.smtp_replies import ALL, SmtpReply
from tests.architecture.source_tree import ROOT

PAGE = (ROOT / "docs" / "smtp-replies.md").read_text(encoding="utf-8")


def rows_of(replies: Iterable[SmtpReply]) -> list[str]:
    return [f"| `{reply.line}` | {reply.reason} |" for reply in replies]


def rows_told(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| `")]


def test_every_reply_to_a_mail_server_is_in_the_docs_with_its_reason_and_no_other() -> None:
    assert rows_told(PAGE) == rows_of(ALL)


def test_the_guard_sees_a_reply_that_nobody_wrote_of() -> None:
    assert rows_told(PAGE) != rows_of([*ALL, SmtpReply("554 5.7.1 Planted", "Nobody wrote of it.")])
