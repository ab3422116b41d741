"""A small crowd that writes over every channel at once, and a clerk who answers, whatever happens to the product."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import httpx

from casework.party import ChannelName
from tests.running.audit import Acknowledged
from tests.running.citizens import ChatCitizen, Lost, a_letter, offer
from tests.running.front_desk import API_KEY, RunningDesk
from tests.running.product import WEB
from tests.running.visits import COMPLAINT, CONFIRM, QUESTION

PATIENCE = 120.0
"""Seconds after which a client that gets no answer says so."""
_COMPLAINT_LETTER = "您好，我家楼下工地夜间施工扰民，请贵局处理并书面答复。"


@dataclass
class Crowd:
    """Citizens and a clerk; every act is repeated until it is acknowledged, and then noted."""

    desk: RunningDesk
    seed: int
    acknowledged: list[Acknowledged] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """What the clerk was told is sent; each must stand in exactly one thread, once."""
    going_home: threading.Event = field(default_factory=threading.Event)
    _open_cases: list[str] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def work(self, pool: ThreadPoolExecutor) -> list[Callable[[], None]]:
        """Let everybody begin; the results raise when somebody met what must not be."""
        roles = [self._write_letters, self._write_letters, self._chat, self._chat, self._use_telegram, self._answer]
        begun = [pool.submit(role, random.Random(self.seed + place)) for place, role in enumerate(roles)]
        return [lambda one=one: one.result(PATIENCE) for one in begun]  # type: ignore[misc]

    def _note(self, one: Acknowledged) -> None:
        with self._guard:
            self.acknowledged.append(one)

    def _until_answered(self, what: str, attempt: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not attempt():
            assert time.monotonic() < deadline, f"{what}: not acknowledged within {PATIENCE} s"
            time.sleep(0.1)

    def _pause(self, chance: random.Random) -> bool:
        """Wait a moment; False when it is time to go."""
        return not self.going_home.wait(chance.uniform(0.0, 0.4))

    def _write_letters(self, chance: random.Random) -> None:
        while self._pause(chance):
            asks = chance.random() < 0.4
            sender = f"{uuid.uuid4().hex[:12]}@citizen.example"
            text = f"请问{QUESTION}？" if asks else _COMPLAINT_LETTER
            raw = a_letter(text, sender=sender, subject="致贵局")

            def attempt(raw: bytes = raw, sender: str = sender) -> bool:
                code = offer(self.desk.product, raw, mail_from=sender, timeout=20)
                assert code < 500, f"a letter was refused for good: {code}"
                return code == 250

            self._until_answered("a letter", attempt)
            # A mail server that lost our 250 hands the same letter over again.
            if chance.random() < 0.1:
                attempt()
            self._note(Acknowledged.mail(raw, cases=0 if asks else 1))

    def _chat(self, chance: random.Random) -> None:
        while self._pause(chance):
            chat = self._begin()
            if chance.random() < 0.5:
                self._say(chat, QUESTION, "question", cases=0)
                continue
            for number, words in enumerate(COMPLAINT):
                self._say(chat, words, f"complaint-{number}", cases=1)
            self._say(chat, CONFIRM, "confirmed", cases=1)
            filed = [str(reply["case"]) for reply in chat.heard if reply["case"]]
            assert len(filed) == 1, f"a complaint was filed {len(filed)} times"
            with self._guard:
                self._open_cases += filed

    def _begin(self) -> ChatCitizen:
        begun: list[ChatCitizen] = []

        def attempt() -> bool:
            try:
                begun.append(ChatCitizen.begin(self.desk.product))
            except httpx.HTTPError:
                return False
            return True

        self._until_answered("a new conversation", attempt)
        return begun[0]

    def _say(self, chat: ChatCitizen, words: str, client_id: str, *, cases: int) -> None:
        def attempt() -> bool:
            try:
                answer = chat.send(words, client_id, timeout=20)
            except Lost:
                return False
            assert answer.status_code in {200, 503}, answer.text
            if answer.status_code == 200:
                chat.heard += answer.json()["replies"]
            return answer.status_code == 200

        self._until_answered("a chat message", attempt)
        self._note(Acknowledged(ChannelName.WEB_CHAT, f"{chat.conversation}:{client_id}", cases))

    def _use_telegram(self, chance: random.Random) -> None:
        telegram = self.desk.telegram
        while self._pause(chance):
            citizen = telegram.citizen(uuid.uuid4().int % 2**40)
            for _ in range(chance.randint(1, 3)):
                update = citizen.says(QUESTION)
                number = int(update["update_id"])
                self._until_answered("a Telegram message", partial(self._is_confirmed, number))
                external_id = f"{citizen.chat_id}:{update['message']['message_id']}"
                self._note(Acknowledged(ChannelName.TELEGRAM, external_id, cases=0))

    def _is_confirmed(self, number: int) -> bool:
        return number not in self.desk.telegram.exchange.unconfirmed()

    def _answer(self, chance: random.Random) -> None:
        """Answer complaints of the chat; the clerk's program repeats a request under its key until it is answered."""
        while self._pause(chance):
            with self._guard:
                reference = self._open_cases.pop(0) if self._open_cases else ""
            if not reference:
                continue
            key = uuid.uuid4().hex
            words = f"您好，已安排核实，三日内答复您。（{key}）"

            def attempt(reference: str = reference, key: str = key, words: str = words) -> bool:
                headers = {"authorization": f"Bearer {API_KEY}", "idempotency-key": key}
                address = self.desk.product.url(f"/api/v1/cases/{reference}/replies")
                try:
                    answer = WEB.post(address, json={"text": words}, headers=headers, timeout=20)
                except httpx.HTTPError:
                    return False
                assert answer.status_code in {200, 201, 503}, answer.text
                return answer.status_code != 503

            self._until_answered("a clerk's answer", attempt)
            with self._guard:
                self.answers.append(words)
