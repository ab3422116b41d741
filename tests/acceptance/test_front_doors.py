"""Through the front doors alone: a product in a process of its own, real sockets, a real browser."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from casework.party import ChannelName
from tests.running.audit import Acknowledged, audit, wait_for_rest
from tests.running.citizens import (
    ChatCitizen,
    a_gb_letter,
    a_letter,
    offer,
    post,
)
from tests.running.console import answer_case, browser_page, sign_in
from tests.running.front_desk import RunningDesk
from tests.running.product import wait_until
from tests.running.visits import CONFIRM, QUESTION, talk_until_summary, write_until_summary

REFERENCE = re.compile(r"ZMD-\d{4}-\d{6}-\d")
QUERY_CODE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
ANSWER = "您好，您反映的情况已核实，我局已责令改正。"


def reference_in(text: str) -> str:
    """The one case reference of a text."""
    (reference,) = set(REFERENCE.findall(text))
    return str(reference)


def case_of(desk: RunningDesk, thread_id: int, words: str) -> str | None:
    """The case that the message with these words belongs to."""
    items = desk.api("GET", f"/threads/{thread_id}/messages").json()["items"]
    found: list[str | None] = [item["case"] for item in items if words in item["text"]]
    return found[0] if found else None


def test_a_question_in_the_chat_is_answered_with_its_source(desk: RunningDesk) -> None:
    (reply,) = ChatCitizen.begin(desk.product).say(QUESTION)
    assert "120元" in reply["text"]
    assert [source["procedure"] for source in reply["sources"]] == ["passport-first"]
    assert reply["sources"][0]["version"]
    assert reply["sources"][0]["basis"]


def test_a_complaint_in_the_chat_is_answered_at_the_console_and_seen_in_chat_and_status(desk: RunningDesk) -> None:
    chat = ChatCitizen.begin(desk.product)
    talk_until_summary(chat)
    filed = "\n".join(reply["text"] for reply in chat.say(CONFIRM))
    reference = reference_in(filed)
    code = QUERY_CODE.findall(filed.replace(reference, ""))[0]
    with chat.listening(after=len(chat.history())) as events, browser_page() as page:
        sign_in(page, desk)
        answer_case(page, desk, reference, ANSWER)
        wait_until(lambda: bool(events), "the clerk's answer")
        assert [(event["author"], event["text"]) for event in events] == [("staff", ANSWER)]
        page.goto(desk.product.url("/status"))
        page.fill("#reference", reference)
        page.fill("#code", code)
        page.click("form[action='/status'] button[type=submit]")
        page.get_by_text(ANSWER).wait_for()
        assert reference in page.inner_text("main")
    assert [message["text"] for message in chat.history() if message["author"] == "staff"] == [ANSWER]


def test_a_wrong_query_code_shows_nothing(desk: RunningDesk) -> None:
    chat = ChatCitizen.begin(desk.product)
    talk_until_summary(chat)
    reference = reference_in("\n".join(reply["text"] for reply in chat.say(CONFIRM)))
    with browser_page() as page:
        page.goto(desk.product.url("/status"))
        page.fill("#reference", reference)
        page.fill("#code", "AAAAA-AAAAA")
        page.click("form[action='/status'] button[type=submit]")
        page.locator("[role=alert]").wait_for()
        assert "示例路派出所" not in page.inner_text("main")


def test_a_letter_in_gb18030_gets_a_receipt_an_answer_in_its_thread_and_goes_on_in_its_case(desk: RunningDesk) -> None:
    sender = "ouyang@citizen.example"
    raw = a_gb_letter("您好，我家楼下工地夜间施工扰民，喆先生等多户受影响，请处理。", sender=sender, subject="夜间噪音")
    post(desk.product, raw, mail_from=sender)
    (receipt,) = desk.smarthost.wait_for(sender)
    own_id = re.search(rb"Message-ID: (<.*>)", raw)
    assert own_id is not None
    assert str(receipt.mail["In-Reply-To"]) == own_id[1].decode()
    assert receipt.mail["Auto-Submitted"] == "auto-replied"
    assert receipt.mail_from == "<>"
    reference = reference_in(receipt.text)
    thread_id = desk.api("GET", f"/cases/{reference}").json()["thread_id"]
    heard = desk.api("GET", f"/threads/{thread_id}/messages").json()["items"][0]["text"]
    assert "喆先生" in heard

    desk.reply(reference, ANSWER)
    answer = desk.smarthost.wait_for(sender, 2)[1]
    assert ANSWER in answer.text
    assert str(answer.mail["In-Reply-To"]) == own_id[1].decode()
    assert own_id[1].decode() in str(answer.mail["References"])
    assert answer.mail["Subject"].startswith("Re: 夜间噪音")
    assert "Auto-Submitted" not in answer.mail
    assert re.fullmatch(r"bounces\+[a-z2-7]+@gaj\.example", answer.mail_from)

    back = a_letter(
        "谢谢，但是昨晚仍在施工。",
        sender=sender,
        subject=str(answer.mail["Subject"]),
        to=str(answer.mail["Reply-To"]),
        in_reply_to=answer.message_id,
        references=f"{answer.mail['References']} {answer.message_id}",
    )
    post(desk.product, back, mail_from=sender, rcpt_to=str(answer.mail["Reply-To"]))

    wait_until(lambda: case_of(desk, thread_id, "昨晚仍在施工") == reference, "the second letter in its case")
    wait_for_rest(desk.product.store_url)
    acknowledged = [Acknowledged.mail(raw, cases=1), Acknowledged.mail(back, cases=1)]
    assert audit(desk.product.store_url, acknowledged, desk.smarthost, desk.telegram).violations == []


def test_a_telegram_complaint_is_answered_by_a_clerk_and_goes_on_in_its_case(desk: RunningDesk) -> None:
    citizen = desk.telegram.citizen(7001)
    citizen.says(QUESTION)
    assert "120元" in desk.telegram.wait_for_sent(1, 7001)[0].text
    summary = write_until_summary(desk.telegram, citizen)
    citizen.presses(summary, CONFIRM)

    def filed() -> list[str]:
        return [sent.text for sent in desk.telegram.sent(7001) if REFERENCE.search(sent.text)]

    wait_until(lambda: bool(filed()), "the reference")
    reference = reference_in("\n".join(filed()))
    assert desk.telegram.calls("answerCallbackQuery")
    wait_for_rest(desk.product.store_url)
    before = len(desk.telegram.sent(7001))
    with browser_page() as page:
        sign_in(page, desk)
        answer_case(page, desk, reference, ANSWER)
    assert ANSWER in desk.telegram.wait_for_sent(before + 1, 7001)[before].text

    citizen.says("谢谢，但是今天仍然没有改正。")
    thread_id = desk.api("GET", f"/cases/{reference}").json()["thread_id"]
    wait_until(lambda: case_of(desk, thread_id, "今天仍然没有改正") == reference, "the second message in its case")
    wait_for_rest(desk.product.store_url)
    assert audit(desk.product.store_url, [], desk.smarthost, desk.telegram).violations == []


def test_a_notice_that_says_nothing_marks_the_case_whose_answer_did_not_arrive(desk: RunningDesk) -> None:
    sender = "gone@citizen.example"
    post(desk.product, a_letter("工地夜间施工扰民，请处理。", sender=sender, subject="夜间噪音"), mail_from=sender)
    reference = reference_in(desk.smarthost.wait_for(sender)[0].text)
    desk.reply(reference, ANSWER)
    answer = desk.smarthost.wait_for(sender, 2)[1]
    notice = a_letter("", sender="MAILER-DAEMON@relay.example", subject="", to=answer.mail_from)
    assert offer(desk.product, notice, mail_from="", rcpt_to=f"bounces+abc{answer.mail_from[11:]}") == 550
    post(desk.product, notice, mail_from="", rcpt_to=answer.mail_from)

    def names() -> list[str]:
        return [event["name"] for event in desk.api("GET", f"/cases/{reference}").json()["events"]]

    wait_until(lambda: "reply.failed" in names(), "the failure on the case")
    wait_for_rest(desk.product.store_url)
    assert names().count("reply.failed") == 1
    assert audit(desk.product.store_url, [], desk.smarthost, desk.telegram).violations == []


def test_a_stranger_with_a_foreign_case_number_is_held_and_shown_to_staff(desk: RunningDesk) -> None:
    owner, stranger = "owner@citizen.example", "stranger@elsewhere.example"
    post(desk.product, a_letter("工地夜间施工扰民，请处理。", sender=owner, subject="夜间噪音"), mail_from=owner)
    reference = reference_in(desk.smarthost.wait_for(owner)[0].text)
    wait_for_rest(desk.product.store_url)
    held = a_letter(f"请告诉我{reference}办到哪一步了。", sender=stranger, subject="查询进度")
    post(desk.product, held, mail_from=stranger)
    wait_until(lambda: stranger in desk.api("GET", "/triage").text, "the held letter")
    (waiting,) = [item for item in desk.api("GET", "/triage").json()["items"] if item["sender"] == stranger]
    assert (waiting["state"], waiting["guess"]) == ("held", reference)
    with browser_page() as page:
        sign_in(page, desk)
        page.goto(desk.product.url("/staff/triage"))
        page.click(f"a[href$='/triage/{waiting['id']}']")
        page.get_by_text("办到哪一步了").first.wait_for()
    thread_id = desk.api("GET", f"/cases/{reference}").json()["thread_id"]
    assert "办到哪一步了" not in desk.api("GET", f"/threads/{thread_id}/messages").text


def test_a_stop_under_load_loses_nothing_and_sends_nothing_twice(desk: RunningDesk) -> None:
    product, telegram = desk.product, desk.telegram
    senders = [f"load{number}@citizen.example" for number in range(12)]
    letters = {sender: a_letter("工地夜间施工扰民，请处理。", sender=sender, subject="噪音") for sender in senders}
    chats = [ChatCitizen.begin(product) for _ in range(4)]
    people = [telegram.citizen(8000 + number) for number in range(4)]
    acknowledged = []
    with ThreadPoolExecutor(20) as crowd:
        posted = [crowd.submit(post, product, raw, mail_from=sender) for sender, raw in letters.items()]
        asked = [crowd.submit(chat.say, QUESTION, client_id=f"load-{turn}") for chat in chats for turn in range(10)]
        for person in people:
            for _ in range(5):
                update = person.says(QUESTION)
                external_id = f"{person.chat_id}:{update['message']['message_id']}"
                acknowledged.append(Acknowledged(ChannelName.TELEGRAM, external_id))
        wait_until(
            lambda: any(letter.done() for letter in posted) and any(answer.done() for answer in asked),
            "the first answers",
        )
        assert product.stop() == 0
        product.start()
        for letter in posted:
            letter.result(60)
        for answer in asked:
            answer.result(60)
    telegram.wait_until_confirmed()
    acknowledged += [Acknowledged.mail(raw, cases=1) for raw in letters.values()]
    acknowledged += [
        Acknowledged(ChannelName.WEB_CHAT, f"{chat.conversation}:load-{turn}", cases=0)
        for chat in chats
        for turn in range(10)
    ]
    wait_for_rest(product.store_url)
    report = audit(product.store_url, acknowledged, desk.smarthost, telegram)
    assert report.violations == []
    assert report.counts["mails sent twice, and counted"] == 0
    assert report.counts["Telegram messages shown twice, and counted"] == 0
    assert report.counts["repeats counted"] == 0
