"""A process that logs everything it can while citizens write and things go wrong; run by the tests of the log.

`set_up_logs` changes the whole process, so it has one of its own.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import structlog
from fastapi.testclient import TestClient

from bot.desk import Desk
from casework.inbox import Arrival, RawMail
from casework.message import InboundMessage, Reply
from casework.outbox import OutboxEntry, OutboxKind
from casework.party import Address, ChannelName
from runtime.application import build_app
from runtime.delivering import Delivery
from runtime.draining import Drain
from runtime.handling import DeskHandler
from runtime.house import House, build_house, now
from runtime.logs import set_up_logs
from runtime.settings import Environment, Settings

WORDS, NAME, ADDRESS = "绝密的词 marker-words", "marker-name", "marker-address@mail.example"
MAIL = f"From: {NAME} <{ADDRESS}>\r\nTo: xinxiang@gaj.example\r\nSubject: {WORDS}\r\n\r\n{WORDS}\r\n".encode()


@dataclass
class BrokenDesk:
    """Handles a message and then fails, with the citizen's words in the error and in its cause."""

    desk: Desk

    def handle(self, message: InboundMessage, *given: Any, **named: Any) -> None:
        self.desk.handle(message, *given, **named)
        try:
            int(f"{WORDS} of {NAME}")
        except ValueError as error:
            raise TypeError(f"{message.text} {ADDRESS}") from error


class BrokenChannel:
    """Fails with the address in the error."""

    def deliver(self, entry: OutboxEntry) -> NoReturn:
        raise OSError(f"{entry.to.value}: {entry.reply.text}")


def chat(house: House) -> None:
    """Turns over HTTP: answered ones, and one that fails."""
    broken = replace(house, turns=replace(house.turns, desk=BrokenDesk(house.desk)))  # type: ignore[arg-type]
    for one in (house, broken):
        with TestClient(build_app(one), raise_server_exceptions=False) as web:
            begun = web.post("/chat/conversations", json={}).json()
            path = f"/chat/conversations/{begun['conversation']}/messages"
            headers = {"authorization": f"Bearer {begun['token']}"}
            for number, text in enumerate((WORDS, f"我要投诉 {WORDS}", f"{NAME} {ADDRESS}")):
                web.post(path, json={"text": text, "client_id": str(number)}, headers=headers)
            web.get(f"/chat/conversations/{WORDS}/messages", headers={"authorization": f"Bearer {ADDRESS}"})
            web.post("/staff/sign-in", data={"name": NAME, "password": WORDS})
            web.get(f"/api/v1/cases?q={WORDS}", headers={"authorization": f"Bearer {NAME}"})


def post(house: House) -> None:
    """A letter that is answered, one that fails three times, and replies that cannot be sent."""
    for number, desk in enumerate((house.desk, BrokenDesk(house.desk))):
        sender = f"{number}-{ADDRESS}"
        raw = RawMail(
            sender, ("xinxiang@gaj.example",), MAIL.replace(b"marker-a", b"%d-marker-a" % number), "192.0.2.7"
        )
        arrival = Arrival(ChannelName.EMAIL, f"<{number}-{ADDRESS}>", sender, now(), raw_mail=raw)
        house.store.write(lambda uow, arrival=arrival: uow.inbox.add(arrival))  # type: ignore[misc]
        handler = DeskHandler(desk, house.mail_room)  # type: ignore[arg-type]
        for tries in range(3):
            late = timedelta(minutes=tries)
            Drain(
                house.store,
                handler,
                lambda late=late: now() + late,  # type: ignore[misc]
                "worker",
                threading.Event(),
                lambda *_names: None,
            ).run()
    to = Address(ChannelName.EMAIL, ADDRESS)
    house.store.write(lambda uow: uow.outbox.add(OutboxKind.REPLY, to, Reply(WORDS), language="zh", now=now()))
    Delivery(ChannelName.EMAIL, BrokenChannel(), house.store, house.office, now, "worker", threading.Event()).run()


async def _forget_a_task() -> None:
    async def fail() -> NoReturn:
        raise ValueError(WORDS)

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()


def libraries() -> None:
    """What libraries log when something of ours reaches them."""
    logger = logging.getLogger("some.library")
    logger.warning("could not take %r", WORDS)
    logger.debug("taking %r", WORDS)
    try:
        int(WORDS)
    except ValueError:
        logger.exception("Exception in application\n%s", NAME)
        structlog.get_logger().exception("ours", action="ours_failed")
    asyncio.run(_forget_a_task())

    def fail() -> NoReturn:
        raise ValueError(WORDS)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


if __name__ == "__main__":
    set_up_logs("debug", as_json=True)
    logging.getLogger().setLevel(logging.DEBUG)
    house = build_house(Settings(environment=Environment.DEMO, data_dir=Path(sys.argv[1])), works=False)
    chat(house)
    post(house)
    libraries()
    house.close()
