"""The accused never see the report nor who made it: every role, on every surface, at every distance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.api.authentication import Scope
from admin_api.console.live import announcement
from admin_api.console.news import News
from admin_api.pages import Visit
from casework.case import Case
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import StaffId
from casework.rights import Reach, Right, reach_of
from casework.staff import Role
from tests.admin_api.api_desk import Desk, add_key, add_staff, running_desk
from tests.admin_api.browsing import Browser, signed_in
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.casework.papers_to_cover import a_document

SECRET = "窗口民警索要好处费"
WRITER = "示例举报人"
ACCUSED = "traffic-police"
DOCUMENT = "d" * 64


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    made = a_front_desk(tmp_path)
    yield made
    made.store.close()


def accuse(desk: FrontDesk, *, unit: str | None = None, person: int | None = None) -> Case:
    case = desk.receive(SECRET, kind=CaseKind.COMPLAINT, unit="city-bureau", name=WRITER).case
    changes = {"accused_unit": unit, "accused_staff": StaffId(person) if person else None}
    return desk.store.write(
        lambda uow: uow.cases.append(case.id, EventName.CLASSIFIED, at=desk.now, actor="system", changes=changes)
    )


SURFACES = (
    "/staff/queue?tab=all",
    f"/staff/queue?tab=all&words={WRITER}",
    "/staff/queue?tab=all&kind=complaint",
    "/staff/cases/{reference}",
    "/staff/cases/{reference}/news",
    "/staff/cases/{reference}/redactions",
    "/staff/cases/{reference}/redactions/" + DOCUMENT,
    "/staff/cases/{reference}/redactions/" + DOCUMENT + "/pages/1.jpg",
    "/staff/conversations/{thread}",
    "/staff/gaps",
    "/staff/outbox",
    "/staff/failed-addresses",
    "/staff/triage",
)


def leaks(browser: Browser, case: Case) -> list[str]:
    """The surfaces that tell of the case."""
    found = []
    for surface in SURFACES:
        answer = browser.open(surface.format(reference=case.reference, thread=case.thread_id))
        if any(word in answer.text for word in (SECRET, WRITER, case.reference)) and answer.status_code == 200:
            found.append(surface)
    return found


@pytest.mark.parametrize("role", Role)
def test_staff_of_the_accused_unit_find_it_nowhere(role: Role, desk: FrontDesk) -> None:
    desk.hire("inside", role, ACCUSED)
    case = accuse(desk, unit=ACCUSED)
    with signed_in(desk, "inside") as browser:
        assert leaks(browser, case) == []


@pytest.mark.parametrize("role", Role)
def test_the_accused_person_finds_it_nowhere_whatever_the_role(role: Role, desk: FrontDesk) -> None:
    person = desk.hire("accused", role)
    case = accuse(desk, person=int(person.id))
    with signed_in(desk, "accused") as browser:
        assert leaks(browser, case) == []


@pytest.mark.parametrize("role", Role)
def test_documents_to_be_redacted_are_out_of_reach_of_the_accused_and_of_other_units(
    role: Role, desk: FrontDesk
) -> None:
    desk.hire("writer", Role.HANDLER)
    person = desk.hire("accused", role)
    desk.hire("outside", role, "exit-entry")
    kind = CaseKind.DISCLOSURE_APPLICATION
    case = desk.receive("申请公开名册", kind=kind, unit="city-bureau", name=WRITER).case
    base = f"/staff/cases/{case.reference}"
    with signed_in(desk, "writer") as browser:
        original = a_document(secret=SECRET)
        page = browser.send(f"{base}/redactions", f"{base}/redactions/add", files={"file": ("a.pdf", original)})
        drawing = page.headers["location"]
        fields = {"do": "make", "seen": "0", "lines": "1 10 8 30 12 privacy"}
        assert browser.send(drawing, drawing, fields).status_code == 303
    with desk.store.read() as uow:
        found = [file.sha256 for one in uow.threads.messages_of_case(case.id) for file in one.attachments]
    changes = {"accused_staff": person.id}
    desk.store.write(
        lambda uow: uow.cases.append(case.id, EventName.CLASSIFIED, at=desk.now, actor="system", changes=changes)
    )
    paths = [f"{base}/redactions", drawing, f"{drawing}/pages/1.jpg", *(f"{base}/attachments/{one}" for one in found)]
    names = ["accused"] if may_see_all(role) else ["accused", "outside"]
    for name in names:
        with signed_in(desk, name) as browser:
            assert {path: browser.open(path).status_code for path in paths} == dict.fromkeys(paths, 404)
            sent = browser.send(f"{base}/redactions", f"{base}/redactions/take", {"sha256": found[0]})
            assert sent.status_code in (403, 404)
            assert browser.send(drawing, drawing, fields).status_code in (403, 404)


def may_see_all(role: Role) -> bool:
    return reach_of(role, Right.SEE, CaseKind.DISCLOSURE_APPLICATION) is Reach.ALL


def test_somebody_else_with_the_same_role_sees_it(desk: FrontDesk) -> None:
    person = desk.hire("accused", Role.INTAKE)
    desk.hire("other", Role.INTAKE)
    case = accuse(desk, person=int(person.id))
    with signed_in(desk, "other") as browser:
        assert "/staff/cases/{reference}" in leaks(browser, case)


@pytest.mark.parametrize("role", Role)
def test_no_live_news_reaches_the_accused(role: Role, desk: FrontDesk) -> None:
    inside = desk.hire("inside", role, ACCUSED)
    case = accuse(desk, unit=ACCUSED)
    visit = Visit(None, desk.context, "zh")  # type: ignore[arg-type]
    assert announcement(News(case.id, EventName.OPENED, "citizen:1", case), inside, visit) is None


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


@pytest.mark.parametrize("role", Role)
def test_the_api_gives_the_accused_nothing_either(role: Role, api: Desk) -> None:
    inside = add_staff(api.store, "inside", role, "exit-entry")
    case = api.open_case(SECRET, unit="bureau", name=WRITER)
    changes = {"accused_unit": "exit-entry"}
    api.store.write(
        lambda uow: uow.cases.append(case.id, EventName.CLASSIFIED, at=case.opened_at, actor="system", changes=changes)
    )
    key = api.key_for(inside)
    for step in ("hold", "release", "withdraw_result"):
        refused = api.post(f"/cases/{case.reference}/steps/{step}", {"reason": "行政诉讼"}, key)
        assert refused.status_code == 404
    for path in (
        f"/cases/{case.reference}",
        f"/cases/{case.reference}/handling",
        f"/cases/{case.reference}/assignments",
        f"/cases/{case.reference}/pack",
        f"/cases/{case.reference}/redactions",
        f"/cases/{case.reference}/redactions/{DOCUMENT}/redacted.pdf",
        "/cases",
        f"/threads/{case.thread_id}",
        f"/threads/{case.thread_id}/messages",
        f"/parties/{case.party_id}",
        "/parties",
    ):
        answer = api.get(path, key)
        told = [word for word in (SECRET, WRITER, case.reference) if word in answer.text]
        assert answer.status_code != 200 or not told, (path, told)


ALIKE = "我在示例大队窗口办理业务，民警拖延三周不办，多次催促也没有答复，要求调查处理。"
AGAIN = "我在示例大队窗口办业务，民警拖延三周不办，多次催促也没有答复，请调查处理。"


def two_alike(desk: FrontDesk, *, person: int) -> tuple[Case, Case]:
    """A case that accuses a person, and one of the same words that accuses nobody."""
    hidden = desk.receive(ALIKE, unit="city-bureau", name=WRITER, address="w1").case
    changes = {"accused_staff": StaffId(person)}
    desk.store.write(
        lambda uow: uow.cases.append(hidden.id, EventName.CLASSIFIED, at=desk.now, actor="system", changes=changes)
    )
    return hidden, desk.receive(AGAIN, unit="city-bureau", address="w2").case


@pytest.mark.parametrize("role", Role)
def test_the_accused_is_not_told_that_another_case_is_likely_the_same(role: Role, desk: FrontDesk) -> None:
    person = desk.hire("accused", role)
    hidden, shown = two_alike(desk, person=int(person.id))
    form = {"channel": "telephone", "received_on": "2026-11-23", "kind": "complaint", "words": AGAIN, "nonce": "n1"}
    with signed_in(desk, "accused") as browser:
        for path in ("/staff/queue", f"/staff/cases/{shown.reference}"):
            answer = browser.open(path)
            assert hidden.reference not in answer.text, path
        asked = browser.send("/staff/paper", "/staff/paper", form)
        assert hidden.reference not in asked.text
        added = browser.send("/staff/paper", "/staff/paper", {**form, "compared": hidden.reference})
        assert added.status_code in (403, 404)


@pytest.mark.parametrize("role", Role)
def test_paper_that_was_added_to_a_case_is_read_by_the_accused_on_no_surface(role: Role, desk: FrontDesk) -> None:
    person = desk.hire("accused", role)
    hidden, _ = two_alike(desk, person=int(person.id))
    desk.hire("clerk", Role.INTAKE)
    form = {"channel": "letter", "received_on": "2026-11-23", "kind": "complaint", "words": ALIKE, "nonce": "n1"}
    form |= {"name": WRITER, "compared": hidden.reference}
    with signed_in(desk, "clerk") as browser:
        assert browser.send("/staff/paper", "/staff/paper", form).status_code == 303
    with desk.store.read() as uow:
        added = uow.threads.messages_of_case(hidden.id)[-1]
    key = add_key(desk.store, person, tuple(Scope), nonce="k")
    api = {"Authorization": f"Bearer {key}"}
    with signed_in(desk, "accused") as browser:
        assert browser.open(f"/staff/conversations/{added.thread_id}").status_code in (403, 404)
        for path in (f"/threads/{added.thread_id}", f"/threads/{added.thread_id}/messages", "/parties"):
            answer = browser.client.get(f"/api/v1{path}", headers=api)
            assert answer.status_code != 200 or not any(word in answer.text for word in (ALIKE, WRITER)), path
        assert browser.client.get(f"/api/v1/messages/{added.id}", headers=api).status_code in (403, 404)


@pytest.mark.parametrize("role", Role)
def test_the_api_names_what_is_likely_the_same_but_not_to_the_accused(role: Role, api: Desk) -> None:
    hidden = api.open_case(ALIKE, unit="bureau", name=WRITER)
    changes = {"accused_unit": "household"}
    api.store.write(
        lambda uow: uow.cases.append(
            hidden.id, EventName.CLASSIFIED, at=hidden.opened_at, actor="system", changes=changes
        )
    )
    shown = api.open_case(AGAIN, unit="household", writer="web-2")
    (likely,) = api.get(f"/cases/{shown.reference}").json()["likely"]
    assert (likely["reference"], likely["because"]) == (hidden.reference, ["alike_words"])
    assert 0.55 <= likely["likeness"] < 1
    answer = api.get(f"/cases/{shown.reference}", api.key_for(add_staff(api.store, "inside", role, "household")))
    assert hidden.reference not in answer.text
    assert answer.status_code != 200 or answer.json()["likely"] == []
