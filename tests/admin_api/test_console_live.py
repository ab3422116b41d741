"""Live news over a real socket: new work is announced to whom it concerns, and streams end cleanly."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from httpx2 import Client

from admin_api.app import create_app
from admin_api.console.news import LiveNews, highest_event
from casework.kinds import CaseKind
from casework.message import Author, Direction
from casework.staff import Role
from tests.admin_api.browsing import Browser
from tests.admin_api.front_desk import FrontDesk, a_front_desk

PATIENCE = 20.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.DESK)
    desk.hire("jiao", Role.CLERK, "traffic-police")
    yield desk
    desk.store.close()


class Served:
    """The application on a free port of loopback, and everybody who listens to it."""

    def __init__(self, desk: FrontDesk) -> None:
        self.desk = desk
        self.app = create_app(desk.context)
        self.live: LiveNews = self.app.state.live
        self.streams: list[Stream] = []
        self._server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until(lambda: self._server.started)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]

    def listen(self, name: str, path: str = "/staff/live") -> Stream:
        stream = Stream(self.port, session_of(self.desk, name), path)
        self.streams.append(stream)
        return stream

    def settled(self) -> None:
        """Wait until every stream is subscribed and the poller has taken its bearings."""
        until(lambda: len(self.live._subscriptions) == len(self.streams) and self.live.rounds > 0)
        seen = self.live.rounds
        until(lambda: self.live.rounds > seen)

    def close(self) -> None:
        self.live.stop()
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server waits for a stream that did not end"
        for stream in self.streams:
            assert stream.ended.wait(PATIENCE)


@pytest.fixture
def served(desk: FrontDesk) -> Iterator[Served]:
    served = Served(desk)
    yield served
    served.close()


def session_of(desk: FrontDesk, name: str) -> dict[str, str]:
    """The cookies of somebody who signed in."""
    browser = Browser(create_app(desk.context))
    browser.sign_in(name)
    return dict(browser.client.cookies)


def until(is_so: Callable[[], bool]) -> None:
    """Wait, with an end, until something is so."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.02)


class Stream:
    """An open stream of one person, read in a thread of its own."""

    def __init__(self, port: int, cookies: dict[str, str], path: str) -> None:
        self.told: list[tuple[str, str]] = []
        self.ended = threading.Event()
        self._address = (f"http://127.0.0.1:{port}", cookies, path)
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


def test_new_work_is_announced_to_those_whose_work_it_is(desk: FrontDesk, served: Served) -> None:
    everybody, traffic = served.listen("zong"), served.listen("jiao")
    served.settled()
    foreign = desk.receive("签证续期", kind=CaseKind.CONSULTATION, unit="exit-entry", address="w1").case
    own = desk.receive("违章停车", unit="traffic-police", address="w2").case
    until(lambda: len(everybody.news()) >= 2 and len(traffic.news()) >= 1)
    assert everybody.news() == [f"新咨询 {foreign.reference}", f"新投诉举报 {own.reference}"]
    assert traffic.news() == [f"新投诉举报 {own.reference}"]
    desk.hear_again(own, "还没有人来")
    until(lambda: len(traffic.news()) == 2)
    assert traffic.news()[1] == f"投诉举报 {own.reference} 有新来信"


def test_a_page_of_a_case_is_told_where_it_stands_and_of_every_change(desk: FrontDesk, served: Served) -> None:
    case = desk.receive("违章停车", unit="traffic-police", address="w2").case
    version = desk.look(case).version
    stream = served.listen("jiao", f"/staff/live?case={case.reference}")
    served.settled()
    assert stream.told == [("case", f"{version}.1")]
    desk.hear_again(case, "还没有人来")
    until(lambda: ("case", f"{version + 1}.2") in stream.told)


def test_words_without_an_event_in_a_watched_conversation_are_noticed_too(desk: FrontDesk, served: Served) -> None:
    case = desk.receive("违章停车", unit="traffic-police", address="w2").case
    stream = served.listen("jiao", f"/staff/live?case={case.reference}")
    served.settled()
    desk.store.write(
        lambda uow: uow.threads.add_message(case.thread_id, Direction.INBOUND, Author.CITIZEN, "在吗", now=desk.now)
    )
    until(lambda: ("case", f"{desk.look(case).version}.2") in stream.told)


def test_streams_and_the_poller_end_when_told_to_stop(served: Served) -> None:
    stream = served.listen("zong")
    served.settled()
    served.live.stop()
    assert stream.ended.wait(PATIENCE)
    assert "live-news" not in {thread.name for thread in threading.enumerate()}


def test_the_poller_rests_when_the_last_page_is_closed(desk: FrontDesk, served: Served) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in session_of(desk, "zong").items())
    with socket.create_connection(("127.0.0.1", served.port)) as page:
        page.sendall(f"GET /staff/live HTTP/1.1\r\nHost: desk\r\nCookie: {cookies}\r\n\r\n".encode())
        until(lambda: served.live.rounds > 0)
    until(lambda: "live-news" not in {thread.name for thread in threading.enumerate()})
    served.listen("zong")
    served.settled()


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
