"""The product is killed at every step of taking and answering chats; what it acknowledged is done once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from casework.party import ChannelName
from runtime.kill_points import KillPoint
from tests.kills.conftest import COUNTED, OF_REPLIES, Killed, order
from tests.running.audit import Acknowledged
from tests.running.citizens import ChatCitizen
from tests.running.visits import CONFIRM, QUESTION, talk_until_summary


@pytest.mark.parametrize("point", list(KillPoint), ids=lambda point: point.value)
def test_a_telegram_question_is_answered_once_wherever_the_product_dies(killed: Killed, point: KillPoint) -> None:
    telegram = killed.desk.telegram
    before = killed.rest_and_audit().counts["repeats counted"]
    citizen = telegram.citizen(uuid.uuid4().int % 2**40)
    killed.desk.product.die_at(order(point, ChannelName.TELEGRAM))
    update = citizen.says(QUESTION)
    killed.revive()
    telegram.wait_until_confirmed(seconds=30)
    external_id = f"{citizen.chat_id}:{update['message']['message_id']}"
    killed.acknowledged.append(Acknowledged(ChannelName.TELEGRAM, external_id, cases=0))
    telegram.wait_for_sent(1, citizen.chat_id, seconds=30)
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
