"""Threads, messages, files and parties over the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.files import compose_download
from casework.attaching import clean_name, keep_file
from tests.admin_api.api_desk import MONDAY, Desk, running_desk, say

HTML = b"<script>alert(1)</script>"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def test_a_thread_names_its_party_address_and_cases(desk: Desk) -> None:
    case = desk.open_case(writer="web-7")
    shown = desk.get(f"/threads/{case.thread_id}").json()
    assert shown["address"] == {"channel": "web_chat", "value": "web-7"}
    assert (shown["party_id"], shown["cases"], shown["audience"]) == (case.party_id, [case.reference], "citizen")


def test_messages_of_a_thread_are_read_page_by_page(desk: Desk) -> None:
    case = desk.open_case("一", writer="web-7")
    for text in ("二", "三", "四", "五"):
        desk.store.write(lambda uow, text=text: say(uow, text, writer="web-7", now=MONDAY))  # type: ignore[misc]
    first = desk.get(f"/threads/{case.thread_id}/messages", limit=3).json()
    second = desk.get(f"/threads/{case.thread_id}/messages", limit=3, cursor=first["next_cursor"]).json()
    assert [item["text"] for item in first["items"] + second["items"]] == ["一", "二", "三", "四", "五"]
    assert [item["number"] for item in second["items"]] == [4, 5]
    assert second["next_cursor"] is None


def test_a_thread_that_nobody_made_a_case_of_is_the_desks_to_see(desk: Desk) -> None:
    message = desk.store.write(lambda uow: say(uow, "你好", writer="web-8", now=MONDAY))
    assert desk.get(f"/messages/{message.id}").json()["text"] == "你好"
    assert desk.get(f"/messages/{message.id}", desk.key_for(desk.officer)).status_code == 200
    assert desk.get(f"/messages/{message.id}", desk.key_for(desk.clerk)).status_code == 404


def test_a_file_is_given_out_for_saving_only(desk: Desk) -> None:
    attachment = keep_file('坏"\r\n文件.html', HTML, desk.context.blobs)
    case = desk.open_case(attachments=[attachment])
    message = desk.messages_of(case)[0]
    answer = desk.get(f"/messages/{message.id}/attachments/{attachment.sha256}")
    assert answer.content == HTML
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E5%9D%8F%22%E6%96%87%E4%BB%B6.html" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_is_fetched_only_with_a_message_that_the_key_sees(desk: Desk) -> None:
    attachment = keep_file("a.txt", b"hello", desk.context.blobs)
    foreign = desk.open_case(unit="household", attachments=[attachment])
    own = desk.open_case(unit="exit-entry", writer="web-2")
    key = desk.key_for(desk.clerk)
    path = f"/messages/{desk.messages_of(foreign)[0].id}/attachments/{attachment.sha256}"
    assert desk.get(path).status_code == 200
    assert desk.get(path, key).status_code == 404
    other = f"/messages/{desk.messages_of(own)[0].id}/attachments/{attachment.sha256}"
    assert desk.get(other, key).status_code == 404
    assert desk.get(f"/messages/{desk.messages_of(own)[0].id}/attachments/..%2f..%2fetc", key).status_code in {404, 422}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("报告.pdf", "报告.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\身份证.jpg", "身份证.jpg"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("\x00\r\n", "file"),
        ("..", "file"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_file_name_is_made_harmless(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("content_type", ["text/html\r\nX-Evil: 1", "", "nonsense", "a/b; charset=x"])
def test_a_type_that_is_none_is_given_as_bytes(content_type: str) -> None:
    assert compose_download("a", content_type, b"x").headers["Content-Type"] == "application/octet-stream"


def test_parties_are_searched_and_shown_with_their_cases(desk: Desk) -> None:
    case = desk.open_case(name="测试市民乙", writer="web-5")
    desk.open_case(name="测试市民丙", writer="web-6")
    found = desk.get("/parties", q="市民乙").json()["items"]
    assert [party["id"] for party in found] == [case.party_id]
    shown = desk.get(f"/parties/{case.party_id}").json()
    assert [item["reference"] for item in shown["cases"]] == [case.reference]
    assert shown["contact_points"][0]["value"] == "web-5"
    first = desk.get("/parties", limit=1).json()
    second = desk.get("/parties", limit=1, cursor=first["next_cursor"]).json()
    assert first["items"] != second["items"]
    assert second["next_cursor"] is None
