"""Files that come with a reply, and files that are looked at or taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.files import LARGEST_FILE
from admin_api.form_bounds import LARGEST_REPLY
from casework.case import Case
from casework.message import Attachment, Direction, Message
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    desk.hire("jiao", Role.HANDLER, "traffic-police")
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong") as browser:
        yield browser


def page_of(case: Case) -> str:
    return f"/staff/cases/{case.reference}"


def messages(desk: FrontDesk, case: Case, direction: Direction) -> list[Message]:
    with desk.store.read() as uow:
        return [one for one in uow.threads.messages_of_case(case.id) if one.direction is direction]


def test_files_of_a_reply_are_kept_under_the_type_found_in_them(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    files = [
        ("files", ("现场 照片.png", PNG, "text/html")),
        ("files", ("C:\\docs\\page.html", b"<script>alert(1)</script>", "text/html")),
    ]
    browser.send(page_of(case), f"{page_of(case)}/reply", {"text": "见附件"}, files=files)
    (sent,) = messages(desk, case, Direction.OUTBOUND)
    assert [(one.name, one.content_type) for one in sent.attachments] == [
        ("现场 照片.png", "image/png"),
        ("page.html", "application/octet-stream"),
    ]
    picture, page = (f"{page_of(case)}/attachments/{one.sha256}" for one in sent.attachments)
    shown = browser.open(f"{picture}?show=1")
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("inline")
    saved = browser.open(f"{page}?show=1")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment")
    for answer in (shown, saved):
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_name_of_a_file_cannot_break_out_of_its_header(desk: FrontDesk, browser: Browser) -> None:
    sha = desk.context.blobs.put(b"x")
    strange = Attachment('a"; filename="b.exe\r\nx: y.txt', "application/octet-stream", 1, sha)
    case = desk.receive("见附件", attachments=(strange,)).case
    header = browser.open(f"{page_of(case)}/attachments/{sha}").headers["content-disposition"]
    assert header.startswith('attachment; filename="a__ filename__b.exex_ y.txt"; filename*=UTF-8')
    assert "%0D" not in header


def test_an_attachment_is_only_given_with_the_case_it_belongs_to(desk: FrontDesk, browser: Browser) -> None:
    sha = desk.context.blobs.put(b"secret")
    owner = desk.receive("a", attachments=(Attachment("a.bin", "application/octet-stream", 6, sha),), address="w1").case
    other = desk.receive("b", address="w2").case
    assert browser.open(f"{page_of(owner)}/attachments/{sha}").content == b"secret"
    assert browser.open(f"{page_of(other)}/attachments/{sha}").status_code == 404
    assert browser.open(f"{page_of(owner)}/attachments/{'0' * 64}").status_code == 404


def test_too_large_a_file_is_refused_with_the_limit(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    for size in (LARGEST_FILE + 1, LARGEST_REPLY + 1):
        files = [("files", ("big.bin", b"0" * size, "application/octet-stream"))]
        answer = browser.send(page_of(case), f"{page_of(case)}/reply", {"text": "见附件"}, files=files)
        assert answer.status_code == 413
        assert "10 MB" in text_of(answer)
    assert messages(desk, case, Direction.OUTBOUND) == []


def test_a_forged_word_for_a_kept_file_stands_for_nothing(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    forged = {"text": "好", "kept": ["bm9uc2Vuc2U=.0000", "x", "é.é", ""]}
    assert browser.send(page_of(case), f"{page_of(case)}/reply", forged).status_code == 303
    assert messages(desk, case, Direction.OUTBOUND)[0].attachments == ()
