"""Covering documents at the console: from the upload to the reply that a citizen gets, and who may not."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.console.box_lines import read_lines, write_lines
from admin_api.packing.pack import pack_case
from casework.attaching import keep_file
from casework.case import Case, CaseStatus
from casework.errors import Refusal
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import Direction, Message
from casework.papers.covering import faults_of
from casework.redaction import Box
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.casework.papers_to_cover import SECRET, a_document, everything_in, spellings

NAME = f"{SECRET}的户籍.pdf"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    made = a_front_desk(tmp_path)
    made.hire_everybody()
    yield made
    made.store.close()


@pytest.fixture
def case(desk: FrontDesk) -> Case:
    return desk.receive("申请公开户籍登记材料", kind=CaseKind.DISCLOSURE_APPLICATION, unit="city-bureau").case


def page_of(case: Case) -> str:
    return f"/staff/cases/{case.reference}"


def begin(browser: Browser, case: Case, document: bytes, name: str = NAME) -> str:
    """Upload a document; the address of the page on which it is covered."""
    base = f"{page_of(case)}/redactions"
    answer = browser.send(base, f"{base}/add", files={"file": (name, document)})
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"]


def draw(browser: Browser, page: str, do: str, lines: str = "", seen: int = 0, **fields: str) -> tuple[int, str]:
    answer = browser.send(page, page, {"do": do, "lines": lines, "seen": str(seen), **fields})
    if answer.status_code == 303:
        answer = browser.open(answer.headers["location"])
    return answer.status_code, answer.text


def messages(desk: FrontDesk, case: Case) -> list[Message]:
    with desk.store.read() as uow:
        return list(uow.threads.messages_of_case(case.id))


def facts_of(desk: FrontDesk, case: Case, name: EventName) -> list[dict[str, object]]:
    with desk.store.read() as uow:
        return [dict(event.facts) for event in uow.cases.events(case.id) if event.name is name]


def make(desk: FrontDesk, browser: Browser, case: Case) -> str:
    """A redacted document with one box; its SHA-256."""
    page = begin(browser, case, a_document())
    status, _ = draw(browser, page, "make", "1 10 8 30 12 privacy")
    assert status == 200
    return str(facts_of(desk, case, EventName.REDACTION_MADE)[-1]["redacted"])


def test_a_document_is_covered_and_goes_out_with_the_reply_and_its_reasons(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        page = begin(browser, case, a_document(pages=2))
        status, html = draw(browser, page, "find", word=SECRET, ground="privacy")
        assert status == 200
        assert "找到 2 处" in html
        lines = html.partition('spellcheck="false">')[2].partition("</textarea>")[0]
        assert [(box.page, box.ground) for box in read_lines(lines)] == [(1, "privacy"), (2, "privacy")]
        assert facts_of(desk, case, EventName.REDACTION_DRAWN) == [], "looking keeps nothing"
        lines += "\n2 10 30 60 35.5 trade_secret"
        status, html = draw(browser, page, "save", lines)
        assert "遮盖位置已保存为草稿" in html
        seen = drawn_in(desk, case)
        status, html = draw(browser, page, "make", lines, seen=seen)
        assert "遮盖后的文件已生成" in html
        (made,) = facts_of(desk, case, EventName.REDACTION_MADE)
        assert made["withheld"] == [
            {"page": 1, "ground": "privacy", "boxes": 1},
            {"page": 2, "ground": "privacy", "boxes": 1},
            {"page": 2, "ground": "trade_secret", "boxes": 1},
        ]
        data = desk.context.blobs.get(str(made["redacted"]))
        assert faults_of(data, pages=2) == []
        assert not any(spelling in everything_in(data) for spelling in spellings(SECRET))
        told = {"ending": "partly_disclosed", "words": "提供登记表两页。", "redacted": str(made["redacted"])}
        answer = browser.send(page_of(case), f"{page_of(case)}/steps/draft", told)
        said = text_of(browser.open(answer.headers["location"]))
        assert f"{case.reference}-1.pdf：第1、2页，遮盖2处，个人隐私（" in said
        assert "（2019年修订）第15条）" in said
        assert "随答复发出" in said
        assert "没有附上遮盖后的文件" not in said
    for name, step in (("reviewer", "review"), ("disclosure-officer", "clear"), ("leader", "approve")):
        with signed_in(desk, name) as browser:
            shown = browser.open(page_of(case)).text
            assert f"/attachments/{made['document']}" in shown
            assert f"/attachments/{made['redacted']}" in shown
            assert browser.open(f"{page_of(case)}/attachments/{made['document']}").status_code == 200
            assert browser.send(page_of(case), f"{page_of(case)}/steps/{step}").status_code == 303
    assert desk.look(case).status is CaseStatus.CLOSED
    (reply,) = [one for one in messages(desk, case) if one.direction is Direction.OUTBOUND and one.attachments]
    assert made["redacted"] in [file.sha256 for file in reply.attachments]
    assert made["document"] not in [file.sha256 for file in reply.attachments]
    assert not any(SECRET in file.name for file in reply.attachments), "its name would tell what is covered"
    assert "个人隐私" in reply.text


def drawn_in(desk: FrontDesk, case: Case) -> int:
    """The event by which boxes were saved last."""
    with desk.store.read() as uow:
        return max(event.number for event in uow.cases.events(case.id) if event.name is EventName.REDACTION_DRAWN)


def test_a_partial_reply_without_a_redacted_document_is_warned_of(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        fields = {"ending": "partly_disclosed", "words": "部分公开如下"}
        browser.send(page_of(case), f"{page_of(case)}/steps/draft", fields)
        assert "没有附上遮盖后的文件" in text_of(browser.open(page_of(case)))
    with signed_in(desk, "reviewer") as browser:
        assert "没有附上遮盖后的文件" in text_of(browser.open(page_of(case)))
    with signed_in(desk, "handler") as browser:
        browser.send(page_of(case), f"{page_of(case)}/steps/draft", {"ending": "not_held", "words": "不掌握"})
        assert "没有附上遮盖后的文件" not in text_of(browser.open(page_of(case)))


def test_redacted_documents_go_only_with_a_partial_reply_and_only_as_they_were_reviewed(
    desk: FrontDesk, case: Case
) -> None:
    with signed_in(desk, "handler") as browser:
        redacted = make(desk, browser, case)
        draft = f"{page_of(case)}/steps/draft"
        told = {"words": "公开", "redacted": redacted}
        assert "应选择“部分公开”" in text_of(browser.send(page_of(case), draft, {"ending": "disclosed", **told}))
        stranger = {"ending": "partly_disclosed", "words": "公开", "redacted": "f" * 64}
        assert "已经重新生成或者不存在" in text_of(browser.send(page_of(case), draft, stranger))
        assert browser.send(page_of(case), draft, {"ending": "partly_disclosed", **told}).status_code == 303
        document = str(facts_of(desk, case, EventName.REDACTION_MADE)[0]["document"])
        seen = drawn_in(desk, case)
        page = f"{page_of(case)}/redactions/{document}"
        assert draw(browser, page, "make", "1 10 8 40 12 privacy", seen=seen)[0] == 200
    for name, step in (("reviewer", "review"), ("disclosure-officer", "clear")):
        with signed_in(desk, name) as browser:
            assert browser.send(page_of(case), f"{page_of(case)}/steps/{step}").status_code == 303
    with signed_in(desk, "leader") as browser:
        answer = browser.send(page_of(case), f"{page_of(case)}/steps/approve")
        assert "已经重新生成或者不存在" in text_of(answer)
    assert desk.look(case).status is not CaseStatus.CLOSED


def test_a_file_of_the_case_is_covered_where_it_lies(desk: FrontDesk) -> None:
    file = keep_file("scan.pdf", a_document(), desk.context.blobs)
    kind = CaseKind.DISCLOSURE_APPLICATION
    case = desk.receive("申请公开", kind=kind, unit="city-bureau", attachments=(file,)).case
    with signed_in(desk, "handler") as browser:
        base = f"{page_of(case)}/redactions"
        assert "scan.pdf" in text_of(browser.open(base))
        answer = browser.send(base, f"{base}/take", {"sha256": file.sha256})
        assert answer.headers["location"] == f"{base}/{file.sha256}"
        assert len(messages(desk, case)) == 1, "nothing is kept twice"
        assert browser.send(base, f"{base}/take", {"sha256": file.sha256}).status_code == 303
        assert len(facts_of(desk, case, EventName.REDACTION_BEGUN)) == 1
        assert browser.send(base, f"{base}/take", {"sha256": "a" * 64}).status_code == 404
        picture = browser.open(f"{base}/{file.sha256}/pages/1.jpg")
        assert (picture.headers["content-type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
        assert browser.open(f"{base}/{file.sha256}/pages/2.jpg").status_code == 422
        assert browser.open(f"{base}/{'a' * 64}").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        pytest.param("a.docx", b"PK\x03\x04", "请先打印成 PDF", id="of another kind"),
        pytest.param("a.pdf", b"%PDF-1.7\nnothing", "可能已损坏", id="broken"),
        pytest.param("", b"", "请", id="none"),
    ],
)
def test_a_file_that_cannot_be_covered_is_refused_and_not_kept(
    name: str, data: bytes, says: str, desk: FrontDesk, case: Case
) -> None:
    with signed_in(desk, "handler") as browser:
        base = f"{page_of(case)}/redactions"
        answer = browser.send(base, f"{base}/add", files={"file": (name or "none", data)} if name else None)
        assert answer.status_code == 422
        assert says in text_of(answer)
    assert facts_of(desk, case, EventName.REDACTION_BEGUN) == []


def test_what_was_drawn_stays_when_it_is_refused(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        page = begin(browser, case, a_document())
        for lines, do, says in (
            ("1 2 3", "save", "第 1 行不是遮盖框"),
            ("1 10 10 20 20 taste", "save", "从列表中选择依据"),
            ("2 10 10 20 20 privacy", "make", "文件只有 1 页"),
            ("1 20 10 10 20 privacy", "save", "没有面积"),
            ("", "make", "还没有遮盖任何地方"),
        ):
            status, html = draw(browser, page, do, lines)
            assert (status, says in html, lines in html) == (422, True, True)
        status, html = draw(browser, page, "find", "1 10 10 20 20 privacy", word="不在其中", ground="privacy")
        assert (status, "文字层中没有找到" in html, "1 10 10 20 20 privacy" in html) == (422, True, True)
    assert facts_of(desk, case, EventName.REDACTION_DRAWN) == []


def test_two_clerks_do_not_draw_over_each_other(desk: FrontDesk, case: Case) -> None:
    desk.hire("second", Role.HANDLER)
    with signed_in(desk, "handler") as one, signed_in(desk, "second") as other:
        page = begin(one, case, a_document())
        assert draw(one, page, "save", "1 10 10 20 20 privacy")[0] == 200
        status, html = draw(other, page, "save", "1 50 50 60 60 privacy", seen=0)
        assert status == 409
        assert "有人刚刚保存了" in html
        assert "1 50 50 60 60 privacy" in html
    assert len(facts_of(desk, case, EventName.REDACTION_DRAWN)) == 1


def test_the_original_is_out_of_the_citizens_reach(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        make(desk, browser, case)
    kept = [one for one in messages(desk, case) if one.attachments]
    assert {one.direction for one in kept} == {Direction.NOTE}
    with desk.store.read() as uow:
        seen = uow.threads.messages(case.thread_id)
    assert not any(one.attachments for one in seen), "the web chat and the status page show this thread"


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.HANDLER, Role.REVIEWER)])
def test_who_may_not_draft_may_not_redact(role: Role, desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, role.value.replace("_", "-")) as browser:
        may_draft = f"{page_of(case)}/steps/draft" in browser.open(page_of(case)).text
        answer = browser.open(f"{page_of(case)}/redactions")
        assert (answer.status_code == 200) is may_draft


def test_a_complaint_and_a_decided_application_have_nothing_to_redact(desk: FrontDesk) -> None:
    complaint = desk.receive("路灯坏了", unit="city-bureau").case
    with signed_in(desk, "handler") as browser:
        assert "遮盖文件" not in text_of(browser.open(page_of(complaint)))
        answer = browser.open(f"{page_of(complaint)}/redactions")
        assert answer.status_code == 422


def test_a_pack_for_other_hands_has_the_redacted_document_and_not_the_original(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        redacted = make(desk, browser, case)
    (begun,) = facts_of(desk, case, EventName.REDACTION_BEGUN)
    for names, files in ((True, {str(begun["document"]), redacted}), (False, {redacted})):
        kept = io.BytesIO()
        bureau = desk.context.office.bureau
        with desk.store.read() as uow:
            pack_case(uow.cases.get(case.id), uow, desk.context.blobs, kept, bureau=bureau, names=names)
        with zipfile.ZipFile(kept) as pack:
            placed = [pack.read(name) for name in pack.namelist() if name.startswith("attachments/")]
            assert {hashlib.sha256(data).hexdigest() for data in placed} == files
            assert "生成遮盖后的文件：1 处不予公开" in pack.read("timeline.zh.json").decode()


def test_a_name_that_tells_too_much_stays_inside(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        make(desk, browser, case)
        names = [file.name for one in messages(desk, case) for file in one.attachments]
        assert names == [NAME, f"{case.reference}-1.pdf"]


def test_lines_are_read_as_they_are_written() -> None:
    boxes = (
        Box(1, top=0, left=0, bottom=10_000, right=10_000, ground="privacy"),
        Box(2, top=1234, left=5, bottom=1300, right=9990, ground="trade_secret"),
    )
    assert write_lines(boxes) == "1 0 0 100 100 privacy\n2 0.05 12.34 99.9 13 trade_secret"
    assert read_lines(write_lines(boxes) + "\n\n") == boxes
    for wrong in ("1 0 0 100 100", "x 0 0 1 1 a", "1 0 0 1e999 1 a", "1 nan 0 1 1 a"):
        with pytest.raises(Refusal, match="line 2 is no box"):
            read_lines(f"1 0 0 1 1 a\n{wrong}")
