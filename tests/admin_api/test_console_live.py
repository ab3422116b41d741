"""Live news over a real socket: new work is announced to whom it concerns, and streams end cleanly."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Client

from admin_api.app import create_app
from admin_api.console.news import highest_event
from casework.inbox import Arrival, InboxState, RawMail, Reading
from casework.kinds import CaseKind
from casework.message import Author, Direction
from casework.party import ChannelName
from casework.ports import UnitOfWork
from casework.staff import Role
from tests.admin_api.browsing import Browser
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.admin_api.serving import PATIENCE, Served, until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    desk.hire("jiao", Role.HANDLER, "traffic-police")
    yield desk
    desk.store.close()


class Listened(Served):
    """The same, with everybody who listens to it."""

    def __init__(self, desk: FrontDesk) -> None:
        super().__init__(desk)
        self.streams: list[Stream] = []

    def listen(self, name: str, path: str = "/staff/live") -> Stream:
        stream = Stream(self.address, session_of(self.desk, name), path)
        self.streams.append(stream)
        return stream

    def all_settled(self) -> None:
        self.settled(len(self.streams))

    def close(self) -> None:
        super().close()
        for stream in self.streams:
            assert stream.ended.wait(PATIENCE)


@pytest.fixture
def served(desk: FrontDesk) -> Iterator[Listened]:
    served = Listened(desk)
    yield served
    served.close()


def session_of(desk: FrontDesk, name: str) -> dict[str, str]:
    """The cookies of somebody who signed in."""
    browser = Browser(create_app(desk.context))
    browser.sign_in(name)
    return dict(browser.client.cookies)


class Stream:
    """An open stream of one person, read in a thread of its own."""

    def __init__(self, base: str, cookies: dict[str, str], path: str) -> None:
        self.told: list[tuple[str, str]] = []
        self.ended = threading.Event()
        self._address = (base, cookies, path)
        self._opened = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        assert self._opened.wait(PATIENCE)

    def _read(self) -> None:
        base, cookies, path = self._address
        name = ""
        with Client(base_url=base, cookies=cookies, timeout=PATIENCE) as client, client.stream("GET", path) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                self._opened.set()
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    self.told.append((name, line[6:]))
        self.ended.set()

    def news(self) -> list[str]:
        return [json.loads(content)["text"] for name, content in list(self.told) if name == "news"]


def test_new_work_is_announced_to_those_whose_work_it_is(desk: FrontDesk, served: Listened) -> None:
    everybody, traffic = served.listen("zong"), served.listen("jiao")
    served.all_settled()
    foreign = desk.receive("签证续期", kind=CaseKind.CONSULTATION, unit="exit-entry", address="w1").case
    own = desk.receive("违章停车", unit="traffic-police", address="w2").case
    until(lambda: len(everybody.news()) >= 2 and len(traffic.news()) >= 1)
    assert everybody.news() == [f"新咨询 {foreign.reference}", f"新投诉举报 {own.reference}"]
    assert traffic.news() == [f"新投诉举报 {own.reference}"]
    desk.hear_again(own, "还没有人来")
    until(lambda: len(traffic.news()) == 2)
    assert traffic.news()[1] == f"投诉举报 {own.reference} 有新来信"


def test_a_page_of_a_case_is_told_where_it_stands_and_of_every_change(desk: FrontDesk, served: Listened) -> None:
    case = desk.receive("违章停车", unit="traffic-police", address="w2").case
    version = desk.look(case).version
    stream = served.listen("jiao", f"/staff/live?case={case.reference}")
    served.all_settled()
    assert stream.told == [("case", f"{version}.1")]
    desk.hear_again(case, "还没有人来")
    until(lambda: ("case", f"{version + 1}.2") in stream.told)


def test_words_without_an_event_in_a_watched_conversation_are_noticed_too(desk: FrontDesk, served: Listened) -> None:
    case = desk.receive("违章停车", unit="traffic-police", address="w2").case
    stream = served.listen("jiao", f"/staff/live?case={case.reference}")
    served.all_settled()
    desk.store.write(
        lambda uow: uow.threads.add_message(case.thread_id, Direction.INBOUND, Author.CITIZEN, "在吗", now=desk.now)
    )
    until(lambda: ("case", f"{desk.look(case).version}.2") in stream.told)


def test_the_desk_is_told_that_a_message_was_set_aside_and_a_clerk_is_not(desk: FrontDesk, served: Listened) -> None:
    everybody, traffic = served.listen("zong"), served.listen("jiao")
    served.all_settled()

    def hold(uow: UnitOfWork) -> None:
        raw = RawMail("wu@mail.example", ("xinxiang@gaj.example",), b"Subject: x\r\n\r\n")
        inbox_id, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, "m1", "wu@mail.example", desk.now, raw_mail=raw))
        uow.inbox.finish(inbox_id, InboxState.HELD, now=desk.now, reading=Reading())

    desk.store.write(hold)
    until(lambda: len(everybody.news()) == 1)
    assert "待定" in everybody.news()[0]
    assert traffic.news() == []


def test_streams_and_the_poller_end_when_told_to_stop(served: Listened) -> None:
    stream = served.listen("zong")
    served.all_settled()
    served.live.stop()
    assert stream.ended.wait(PATIENCE)
    assert "live-news" not in {thread.name for thread in threading.enumerate()}


def test_the_poller_rests_when_the_last_page_is_closed(desk: FrontDesk, served: Listened) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in session_of(desk, "zong").items())
    with socket.create_connection(("127.0.0.1", served.port)) as page:
        page.sendall(f"GET /staff/live HTTP/1.1\r\nHost: desk\r\nCookie: {cookies}\r\n\r\n".encode())
        until(lambda: served.live.rounds > 0)
    until(lambda: "live-news" not in {thread.name for thread in threading.enumerate()})
    served.listen("zong")
    served.all_settled()


def test_a_case_of_another_unit_cannot_be_watched(desk: FrontDesk) -> None:
    foreign = desk.receive("签证续期", unit="exit-entry").case
    browser = Browser(create_app(desk.context))
    browser.sign_in("jiao")
    assert browser.open(f"/staff/live?case={foreign.reference}").status_code == 404


def test_the_latest_event_is_found_without_reading_the_ledger(desk: FrontDesk) -> None:
    with desk.store.read() as uow:
        assert highest_event(uow.cases) == 0
    for number in range(7):
        desk.receive("x", address=f"w{number}")
    with desk.store.read() as uow:
        rows = uow.cases.all_events(after=0, limit=1000)
        assert highest_event(uow.cases) == rows[-1][0] == 14
