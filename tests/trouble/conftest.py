from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from casework.party import ChannelName
from tests.running.audit import Acknowledged, audit, wait_for_rest
from tests.running.citizens import ChatCitizen, Json, a_letter, offer, post
from tests.running.front_desk import RunningDesk
from tests.running.visits import QUESTION

SENDER = "patient@citizen.example"


@dataclass
class Visitors:
    """One citizen on each channel, who meets the trouble and comes back when it is over."""

    desk: RunningDesk
    chat: ChatCitizen = field(init=False)
    letter: bytes = field(init=False)
    update: Json = field(default_factory=dict)
    acknowledged: list[Acknowledged] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chat = ChatCitizen.begin(self.desk.product)
        self.letter = a_letter("工地夜间施工扰民，请处理。", sender=SENDER, subject="夜间噪音")

    def are_told_to_come_back(self) -> None:
        """A mail server is told 451, a chat client 503 with a time, and Telegram keeps its update."""
        self.update = self.desk.telegram.citizen(9001).says(QUESTION)
        with ThreadPoolExecutor(2) as pool:
            mail = pool.submit(offer, self.desk.product, self.letter, mail_from=SENDER, timeout=50)
            said = pool.submit(self.chat.send, QUESTION, "patient", timeout=50)
            assert mail.result(60) == 451
            assert_come_back(said.result(60))
        assert self.update["update_id"] in self.desk.telegram.exchange.unconfirmed()

    def get_through(self) -> None:
        """Everybody repeats what was not taken; it is handled once, and nothing is lost."""
        product, telegram = self.desk.product, self.desk.telegram
        post(product, self.letter, mail_from=SENDER)
        assert "120元" in self.chat.say(QUESTION, client_id="patient")[0]["text"]
        telegram.wait_until_confirmed(seconds=30)
        telegram.wait_for_sent(1, 9001, seconds=30)
        self.desk.smarthost.wait_for(SENDER, seconds=30)
        self.acknowledged += [
            Acknowledged.mail(self.letter, cases=1),
            Acknowledged(ChannelName.WEB_CHAT, f"{self.chat.conversation}:patient", cases=0),
            Acknowledged(ChannelName.TELEGRAM, f"9001:{self.update['message']['message_id']}", cases=0),
        ]
        wait_for_rest(product.store_url)
        report = audit(product.store_url, self.acknowledged, self.desk.smarthost, telegram)
        assert report.violations == []
        assert len(self.desk.smarthost.to(SENDER)) == 1


def assert_come_back(answer: httpx.Response) -> None:
    """503 as a problem document that says when to try again, in the citizen's language."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
