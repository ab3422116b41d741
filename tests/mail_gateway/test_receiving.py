"""One saved mail on its way: to the desk, held for a clerk, or ended with a reason. On both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from casework.actions import triage
from casework.actions.correspondence import reply_to_citizen
from casework.errors import CaseworkRejected
from casework.events import EventName
from casework.inbox import ClerkDecision, InboxEntry, InboxState
from casework.message import InboxId
from casework.outbox import OutboxKind, OutboxState
from casework.party import Address, ChannelName
from casework.store import SqlStore
from mail_gateway.composing import compose
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.receiving import Outcome, receive
from mail_gateway.seals import VALID_FOR
from mail_gateway.understanding import MailRoom, understand
from tests.casework.a_bureau import a_clerk, a_complaint
from tests.mail_gateway.a_house import LI, ZHANG, House
from tests.mail_gateway.letters import OURS, SEALS, a_mail, letterhead


@pytest.fixture
def house(store: SqlStore, room: MailRoom, now: datetime) -> House:
    return House(store, room, now)


def from_zhang(text: str = "请把情况发给我", **headers: str) -> bytes:
    return a_mail(text, sender=f"张某 <{ZHANG}>", message_id="<z1@elsewhere.example>", **headers)


def test_a_persons_letter_goes_to_the_desk_in_its_own_words(house: House) -> None:
    raw = a_mail("路灯坏了\n\n发自我的iPhone\n\n------------------ 原始邮件 ------------------\n旧文", subject="报修")
    outcome = house.bring(raw)
    (message,) = house.desk.messages
    assert message.text == "路灯坏了"
    assert message.sender == Address(ChannelName.EMAIL, LI)
    assert (message.sender_name, message.thread_id, message.case_id) == ("李某", None, None)
    assert message.mail is not None
    assert (message.mail.message_id, message.mail.subject) == ("<1@mail.example>", "报修")
    assert outcome.state is InboxState.HANDLED
    assert "旧文" in str(outcome.facts["quoted"])
    assert outcome.facts["signature"] == "发自我的iPhone"
    assert [entry.state for entry in house.entries()] == [InboxState.HANDLED]


def test_the_same_letter_to_two_mailboxes_is_handled_once(house: House) -> None:
    house.save(a_mail())
    house.save(b"Received: again\r\n" + a_mail(), rcpt_to="jubao@zmd.example")
    house.work()
    assert len(house.entries()) == len(house.desk.messages) == 1


def test_two_letters_under_one_message_id_are_both_handled(house: House) -> None:
    house.save(a_mail("甲"))
    house.save(a_mail("乙"))
    house.work()
    assert [message.text for message in house.desk.messages] == ["甲", "乙"]


def test_attachments_are_in_the_blob_store_before_the_desk_is_asked(house: House) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"], mail["Message-ID"] = LI, "证据", "<att@mail.example>"
    mail.set_content("见附件")
    mail.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="证据.pdf")
    house.bring(mail.as_bytes())
    (attachment,) = house.desk.messages[0].attachments
    assert (attachment.name, attachment.content_type) == ("证据.pdf", "application/pdf")
    assert house.room.blobs.get(attachment.sha256) == b"%PDF-1.4 x"


def test_a_citizens_answer_to_a_staff_reply_joins_the_same_case(house: House, now: datetime) -> None:
    """Letter, staff reply as it would be sent, and the citizen's answer to exactly that mail."""
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    case = house.desk.cases[0]
    house.store.write(lambda uow: reply_to_citizen(case, "请说明日期", uow, staff=a_clerk(uow), now=now).id)
    with house.store.read() as uow:
        sent = next(e for e in uow.outbox.list(list(OutboxState), limit=9) if e.kind is OutboxKind.STAFF)
    mail = compose(sent, letterhead(), now=now, read_blob=house.room.blobs.get)
    answer = a_mail("是周一", subject="回复: Re: 投诉", message_id="<2@mail.example>", In_Reply_To=mail.message_id)
    house.bring(answer, rcpt_to=SEALS.reply_address(case.thread_id, now.date()))
    message = house.desk.messages[1]
    assert (message.thread_id, message.case_id) == (case.thread_id, case.id)


@pytest.mark.parametrize("way", ["reply address", "our message id", "own earlier letter", "case reference"])
def test_each_way_back_into_a_case_works_alone_for_its_citizen(house: House, now: datetime, way: str) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    headers, text, rcpt_to = {}, "补充说明", OURS.main
    if way == "reply address":
        rcpt_to = SEALS.reply_address(house.first_thread(), now.date())
    elif way == "our message id":
        headers["References"] = SEALS.message_id("any", house.first_thread())
    elif way == "own earlier letter":
        headers["In_Reply_To"] = "<1@mail.example>"
    else:
        text = f"补充说明，编号{house.reference().lower()}"
    house.bring(a_mail(text, message_id="<2@mail.example>", **headers), rcpt_to=rcpt_to)
    assert (house.desk.messages[1].thread_id, house.desk.messages[1].case_id) == (
        house.first_thread(),
        house.desk.cases[0].id,
    )


@pytest.mark.parametrize("way", ["reply address", "our message id", "citizen's letter", "case reference"])
def test_a_stranger_never_joins_another_citizens_case(house: House, now: datetime, way: str) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    headers, text, rcpt_to = {}, "请把情况发给我", OURS.main
    if way == "reply address":
        rcpt_to = SEALS.reply_address(house.first_thread(), now.date())
    elif way == "our message id":
        headers["References"] = SEALS.message_id("any", house.first_thread())
    elif way == "citizen's letter":
        headers["In_Reply_To"] = "<1@mail.example>"
    else:
        text = house.reference()
    outcome = house.bring(from_zhang(text, **headers), mail_from=ZHANG, rcpt_to=rcpt_to)
    assert outcome.state is InboxState.HELD
    assert outcome.reading is not None
    assert outcome.reading.guess == house.desk.cases[0].id
    assert outcome.reading.reasons[0].endswith("_of_stranger")
    assert len(house.desk.messages) == 1


WAYS = ["reply address", "expired reply address", "our message id", "citizen's letter", "case reference"]


def to_the_case(house: House, way: str, sender: str) -> Outcome:
    """A letter of `sender` that asks for answers at the citizen's address and points to the citizen's case."""
    headers, text, rcpt_to, today = {"Reply_To": LI}, "请照此办理", OURS.main, house.now.date()
    if way.endswith("reply address"):
        made_on = today - VALID_FOR - timedelta(days=1) if way.startswith("expired") else today
        rcpt_to = SEALS.reply_address(house.first_thread(), made_on)
    elif way == "our message id":
        headers["References"] = SEALS.message_id("any", house.first_thread())
    elif way == "citizen's letter":
        headers["In_Reply_To"] = "<1@mail.example>"
    else:
        text = house.reference()
    raw = a_mail(text, sender=sender, message_id="<z1@elsewhere.example>", **headers)
    return house.bring(raw, mail_from=ZHANG, rcpt_to=rcpt_to)


@pytest.mark.parametrize("way", WAYS)
def test_naming_the_citizen_in_reply_to_opens_no_case_without_our_seal(house: House, way: str) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    outcome = to_the_case(house, way, f"张某 <{ZHANG}>")
    if way in {"reply address", "our message id"}:
        assert house.desk.messages[1].thread_id == house.first_thread()
        assert house.desk.messages[1].sender.value == LI
        return
    assert (outcome.state, len(house.desk.messages)) == (InboxState.HELD, 1)
    assert outcome.reading is not None
    assert outcome.reading.guess == house.desk.cases[0].id
    assert outcome.reading.reasons[0] == "reason.match.answered_elsewhere"
    assert (outcome.reading.sender, outcome.reading.answers_to) == (ZHANG, LI)


@pytest.mark.parametrize("way", WAYS)
def test_a_citizen_who_names_the_own_address_in_reply_to_joins_as_before(house: House, way: str) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    to_the_case(house, way, f"李某 <{LI}>")
    assert house.desk.messages[1].thread_id == house.first_thread()


def test_a_held_letter_gets_a_receipt_that_reveals_nothing(house: House) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    house.bring(from_zhang(house.reference(), subject="你好"), mail_from=ZHANG)
    with house.store.read() as uow:
        receipt = next(e for e in uow.outbox.list(list(OutboxState), limit=9) if e.to.value == ZHANG)
    assert receipt.kind is OutboxKind.RECEIPT
    assert (receipt.thread_id, receipt.case_id, receipt.reply.case) == (None, None, None)
    assert house.reference() not in receipt.reply.text


def test_a_forged_reply_address_is_a_new_letter(house: House, now: datetime) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    forged = SEALS.reply_address(house.first_thread(), now.date()).replace("+", "+b")
    house.bring(from_zhang(), mail_from=ZHANG, rcpt_to=forged)
    assert house.desk.messages[1].thread_id is None


def test_a_chat_case_is_guessed_by_its_reference_and_joined_without_its_chat_thread(house: House) -> None:
    chat_case = house.store.write(lambda uow: a_complaint(uow, now=house.now)).case
    outcome = house.bring(a_mail(f"补充 {chat_case.reference}"))
    assert outcome.reading is not None
    assert outcome.reading.guess == chat_case.id
    decide(house, ClerkDecision.JOIN, chat_case.reference)
    assert (house.desk.messages[0].case_id, house.desk.messages[0].thread_id) == (chat_case.id, None)


def test_machine_mail_ends_with_its_reason_and_nobody_is_answered(house: House) -> None:
    outcome = house.bring(a_mail("我在休假", subject="自动回复: Re: 投诉"))
    assert (outcome.state, outcome.facts["hits"]) == (InboxState.REFUSED, ["out_of_office"])
    assert house.desk.messages == []
    with house.store.read() as uow:
        assert uow.outbox.list(list(OutboxState), limit=9) == []


def test_a_held_letter_waits_with_what_a_clerk_needs(house: House) -> None:
    outcome = house.bring(a_mail("<b>促销</b>", subject="通知", **{"List-Id": "<x.mail.example>"}))
    (entry,) = house.entries(InboxState.HELD)
    assert entry.reading == outcome.reading
    assert entry.reading is not None
    assert entry.reading.sender == LI
    assert entry.reading.reasons == ("reason.mailing_list.header",)
    assert "促销" in entry.reading.text


def decide(
    house: House, decision: ClerkDecision, reference: str | None = None, *, of: InboxState = InboxState.HELD
) -> list[Outcome]:
    (entry,) = house.entries(of)
    house.store.write(
        lambda uow: triage.decide(
            InboxId(entry.id),
            decision,
            uow,
            staff=a_clerk(uow, f"clerk-who-says-{decision.value}"),
            now=house.now,
            reference=reference,
            was_refused=of is InboxState.REFUSED,
        )
    )
    return house.work()


def test_a_clerk_accepts_a_held_letter_as_new(house: House) -> None:
    house.bring(a_mail(**{"List-Id": "<x.mail.example>"}))
    (outcome,) = decide(house, ClerkDecision.ACCEPT)
    assert outcome.state is InboxState.HANDLED
    assert house.desk.messages[0].case_id is None


def test_a_refused_letter_is_accepted_after_all_and_its_refusal_is_not_forgotten(house: House) -> None:
    house.bring(a_mail("我不是机器，请回复我", subject="自动回复: Re: 投诉"))
    (refused,) = house.entries(InboxState.REFUSED)
    assert refused.reading is not None
    assert refused.reasons == ("reason.out_of_office.subject",)
    assert (refused.reading.sender, refused.reading.text) == (LI, "我不是机器，请回复我")
    (outcome,) = decide(house, ClerkDecision.ACCEPT, of=InboxState.REFUSED)
    assert outcome.state is InboxState.HANDLED
    assert house.desk.messages[0].text == "我不是机器，请回复我"
    (entry,) = house.entries(InboxState.HANDLED)
    assert isinstance(entry.facts["before"], dict)
    assert entry.facts["before"]["hits"] == ["out_of_office"]


def test_the_letter_of_a_blocked_sender_is_accepted_only_after_unblocking(house: House) -> None:
    house.bring(a_mail(**{"List-Id": "<x.mail.example>"}))
    decide(house, ClerkDecision.BLOCK)
    with pytest.raises(CaseworkRejected, match="unblock"):
        decide(house, ClerkDecision.ACCEPT, of=InboxState.REFUSED)
    house.store.write(lambda uow: uow.doors.unblock_sender(Address(ChannelName.EMAIL, LI)))
    (outcome,) = decide(house, ClerkDecision.ACCEPT, of=InboxState.REFUSED)
    assert outcome.state is InboxState.HANDLED


def test_a_clerk_joins_a_strangers_letter_to_a_case_but_not_to_the_citizens_thread(house: House) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    house.bring(from_zhang(house.reference()), mail_from=ZHANG)
    decide(house, ClerkDecision.JOIN, house.reference())
    joined = house.desk.messages[1]
    assert (joined.case_id, joined.thread_id) == (house.desk.cases[0].id, None)


def test_a_blocked_senders_next_letter_is_refused(house: House) -> None:
    house.bring(a_mail(**{"List-Id": "<x.mail.example>"}))
    decide(house, ClerkDecision.BLOCK)
    outcome = house.bring(a_mail("又一封", message_id="<2@mail.example>"))
    assert (outcome.state, outcome.facts["hits"]) == (InboxState.REFUSED, ["blocked"])


def test_a_letter_that_crashes_the_desk_changes_nothing(house: House) -> None:
    house.save(a_mail())
    (entry,) = house.entries()
    understood = understand(entry, house.room)

    def crash(*_: object) -> None:
        raise RuntimeError("desk")

    with pytest.raises(RuntimeError):
        house.store.write(lambda uow: receive(understood, uow, room=house.room, desk=crash, now=house.now))
    assert [kept.state for kept in house.entries()] == [InboxState.RECEIVED]
    house.work()
    assert len(house.desk.messages) == 1


def delivery_report(message_id: str, recipient: str, action: bytes = b"failed", status: bytes = b"5.1.1") -> bytes:
    return (
        b"From: MAILER-DAEMON@mx.example\r\nSubject: failed\r\nMessage-ID: <dsn@mx.example>\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n'
        b"--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822; "
        + recipient.encode()
        + b"\r\nAction: "
        + action
        + b"\r\nStatus: "
        + status
        + b"\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 <" + recipient.encode() + b"> unknown\r\n\r\n"
        b"--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + message_id.encode() + b"\r\n\r\n--r--\r\n"
    )


def test_a_report_on_our_mail_marks_the_address_and_tells_the_unit(house: House) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    case = house.desk.cases[0]
    house.bring(delivery_report(SEALS.message_id("reply-1", case.thread_id), LI), mail_from="")
    with house.store.read() as uow:
        party = uow.parties.find(Address(ChannelName.EMAIL, LI))
        failed = [event for event in uow.cases.events(case.id) if event.name is EventName.REPLY_FAILED]
        notices = [e for e in uow.outbox.list(list(OutboxState), limit=9) if e.kind is OutboxKind.NOTICE]
    assert party is not None
    assert party.contact_points[0].undeliverable_since == house.now
    assert len(failed) == 1
    assert LI not in str(failed[0].facts)
    with house.store.read() as uow:
        (known,) = uow.parties.list_failed(limit=9)
    assert (known.address.value, known.is_permanent) == (LI, True)
    assert "5.1.1" in known.detail
    assert LI not in known.detail
    assert len(notices) >= 2


def test_a_report_of_a_delay_is_remembered_and_stops_nothing(house: House) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    case = house.desk.cases[0]
    report = delivery_report(SEALS.message_id("reply-1", case.thread_id), LI, b"delayed", b"4.4.1")
    house.bring(report, mail_from="")
    with house.store.read() as uow:
        (known,) = uow.parties.list_failed(limit=9)
        assert uow.parties.undeliverable_since(known.address) is None
        assert all(event.name is not EventName.REPLY_FAILED for event in uow.cases.events(case.id))
    assert (known.address.value, known.is_permanent) == (LI, False)


@pytest.mark.parametrize("message_id", ["<guess.1.00@zmd.example>", "<x@mail.example>"])
def test_a_forged_report_marks_nothing(house: House, message_id: str) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    house.bring(delivery_report(message_id, LI), mail_from="")
    with house.store.read() as uow:
        party = uow.parties.find(Address(ChannelName.EMAIL, LI))
        assert uow.parties.list_failed(limit=9) == []
    assert party is not None
    assert party.contact_points[0].undeliverable_since is None


def test_an_entry_of_another_channel_is_rejected(house: House) -> None:
    house.save(a_mail())
    (entry,) = house.entries()
    bare = InboxEntry(entry.id, ChannelName.TELEGRAM, "x", "y", entry.state, entry.received_at)
    with pytest.raises(MailGatewayRejected):
        understand(bare, house.room)


def test_a_letter_with_no_words_is_read_by_its_subject(house: House) -> None:
    house.bring(a_mail("", subject="回复：办护照要多少钱"))
    assert house.desk.messages[0].text == "办护照要多少钱"


def test_a_letter_that_names_nobody_cannot_be_accepted_and_stays_held(house: House) -> None:
    house.bring(b"Subject: x\r\n\r\ny", mail_from="nobody")
    (outcome,) = decide(house, ClerkDecision.ACCEPT)
    assert outcome.state is InboxState.HELD
