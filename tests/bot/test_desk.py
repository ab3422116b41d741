"""The desk over a real store: what is kept, filed and queued."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.engine import Conversation
from bot.store import SqlConversations
from casework.case import CaseStatus
from casework.errors import CaseworkConflict
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import Attachment, CaseId, Direction, MailFacts, StaffId, ThreadId
from casework.outbox import OutboxKind, OutboxState
from casework.party import Address, ChannelName
from casework.references import find_query_codes, find_references
from casework.staff import Role
from casework.store import SqlUnitOfWork
from tests.bot.a_desk_store import Counter, a_counter

COMPLAINT = ("我要投诉", "示例路派出所", "民警态度恶劣，不给我办身份证", "昨天下午", "大厅", "希望匿名", "确认")
DUE = (OutboxState.DUE,)
EVERY = tuple(OutboxState)


@pytest.fixture
def counter(store_url: str) -> Iterator[Counter]:
    with a_counter(store_url) as opened:
        yield opened


def queued(counter: Counter, *kinds: OutboxKind) -> list[tuple[OutboxKind, OutboxState]]:
    with counter.store.read() as uow:
        entries = uow.outbox.list(EVERY, limit=100)
    return [(entry.kind, entry.state) for entry in reversed(entries) if not kinds or entry.kind in kinds]


def test_a_question_is_answered_recorded_and_queued(counter: Counter) -> None:
    handled = counter.say("办护照要多少钱")
    assert handled.decision == "answer"
    (numbered,) = handled.replies
    assert numbered.reply.sources[0].procedure == "passport-first"
    assert numbered.id == f"{handled.thread_id}-2"
    with counter.store.read() as uow:
        kept = uow.threads.messages(handled.thread_id)
    assert [(message.number, message.direction) for message in kept] == [
        (1, Direction.INBOUND),
        (2, Direction.OUTBOUND),
    ]
    assert queued(counter) == [(OutboxKind.REPLY, OutboxState.DELIVERED)]


def test_an_answer_given_in_the_request_is_delivered_already(counter: Counter) -> None:
    counter.say("办护照要多少钱", answered_in_request=True)
    assert queued(counter) == [(OutboxKind.REPLY, OutboxState.DELIVERED)]


def test_a_plain_question_of_a_known_citizen_costs_few_statements(counter: Counter) -> None:
    counter.say("你好")
    with counter.counted_statements() as seen:
        counter.say("办护照要多少钱", answered_in_request=True)
    statements = [statement for statement in seen if "SAVEPOINT" not in statement]
    # Inbox, thread, blocked sender, conversation; message twice with its number; enquiry, outbox, conversation.
    assert len(statements) <= 12, statements


def test_a_complaint_becomes_a_case_with_everything_that_was_said(counter: Counter) -> None:
    counter.say("你好")
    handled = [counter.say(text) for text in COMPLAINT][-1]
    reply = handled.replies[-1].reply
    assert reply.case is not None
    with counter.store.read() as uow:
        case = uow.cases.find(reply.case)
        assert case is not None
        said = [
            message.text for message in uow.threads.messages_of_case(case.id) if message.direction is Direction.INBOUND
        ]
    assert (case.kind, case.status, case.unit, case.anonymous) == (
        CaseKind.COMPLAINT, CaseStatus.NEW, "city-bureau", True,
    )  # fmt: skip
    assert case.details["place"] == "大厅"
    assert set(COMPLAINT) <= set(said)
    assert "你好" not in said
    assert find_references(reply.text, "ZMD") == (case.reference,)
    assert find_query_codes(reply.text.split("：")[2])
    assert queued(counter, OutboxKind.RECEIPT) == [(OutboxKind.RECEIPT, OutboxState.DELIVERED)]


def filed(counter: Counter, who: str = "citizen-1") -> tuple[str, str]:
    """Reference and query code of a new complaint."""
    text = counter.texts(*COMPLAINT, who=who)
    (reference,) = find_references(text, "ZMD")
    return reference, text.split("查询码：")[1][:11]


def test_a_stranger_sees_a_case_with_the_right_code_only(counter: Counter) -> None:
    reference, code = filed(counter)
    assert "等待办理" not in counter.texts(f"查询进度 {reference} BBBBB-22222", who="stranger")
    assert "等待办理" in counter.texts(f"查询进度 {reference} {code}", who="stranger")


def test_a_wrong_code_and_an_unknown_reference_are_answered_alike(counter: Counter) -> None:
    reference, _ = filed(counter)
    wrong = counter.texts(f"{reference} BBBBB-22222", who="stranger")
    unknown = counter.texts("ZMD-2026-000123-3 BBBBB-22222", who="another")
    without = [counter.texts(one, who=f"w{n}") for n, one in enumerate((reference, "ZMD-2026-000123-3"))]
    assert wrong == unknown
    assert without[0] == without[1]


def test_after_five_wrong_codes_even_the_right_one_must_wait(counter: Counter) -> None:
    reference, code = filed(counter)
    for _ in range(5):
        counter.say(f"{reference} BBBBB-22222", who="stranger")
    refused = counter.texts(f"{reference} {code}", who="stranger")
    assert "Too many" in refused
    assert "15分钟" in refused
    assert "等待办理" in counter.texts(f"{reference} {code}", who="another")
    assert "等待办理" in counter.texts(f"{reference}")
    counter.wait(timedelta(minutes=31))
    assert "等待办理" in counter.texts(f"{reference} {code}", who="stranger")


def test_when_a_person_has_taken_over_the_case_hears_and_the_desk_is_silent(counter: Counter) -> None:
    reference, _ = filed(counter)
    before = queued(counter, OutboxKind.REPLY, OutboxKind.RECEIPT)

    def take_over(uow: SqlUnitOfWork) -> CaseId:
        case = uow.cases.find(reference)
        assert case is not None
        clerk = uow.accounts.add_staff(
            "clerk",
            display_name="Clerk",
            unit="city-bureau",
            role=Role.HANDLER,
            language="zh",
            mail="",
            password_hash="x",
        )
        uow.threads.set_taken_over(case.thread_id, StaffId(clerk.id), counter.now)
        return case.id

    case_id = counter.store.write(take_over)
    handled = counter.say("办护照要多少钱")
    assert handled.replies == ()
    assert queued(counter, OutboxKind.REPLY, OutboxKind.RECEIPT) == before
    with counter.store.read() as uow:
        names = [one.name for one in uow.cases.events(case_id)]
    assert names[-1] is EventName.MESSAGE_RECEIVED
    counter.wait(timedelta(hours=25))
    assert counter.say("办护照要多少钱").decision == "answer"


def test_an_emergency_alerts_staff_at_once(counter: Counter) -> None:
    handled = counter.say("救命，有人拿刀砍人")
    assert handled.decision == "emergency"
    assert "110" in handled.replies[0].reply.text
    assert queued(counter) == [(OutboxKind.NOTICE, OutboxState.DUE), (OutboxKind.RECEIPT, OutboxState.DELIVERED)]


def test_a_blocked_sender_is_recorded_and_not_answered(counter: Counter) -> None:
    counter.say("你好")
    address = Address(ChannelName.WEB_CHAT, "citizen-1")

    def block(uow: SqlUnitOfWork) -> None:
        clerk = uow.accounts.add_staff(
            "clerk",
            display_name="Clerk",
            unit="city-bureau",
            role=Role.HANDLER,
            language="zh",
            mail="",
            password_hash="x",
        )
        uow.doors.block_sender(address, reason="clerk", staff_id=clerk.id, now=counter.now)

    counter.store.write(block)
    handled = counter.say("办护照要多少钱")
    assert (handled.decision, handled.replies) == ("refused", ())
    assert handled.message.text == "办护照要多少钱"


def test_twenty_thousand_characters_are_kept_whole_and_read_in_part(counter: Counter) -> None:
    counter.say("我要投诉")
    counter.say("示例路派出所")
    text = "民警态度恶劣，来回跑。" * 1819
    handled = counter.say(text)
    assert handled.replies[0].reply.key == "input.long"
    assert handled.message.text == text
    for answer in ("昨天", "大厅", "匿名", "确认"):
        handled = counter.say(answer)
    with counter.store.read() as uow:
        case = uow.cases.find(handled.replies[-1].reply.case or "")
        assert case is not None
        assert len(case.details["facts"]) == 4000
        assert text in [message.text for message in uow.threads.messages_of_case(case.id)]


def test_an_edited_message_is_kept_beside_the_first_and_noted_on_the_case(counter: Counter) -> None:
    for text in COMPLAINT:
        counter.say(text)
    counter.say("谢谢")
    handled = counter.say("民警态度很差", edit_of="web_chat-3")
    assert [numbered.reply.key for numbered in handled.replies] == ["edit.noted"]
    with counter.store.read() as uow:
        original = uow.threads.find_by_external_id(ChannelName.WEB_CHAT, "web_chat-3")
        assert original is not None
        assert handled.message.edit_of == original.id
        assert original.case_id is not None
        assert uow.cases.events(original.case_id)[-1].name is EventName.MESSAGE_EDITED


def test_a_file_sent_before_filing_belongs_to_the_case(counter: Counter) -> None:
    counter.say("我要投诉")
    counter.say("", attachments=(Attachment("photo.jpg", "image/jpeg", 3, "0" * 64),))
    handled = [counter.say(text) for text in COMPLAINT[1:]][-1]
    with counter.store.read() as uow:
        case = uow.cases.find(handled.replies[-1].reply.case or "")
        assert case is not None
        files = [one.name for message in uow.threads.messages_of_case(case.id) for one in message.attachments]
    assert files == ["photo.jpg"]


def letter(counter: Counter, text: str, subject: str = "咨询", **more: object) -> str:
    facts = MailFacts(f"<{next(counter.ids)}@citizen.example>", subject=subject)
    handled = counter.say(text, who="citizen@citizen.example", channel="email", mail=facts, **more)
    assert len(handled.replies) == 1
    return handled.replies[0].reply.text


def test_every_letter_has_one_receipt_with_a_reference(counter: Counter) -> None:
    assert "ZMD-Q-2026-" in letter(counter, "请问首次办理普通护照要多少钱？")
    assert find_references(letter(counter, "我要投诉你们的民警态度恶劣。", "投诉"), "ZMD")
    assert find_references(letter(counter, "请帮我们评评理，邻居占了我们家的地。", "求助"), "ZMD")
    receipts = queued(counter, OutboxKind.RECEIPT, OutboxKind.REPLY)
    assert receipts == [(OutboxKind.RECEIPT, OutboxState.DUE)] * 3
    with counter.store.read() as uow:
        entries = [one for one in uow.outbox.list(DUE, limit=100) if one.kind is OutboxKind.RECEIPT]
    assert {entry.subject for entry in entries} == {"咨询", "投诉", "求助"}
    assert all(entry.in_reply_to for entry in entries)


def test_a_letter_that_opens_a_case_joins_its_thread_to_it(counter: Counter) -> None:
    text = letter(counter, "我要投诉你们的民警态度恶劣。", "投诉")
    with counter.store.read() as uow:
        case = uow.cases.find(find_references(text, "ZMD")[0])
        assert case is not None
        assert uow.threads.get(case.thread_id).case_id == case.id
    again = letter(counter, "补充：当时是上午。", "Re: 投诉", thread_id=case.thread_id, case_id=case.id)
    assert case.reference in again
    with counter.store.read() as uow:
        assert uow.cases.events(case.id)[-1].name is EventName.MESSAGE_RECEIVED


@pytest.mark.parametrize("text", ["我是邻居，我也看见了。", "救命！有人要杀我，我在示例路1号！"])
def test_a_strangers_letter_that_a_clerk_joins_is_receipted_without_a_word_of_the_case(
    counter: Counter, text: str
) -> None:
    filed_text = letter(counter, "我要投诉你们的民警态度恶劣。", "投诉")
    with counter.store.read() as uow:
        case = uow.cases.find(find_references(filed_text, "ZMD")[0])
    assert case is not None
    stranger = "stranger@elsewhere.example"
    facts = MailFacts("<s1@elsewhere.example>", subject="情况")
    handled = counter.say(text, who=stranger, channel="email", mail=facts, case_id=case.id)
    with counter.store.read() as uow:
        joined = uow.threads.messages_of_case(case.id)
        [receipt] = [entry for entry in uow.outbox.list(DUE, limit=100) if entry.to.value == stranger]
    assert text in [message.text for message in joined]
    assert handled.thread_id != case.thread_id
    assert "ZMD-Q-2026-" in receipt.reply.text
    assert case.reference not in f"{receipt.subject} {receipt.reply}"
    assert (receipt.reply.case, receipt.case_id) == (None, None)
    assert "并入" not in receipt.reply.text


@pytest.mark.parametrize(("days", "letters"), [(14, 2), (16, 1)])
def test_a_letter_back_about_an_answer_brings_the_question_with_it_while_it_is_open(
    counter: Counter, days: int, letters: int
) -> None:
    letter(counter, "请问首次办理普通护照要多少钱？")
    with counter.store.read() as uow:
        thread_id = uow.threads.find_by_mail_ids(["<1@citizen.example>"])[0].id
    counter.wait(timedelta(days=days))
    filed = letter(counter, "我不明白，邻居说的和这里不一样，请帮我看看。", "回复: 咨询", thread_id=thread_id)
    with counter.store.read() as uow:
        case = uow.cases.find(find_references(filed, "ZMD")[0])
        assert case is not None
        said = [message for message in uow.threads.messages_of_case(case.id) if message.direction is Direction.INBOUND]
    assert (case.kind, len(said)) == (CaseKind.CONSULTATION, letters)


@pytest.mark.parametrize("code", ["ABCDE-FGHJK", "ECTBT-VQ9AZ", "ABCDE-23456"])
def test_a_query_code_is_no_word_of_another_language(counter: Counter, code: str) -> None:
    assert "没有查到" in counter.texts(f"ZMD-2026-000001-1 {code}")


def test_two_letters_of_one_citizen_are_two_threads(counter: Counter) -> None:
    letter(counter, "请问首次办理普通护照要多少钱？")
    letter(counter, "我要投诉你们的民警态度恶劣。", "投诉")
    with counter.store.read() as uow:
        assert uow.threads.get(ThreadId(1)).subject != uow.threads.get(ThreadId(2)).subject


def test_a_dialogue_goes_on_after_a_restart(store_url: str) -> None:
    with a_counter(store_url) as before:
        before.say("我要投诉")
        before.say("示例路派出所")
    with a_counter(store_url) as after:
        after.ids = iter(range(100, 200))
        after.wait(timedelta(days=1, hours=1))
        text = after.texts("民警态度恶劣，不给我办身份证")
    assert "示例路派出所" in text
    assert "什么时候" in text


def test_a_conversation_that_moved_on_cannot_be_saved(counter: Counter) -> None:
    handled = counter.say("你好")

    def save_stale(uow: SqlUnitOfWork) -> None:
        conversations = SqlConversations(uow.connection)
        loaded = conversations.load(handled.thread_id)
        conversations.save(handled.thread_id, loaded, now=counter.now)
        conversations.save(handled.thread_id, loaded, now=counter.now)

    with pytest.raises(CaseworkConflict):
        counter.store.write(save_stale)

    def save_twice_as_new(uow: SqlUnitOfWork) -> None:
        SqlConversations(uow.connection).save(handled.thread_id, Conversation(), now=counter.now)

    with pytest.raises(CaseworkConflict):
        counter.store.write(save_twice_as_new)
    assert counter.say("谢谢").decision == "dialogue"


def test_nothing_that_prints_holds_the_citizens_words(counter: Counter) -> None:
    handled = counter.say("我要投诉示例路派出所昨天态度恶劣，不给我办身份证")
    with counter.store.read() as uow:
        conversation = SqlConversations(uow.connection).load(handled.thread_id)
    assert "态度" not in repr(conversation)
    assert "态度" not in repr(conversation.active)
    assert "态度" not in repr(handled.message)


def test_messages_of_one_conversation_at_once_are_each_answered_in_order(counter: Counter) -> None:
    with ThreadPoolExecutor(8) as pool:
        handled = list(pool.map(counter.say, ["办护照要多少钱"] * 12))
    thread_ids = {one.thread_id for one in handled}
    assert len(thread_ids) == 1
    with counter.store.read() as uow:
        kept = uow.threads.messages(thread_ids.pop())
        conversation = SqlConversations(uow.connection).load(handled[0].thread_id)
    assert [message.number for message in kept] == list(range(1, 25))
    assert conversation.version == 12


def test_many_cries_alert_staff_a_few_times(counter: Counter) -> None:
    for _ in range(8):
        assert counter.say("救命").decision == "emergency"
    assert len(queued(counter, OutboxKind.NOTICE)) == 3
    counter.wait(timedelta(minutes=21))
    counter.say("救命")
    assert len(queued(counter, OutboxKind.NOTICE)) == 4


def test_who_writes_again_can_be_reached_again(counter: Counter) -> None:
    address = Address(ChannelName.TELEGRAM, "citizen-1")
    counter.say("你好", channel="telegram")
    counter.store.write(lambda uow: uow.parties.set_undeliverable(address, counter.now))
    counter.say("还在吗", channel="telegram")
    with counter.store.read() as uow:
        party = uow.parties.find(address)
    assert party is not None
    assert party.contact_points[0].undeliverable_since is None


def open_questions(counter: Counter) -> list[tuple[str, str | None]]:
    with counter.store.read() as uow:
        found = uow.enquiries.open_questions(since=counter.now - timedelta(days=1))
    return [(question.shortfall.value, question.unit) for question in found]


def test_a_letter_that_nothing_published_answers_is_an_open_question_and_a_case(counter: Counter) -> None:
    handled = counter.say("您好，请问小区里可以养鸡吗？", who="a@b.example", channel="email")
    assert handled.decision == "hand_over"
    with counter.store.read() as uow:
        (letter,) = [one for one in uow.threads.messages(handled.thread_id) if one.direction is Direction.INBOUND]
    assert letter.case_id is not None
    assert open_questions(counter) == [("unanswered", "city-bureau")]


@pytest.mark.parametrize(
    "letter",
    [
        "我家和邻居因为宅基地的事情闹了很多年，想请你们评评理。",
        "您好，请问首次办理普通护照要多少钱？",
        "请问我的案件ZMD-2026-000123-6办到哪一步了？",
        "我要投诉你们的民警态度恶劣，为什么没人管？",
    ],
    ids=["asks nothing", "is answered", "asks how a case stands", "complains"],
)
def test_a_letter_that_asks_for_nothing_that_could_be_published_is_no_open_question(
    counter: Counter, letter: str
) -> None:
    counter.say(letter, who="a@b.example", channel="email")
    assert open_questions(counter) == []
