"""What `sunwindow mail read` prints: one description a file, whatever the file is called and holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runtime.cli import app

FIELDS = {
    "file", "kind", "message_id", "in_reply_to", "references", "date", "from", "reply_to", "to", "cc", "subject",
    "headers", "text", "html", "reply_text", "quoted_text", "signature", "parts", "attachments", "failures",
    "authentication", "repairs", "defects",
}  # fmt: skip
LETTER = (
    "From: 李某 <li@mail.example>\r\nTo: xinxiang@gaj.example\r\nSubject: 咨询\r\nMessage-ID: <1@mail.example>\r\n"
    "Authentication-Results: mx.gaj.example; spf=pass; dmarc=pass (p=none)\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n请问办护照要多少钱？\r\n\r\n发自我的iPhone\r\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two mails, one in a folder of its own and without an ending."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "letter").write_bytes(LETTER.encode())
    (tmp_path / "empty.eml").write_bytes(b"")
    return tmp_path


def read(*arguments: str) -> list[dict[str, object]]:
    """What is printed, a line a mail."""
    result = CliRunner().invoke(app, ["mail", "read", "--jsonl", *arguments])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_every_file_of_a_folder_is_described_in_order_with_all_fields(folder: Path) -> None:
    empty, letter = read(str(folder))
    assert set(letter) >= FIELDS
    assert set(empty) >= FIELDS
    assert str(empty["file"]).endswith("empty.eml")
    assert letter["from"] == {"name": "李某", "address": "li@mail.example"}
    assert (letter["kind"], letter["subject"], letter["message_id"]) == ("person", "咨询", "<1@mail.example>")
    assert (letter["reply_text"], letter["signature"]) == ("请问办护照要多少钱？", "发自我的iPhone")
    assert letter["authentication"] == {"server": "mx.gaj.example", "spf": "pass", "dmarc": "pass"}


def test_a_body_alone_is_split_into_its_words_as_text_or_as_html(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("谢谢\n\n> 请带身份证\n", encoding="utf-8")
    (tmp_path / "b.html").write_text("<div>好的</div><blockquote type=cite>请带身份证</blockquote>", encoding="utf-8")
    as_text, as_html = read("--body", str(tmp_path))
    assert (as_text["reply_text"], as_html["reply_text"]) == ("谢谢", "好的")
    assert "请带身份证" in str(as_html["quoted_text"])


def test_a_file_that_is_not_there_is_named_and_the_others_are_read(folder: Path) -> None:
    result = CliRunner().invoke(app, ["mail", "read", "--jsonl", str(folder / "gone"), str(folder / "empty.eml")])
    assert result.exit_code == 1
    assert "gone" in result.output
    assert "empty.eml" in result.output
