"""A letter on its way with what is known of its sender, and by its subject alone. On both databases."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from casework.actions.closure import close
from casework.actions.stepping import Walker
from casework.disposition import Disposition
from casework.inbox import InboxState
from casework.outbox import OutboxKind, OutboxState
from casework.store import SqlStore
from mail_gateway.authentication import Relays
from mail_gateway.receiving import Outcome
from mail_gateway.understanding import MailRoom, Trust
from mail_gateway.verifying import open_verifier
from tests.casework.a_bureau import a_clerk, an_office
from tests.mail_gateway.a_house import LI, ZHANG, House
from tests.mail_gateway.dns_server import Zone, dns_server, txt
from tests.mail_gateway.letters import OURS, SEALS, a_mail

RELAYS = Relays(frozenset({"mx.zmd.example"}), (ipaddress.ip_network("192.0.2.0/24"),))
RELAY, STRANGER = "192.0.2.7", "198.51.100.9"
SUBJECT = "投诉驿城区窗口排队时间过长"


@pytest.fixture
def house(store: SqlStore, room: MailRoom, now: datetime) -> House:
    house = House(store, replace(room, trust=Trust(RELAYS)), now)
    house.bring(a_mail("窗口态度不好", subject=SUBJECT))
    return house


def said(result: str) -> dict[str, str]:
    return {"Authentication_Results": f"mx.zmd.example; dmarc={result} header.from=mail.example"}


def answer(house: House, way: str, *, peer: str = RELAY, sender: str = LI, **headers: str) -> Outcome:
    """A second letter, which points to the case of the first in one way."""
    rcpt_to, subject, text = OURS.main, "补充", f"补充说明{len(house.entries())}"
    if way == "reply address":
        rcpt_to = SEALS.reply_address(house.first_thread(), house.now.date())
    elif way == "case reference":
        text = f"{text} {house.reference()}"
    elif way == "answered subject":
        subject = f"回复: {SUBJECT}"
    elif way == "same subject":
        subject = SUBJECT
    raw = a_mail(text, sender=sender, subject=subject, message_id="<2@mail.example>", **headers)
    return house.bring(raw, mail_from=sender, rcpt_to=rcpt_to, peer=peer)


def joined(house: House) -> bool:
    message = house.desk.messages[-1]
    return len(house.desk.messages) == 2 and message.case_id == house.desk.cases[0].id


def receipts_to(house: House, address: str) -> list[str]:
    with house.store.read() as uow:
        waiting = uow.outbox.list(list(OutboxState), limit=99)
        return [e.reply.text for e in waiting if e.to.value == address and e.key.startswith("held-")]


@pytest.mark.parametrize("way", ["reply address", "case reference", "answered subject", "same subject"])
def test_a_sender_whom_our_relay_calls_forged_joins_nothing(house: House, way: str) -> None:
    outcome = answer(house, way, **said("fail"))
    assert outcome.state is InboxState.HELD
    assert outcome.reading is not None
    assert outcome.reading.guess == house.desk.cases[0].id
    assert outcome.reading.reasons[0] == "reason.match.not_sure"
    assert outcome.reading.reasons[-1] == "reason.authentication.fail"
    (receipt,) = receipts_to(house, LI)
    assert house.reference() not in receipt
    assert isinstance(outcome.facts["authentication"], dict)
    assert outcome.facts["authentication"]["results"] == {"dmarc": "fail"}
    assert outcome.facts["authentication"]["standing"] == "fail"
    assert outcome.facts["authentication"]["is_own"] is False
    assert isinstance(outcome.facts["match"], dict)
    assert outcome.facts["match"]["total"] < outcome.facts["match"]["sure_from"]
    (found, *_) = outcome.facts["match"]["found"]
    assert found["case"] == house.desk.cases[0].id
    assert "left_out" not in found


@pytest.mark.parametrize("way", ["reply address", "case reference", "answered subject", "same subject"])
def test_a_proven_sender_joins(house: House, way: str) -> None:
    outcome = answer(house, way, **said("pass"))
    assert (outcome.state, joined(house)) == (InboxState.HANDLED, True)
    assert "authentication.pass: dmarc=pass (mx.zmd.example)" in str(outcome.facts["because"])


@pytest.mark.parametrize("way", ["reply address", "case reference", "answered subject"])
def test_without_any_word_on_the_sender_all_is_as_before(house: House, way: str) -> None:
    outcome = answer(house, way)
    assert joined(house)
    assert "authentication" not in outcome.facts


def test_the_subject_of_an_open_matter_alone_waits_for_a_clerk(house: House) -> None:
    outcome = answer(house, "same subject")
    assert outcome.state is InboxState.HELD
    assert outcome.reading is not None
    assert outcome.reading.guess == house.desk.cases[0].id
    assert outcome.reading.reasons == ("reason.match.not_sure", "reason.match.same_subject_of_sender")


@pytest.mark.parametrize("verdict", ["pass", "fail"])
def test_a_word_that_the_sender_forged_counts_for_nothing(house: House, verdict: str) -> None:
    """Who comes past the relay writes what they like: neither better nor worse than nothing."""
    assert answer(house, "same subject", peer=STRANGER, **said(verdict)).state is InboxState.HELD
    assert answer(house, "case reference", peer=STRANGER, **said(verdict)).state is InboxState.HANDLED


@pytest.mark.parametrize("way", ["reply address", "case reference"])
@pytest.mark.parametrize("verdict", ["pass", "fail", "none"])
def test_a_proven_stranger_is_still_a_stranger(house: House, way: str, verdict: str) -> None:
    results = f"mx.zmd.example; dmarc={verdict} header.from=elsewhere.example"
    outcome = answer(house, way, sender=ZHANG, Authentication_Results=results)
    assert outcome.state is InboxState.HELD
    assert outcome.reading is not None
    assert outcome.reading.reasons[0].endswith("_of_stranger")
    assert len(house.desk.messages) == 1


@pytest.mark.parametrize("prefix", ["", "回复: "])
def test_the_subject_of_somebody_elses_matter_is_no_evidence(house: House, prefix: str) -> None:
    raw = a_mail("我也是", sender=ZHANG, subject=prefix + SUBJECT, message_id="<z@elsewhere.example>")
    outcome = house.bring(raw, mail_from=ZHANG)
    assert outcome.state is InboxState.HANDLED
    assert (house.desk.messages[1].thread_id, house.desk.messages[1].case_id) == (None, None)


@pytest.mark.parametrize("subject", ["投诉", "咨询", "你好", "Hello", "Re: Hello", "", "回复:"])
def test_a_subject_that_many_letters_have_is_no_evidence(house: House, subject: str) -> None:
    for number in range(2):
        house.bring(a_mail(f"第{number}件事", subject=subject, message_id=f"<s{number}@mail.example>"))
    assert [message.case_id for message in house.desk.messages] == [None, None, None]


def test_a_subject_of_long_ago_is_no_evidence(house: House) -> None:
    house.now = house.desk.now = house.now + timedelta(days=31)
    answer(house, "answered subject")
    assert house.desk.messages[1].case_id is None


def test_the_subject_of_a_closed_matter_leads_back_only_in_an_answer(house: House) -> None:
    case = house.desk.cases[0]
    house.store.write(lambda uow: close(case, Disposition.UPHELD, Walker(uow, an_office(), a_clerk(uow), house.now)))
    assert answer(house, "same subject").state is InboxState.HANDLED
    assert house.desk.messages[1].case_id is None
    assert house.desk.messages[1].thread_id is None


def test_a_new_letter_keeps_what_was_found_out_of_its_sender(house: House) -> None:
    house.bring(a_mail("另一件事", subject="另一件事", message_id="<9@mail.example>", **said("fail")), peer=RELAY)
    (entry, *_) = house.entries(InboxState.HANDLED)
    assert "reason.authentication.fail" in entry.reasons


@pytest.fixture
def published() -> Zone:
    return Zone(
        {
            ("mail.example", "TXT"): txt("v=spf1 ip4:203.0.113.5 -all"),
            ("_dmarc.mail.example", "TXT"): txt("v=DMARC1; p=reject"),
        }
    )


@pytest.mark.parametrize(
    ("peer", "is_silent", "state"),
    [
        pytest.param("203.0.113.5", False, InboxState.HANDLED, id="genuine"),
        pytest.param(STRANGER, False, InboxState.HELD, id="forged"),
        pytest.param(STRANGER, True, InboxState.HANDLED, id="DNS away: as if nobody had looked"),
        pytest.param(RELAY, False, InboxState.HANDLED, id="through a relay, unsigned: SPF cannot be checked"),
    ],
)
def test_senders_are_verified_by_ourselves_where_no_relay_does_it(
    house: House, published: Zone, peer: str, is_silent: bool, state: InboxState
) -> None:
    published.is_silent = is_silent
    with dns_server(published) as server:
        verifier = open_verifier([server], seconds=0.5 if is_silent else 3, server="zmd.example")
        house.room = replace(house.room, trust=Trust(RELAYS, verifier))
        outcome = answer(house, "case reference", peer=peer)
        assert outcome.state is state
        asked = len(published.asked)
        answer(house, "case reference", peer=RELAY, **said("pass"))
        assert len(published.asked) == asked, "the relay's word is enough"


def test_a_receipt_for_a_doubtful_letter_is_marked_as_one(house: House) -> None:
    answer(house, "same subject")
    with house.store.read() as uow:
        kinds = [e.kind for e in uow.outbox.list(list(OutboxState), limit=9) if e.key.startswith("held-")]
    assert kinds == [OutboxKind.RECEIPT]
