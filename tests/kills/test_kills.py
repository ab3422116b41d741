"""The product is killed at every step of accepting, handling and delivering; what it acknowledged is done once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from casework.party import ChannelName
from runtime.kill_points import KillPoint
from tests.kills.conftest import Killed
from tests.running.audit import Acknowledged
from tests.running.citizens import ChatCitizen, a_letter, post
from tests.running.visits import CONFIRM, QUESTION, talk_until_summary

COMPLAINT = "您好，我家楼下工地夜间施工扰民，请贵局处理并书面答复。"
BEFORE_REPLIES = [point for point in KillPoint if not point.value.startswith("deliver")]
OF_REPLIES = [point for point in KillPoint if point.value.startswith("deliver")]
COUNTED = {KillPoint.TAKEN, KillPoint.SENT}
"""After these nobody can know whether the reply arrived: it is sent again, and the repeat is counted."""


def order(point: KillPoint, channel: ChannelName) -> str:
    """Where to die; claiming is not of one channel."""
    return point.value if point is KillPoint.CLAIMED else f"{point.value}@{channel.value}"


def send_letter(killed: Killed, point: KillPoint, text: str, *, cases: int) -> str:
    """Post a letter, with the product dying at `point` and living again; the sender's address."""
    sender = f"{uuid.uuid4().hex[:12]}@citizen.example"
    raw = a_letter(text, sender=sender, subject="致贵局")
    killed.desk.product.die_at(order(point, ChannelName.EMAIL))
    with ThreadPoolExecutor(1) as mail_server:
        posted = mail_server.submit(post, killed.desk.product, raw, mail_from=sender)
        killed.revive()
        posted.result(60)
    killed.acknowledged.append(Acknowledged.mail(raw, cases=cases))
    return sender


@pytest.mark.parametrize("point", BEFORE_REPLIES, ids=lambda point: point.value)
def test_a_letter_becomes_one_case_and_one_receipt_wherever_the_product_dies(killed: Killed, point: KillPoint) -> None:
    sender = send_letter(killed, point, COMPLAINT, cases=1)
    assert killed.rest_and_audit().violations == []
    assert len(killed.desk.smarthost.to(sender)) == 1


@pytest.mark.parametrize("point", OF_REPLIES, ids=lambda point: point.value)
def test_a_receipt_is_repeated_only_when_its_answer_was_lost_and_under_its_message_id(
    killed: Killed, point: KillPoint
) -> None:
    before = killed.rest_and_audit().counts["repeats counted"]
    sender = send_letter(killed, point, f"请问{QUESTION}？", cases=0)
    report = killed.rest_and_audit()
    assert report.violations == []
    letters = killed.desk.smarthost.to(sender)
    assert len(letters) == (2 if point is KillPoint.SENT else 1)
    assert len({letter.message_id for letter in letters}) == 1
    assert report.counts["repeats counted"] - before == (1 if point in COUNTED else 0)


@pytest.mark.parametrize("point", list(KillPoint), ids=lambda point: point.value)
def test_a_telegram_question_is_answered_once_wherever_the_product_dies(killed: Killed, point: KillPoint) -> None:
    telegram = killed.desk.telegram
    before = killed.rest_and_audit().counts["repeats counted"]
    citizen = telegram.citizen(uuid.uuid4().int % 2**40)
    killed.desk.product.die_at(order(point, ChannelName.TELEGRAM))
    update = citizen.says(QUESTION)
    killed.revive()
    telegram.wait_until_confirmed()
    external_id = f"{citizen.chat_id}:{update['message']['message_id']}"
    killed.acknowledged.append(Acknowledged(ChannelName.TELEGRAM, external_id, cases=0))
    telegram.wait_for_sent(1, citizen.chat_id)
    report = killed.rest_and_audit()
    assert report.violations == []
    # The Bot API knows no key of ours, so the citizen sees the repeat; it is counted.
    assert len(telegram.sent(citizen.chat_id)) == (2 if point is KillPoint.SENT else 1)
    assert report.counts["repeats counted"] - before == (1 if point in COUNTED else 0)


@pytest.mark.parametrize("point", [KillPoint.SAVING, KillPoint.WORKING, KillPoint.SAVED], ids=lambda point: point.value)
def test_a_complaint_in_the_chat_is_filed_once_wherever_the_product_dies(killed: Killed, point: KillPoint) -> None:
    chat = ChatCitizen.begin(killed.desk.product)
    talk_until_summary(chat)
    killed.desk.product.die_at(order(point, ChannelName.WEB_CHAT))
    with ThreadPoolExecutor(1) as client:
        said = client.submit(chat.say, CONFIRM, client_id="confirmed")
        killed.revive()
        replies = said.result(60)
    killed.acknowledged.append(
        Acknowledged(ChannelName.WEB_CHAT, f"{chat.conversation}:confirmed", cases=1),
    )
    assert killed.rest_and_audit().violations == []
    assert [reply["case"] for reply in replies if reply["case"]]
    assert chat.say(CONFIRM, client_id="confirmed") == replies


@pytest.mark.parametrize("point", OF_REPLIES, ids=lambda point: point.value)
def test_a_clerks_answer_stands_once_in_the_chat_wherever_the_product_dies(killed: Killed, point: KillPoint) -> None:
    chat = ChatCitizen.begin(killed.desk.product)
    talk_until_summary(chat)
    reference = next(reply["case"] for reply in chat.say(CONFIRM) if reply["case"])
    killed.rest_and_audit()
    killed.desk.product.die_at(order(point, ChannelName.WEB_CHAT))
    killed.desk.reply(reference, "您好，已安排核实，三日内答复您。")
    killed.revive()
    assert killed.rest_and_audit().violations == []
    assert [message["author"] for message in chat.history()].count("staff") == 1


@pytest.mark.parametrize("point", [KillPoint.WORKING, KillPoint.SENT], ids=lambda point: point.value)
def test_a_letter_is_handled_once_on_postgresql_too(killed_on_postgres: Killed, point: KillPoint) -> None:
    sender = send_letter(killed_on_postgres, point, f"请问{QUESTION}？", cases=0)
    assert killed_on_postgres.rest_and_audit().violations == []
    assert len(killed_on_postgres.desk.smarthost.to(sender)) == (2 if point is KillPoint.SENT else 1)
