"""Files in the web chat: sent ahead, named in a message, fetched for saving only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.web_chat import ChatLimits
from bot.channels.web_chat_attachments import keep_chosen
from bot.channels.web_chat_room import address_of
from casework.attaching import clean_name
from casework.message import Author, Direction, Reply
from casework.store import SqlUnitOfWork
from tests.bot.web_chat_house import House, open_house

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, ChatLimits(messages=100, conversations=100)) as opened:
        yield opened


def test_a_file_is_sent_ahead_and_named_in_a_message(house: House) -> None:
    visitor = house.begin()
    uploaded = visitor.uploads("照片.png", PNG)
    assert uploaded.status_code == 201
    assert uploaded.json()["content_type"] == "image/png"
    assert visitor.says("见附件", attachments=[uploaded.json()["id"]]).status_code == 200
    assert visitor.reads()[0]["attachments"] == [
        {
            "name": "照片.png",
            "content_type": "image/png",
            "size": len(PNG),
            "sha256": hashlib.sha256(PNG).hexdigest(),
        }
    ]


def test_a_file_is_given_out_for_saving_only_whatever_it_claims_to_be(house: House) -> None:
    visitor, page = house.begin(), b"<html><script>alert(1)</script></html>"
    uploaded = visitor.uploads('a"b\r\n/../坏.html', page).json()
    visitor.says("", attachments=[uploaded["id"]])
    path = f"{visitor.path}/attachments/{hashlib.sha256(page).hexdigest()}"
    answer = house.client.get(path, headers=visitor.headers)
    assert answer.content == page
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_file_that_staff_sent_can_be_fetched_and_one_of_another_conversation_not(house: House) -> None:
    visitor, other = house.begin(), house.begin()
    visitor.says("你好")
    other.says("你好")
    letter = "答复书".encode()
    file = keep_chosen("答复书.txt", letter, house.chat.blobs)

    def work(uow: SqlUnitOfWork) -> None:
        thread = uow.threads.find_chat(address_of(visitor.conversation))
        assert thread is not None
        reply = Reply("见附件", attachments=(file,))
        now = datetime.now(UTC)
        uow.threads.add_message(
            thread.id, Direction.OUTBOUND, Author.STAFF, "见附件", now=now, reply=reply, attachments=(file,)
        )

    house.store.write(work)
    assert house.client.get(f"{visitor.path}/attachments/{file.sha256}", headers=visitor.headers).content == letter
    refused = house.client.get(f"{other.path}/attachments/{file.sha256}", headers=other.headers)
    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_file_of_one_conversation_cannot_be_named_in_another(house: House) -> None:
    mine, other = house.begin(), house.begin()
    upload_id = mine.uploads("a.png", PNG).json()["id"]
    assert other.says("x", attachments=[upload_id]).status_code == 422
    assert house.desk.heard == []


def test_more_than_ten_files_with_one_message_are_refused(house: House) -> None:
    visitor = house.begin()
    ids = [visitor.uploads(f"{number}.txt", str(number).encode()).json()["id"] for number in range(11)]
    refused = visitor.says("x", attachments=ids)
    assert refused.status_code == 422
    assert "10" in refused.json()["detail"]
    assert visitor.says("x", attachments=ids[:10]).status_code == 200


def test_a_file_above_twenty_megabytes_is_refused_and_one_of_twenty_is_taken(house: House) -> None:
    visitor = house.begin()
    refused = visitor.uploads("a.bin", b"\x00" * 20_000_001)
    assert refused.status_code == 413
    assert "20 MB" in refused.json()["detail"]
    assert visitor.uploads("a.bin", b"\x00" * 20_000_000).status_code == 201


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"no boundary"),
        ("application/json", b"{}"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na\r\n--x--'),
    ],
)
def test_a_form_without_a_file_is_refused(house: House, content_type: str, body: bytes) -> None:
    visitor = house.begin()
    headers = {**visitor.headers, "content-type": content_type}
    answer = house.client.post(f"{visitor.path}/attachments", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_an_empty_file_and_one_too_many_a_minute_are_refused(tmp_path: Path) -> None:
    with open_house(tmp_path, ChatLimits(files=2)) as house:
        visitor = house.begin()
        assert visitor.uploads("a.txt", b"").status_code == 422
        answers = [visitor.uploads("a.txt", b"a") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 429]
        assert answers[-1].headers["retry-after"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\Users\\x\\合同.pdf", "合同.pdf"),
        ("../../etc/passwd", "passwd"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("...", "file"),
        ("", "file"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
    ],
)
def test_a_file_name_is_harmless_and_keeps_its_ending(name: str, kept: str) -> None:
    assert clean_name(name) == kept
