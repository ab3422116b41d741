"""A letter that stayed in the mailbox which is fetched: nobody hands on its header, and staff are told where it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.inbox import ClerkDecision, InboxState, LeftIn
from casework.message import InboxId
from casework.staff import Role
from mail_gateway.archive import file_not_fetched, not_fetched
from mail_gateway.envelope import Envelope
from mail_gateway.understanding import open_mail_room
from mail_gateway.verdict import Reason
from tests.admin_api.api_desk import MONDAY, Desk, running_desk
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.admin_api.post_room import MAILBOX, reasons
from tests.mail_gateway.letters import mail_office

HEADER = b"From: wu@mail.example\r\nTo: xinxiang@gaj.example\r\nSubject: photos\r\n\r\n"
WHERE = LeftIn("imap.provider.example", "bureau@provider.example", "INBOX")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong", reasons=reasons()) as browser:
        yield browser


def leave(desk: FrontDesk | Desk) -> InboxId:
    room = open_mail_room(mail_office(), desk.context.blobs)
    arrival = not_fetched(HEADER, Envelope("wu@mail.example", (MAILBOX,), MONDAY), "place")
    reason = Reason("not_fetched.too_large", "30000000 bytes")
    desk.store.write(lambda uow: file_not_fetched(arrival, reason, WHERE, room, uow, now=MONDAY))
    with desk.store.read() as uow:
        return uow.inbox.list((InboxState.HELD,), limit=1)[0].id


@pytest.mark.parametrize("decision", ["accept", "join", "replay"])
def test_what_would_hand_on_the_header_alone_is_refused_with_the_place_of_the_letter(
    desk: FrontDesk, browser: Browser, decision: str
) -> None:
    case = desk.receive("路灯坏了").case
    inbox_id = leave(desk)
    page = f"/staff/triage/{inbox_id}"
    answer = browser.send(page, f"{page}/decision", {"decision": decision, "reference": case.reference})
    assert answer.status_code == 422
    said = text_of(answer)
    assert "这里只有标头，来信仍在原邮箱里" in said
    assert "bureau@provider.example · imap.provider.example · INBOX" in said
    with desk.store.read() as uow:
        assert uow.inbox.get(inbox_id).state is InboxState.HELD


def test_its_page_offers_no_acceptance_but_to_mark_it_as_done(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = leave(desk)
    page = browser.open(f"/staff/triage/{inbox_id}")
    assert 'value="accept"' not in page.text
    assert f"/staff/triage/{inbox_id}/split" not in page.text
    english = text_of(browser.open(f"/staff/triage/{inbox_id}?lang=en"))
    assert "The letter itself is not here" in english
    assert f"forward it to {MAILBOX}" in english
    browser.send(f"/staff/triage/{inbox_id}", f"/staff/triage/{inbox_id}/decision", {"decision": "refuse"})
    with desk.store.read() as uow:
        done = uow.inbox.get(inbox_id)
    assert (done.state, done.decision) == (InboxState.REFUSED, ClerkDecision.REFUSE)
    assert done.left_in == WHERE
    # Refused or not, the letter is still elsewhere.
    assert 'value="accept"' not in browser.open(f"/staff/triage/{inbox_id}").text


def test_among_many_it_is_named_and_the_others_are_accepted(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = leave(desk)
    fields = {"decision": "accept", "confirmed": "yes", "id": [inbox_id]}
    answer = browser.send("/staff/triage", "/staff/triage/many", fields)
    assert "请到邮箱中处理" in text_of(answer)


def test_over_the_api_it_is_a_problem_that_says_what_to_do(tmp_path: Path) -> None:
    with running_desk(tmp_path) as desk:
        inbox_id = leave(desk)
        assert desk.get(f"/triage/{inbox_id}").json()["left_in"] == str(WHERE)
        for decision in ("accept", "replay"):
            problem = desk.post(f"/triage/{inbox_id}/decision", {"decision": decision})
            assert problem.status_code == 422
            assert str(WHERE) in problem.json()["detail"]
            assert "sunwindow mail import" in problem.json()["detail"]
        many = desk.post("/triage/decisions", {"ids": [inbox_id], "decision": "accept"}).json()
        assert many["results"][0]["obstacle"] == "left_elsewhere"
        assert desk.post(f"/triage/{inbox_id}/decision", {"decision": "refuse"}).json()["state"] == "refused"
