"""The product is killed at every step of taking and answering a letter; what it acknowledged is done once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from casework.party import ChannelName
from runtime.kill_points import KillPoint
from tests.kills.conftest import BEFORE_REPLIES, COUNTED, OF_REPLIES, Killed, order
from tests.running.audit import Acknowledged
from tests.running.citizens import a_letter, post
from tests.running.visits import QUESTION

COMPLAINT = "您好，我家楼下工地夜间施工扰民，请贵局处理并书面答复。"


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


@pytest.mark.parametrize("point", [KillPoint.WORKING, KillPoint.SENT], ids=lambda point: point.value)
def test_a_letter_is_handled_once_on_postgresql_too(killed_on_postgres: Killed, point: KillPoint) -> None:
    sender = send_letter(killed_on_postgres, point, f"请问{QUESTION}？", cases=0)
    assert killed_on_postgres.rest_and_audit().violations == []
    assert len(killed_on_postgres.desk.smarthost.to(sender)) == (2 if point is KillPoint.SENT else 1)
