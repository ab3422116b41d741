"""Server-sent events of the web chat, read as a browser's script reads them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.channels.web_chat import ChatLimits
from bot.channels.web_chat_room import ChatRoom
from bot.channels.web_chat_stream import Streams
from casework.message import Direction
from tests.bot.web_chat_house import House, Visitor, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, ChatLimits(messages=1000, conversations=1000)) as opened:
        yield opened


@contextmanager
def listening(visitor: Visitor, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of a visitor's stream, one after another."""
    path = f"{visitor.path}/events"
    with visitor.house.client.stream("GET", path, headers={**visitor.headers, **headers}, timeout=8) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: httpx2.Response) -> Iterator[dict[str, Any]]:
    number = ""
    for line in answer.iter_lines():
        if line.startswith("id: "):
            number = line[4:]
        elif line.startswith("data: "):
            yield {"event_id": number, **json.loads(line[6:])}


def test_a_staff_answer_arrives_while_the_page_is_open(house: House) -> None:
    visitor = house.begin()
    visitor.says("你好")
    with listening(visitor, **{"last-event-id": "2"}) as events:
        number = house.staff_writes(visitor, "请带身份证来。")
        event = next(events)
    assert (event["text"], event["author"]) == ("请带身份证来。", "staff")
    assert event["event_id"] == str(event["number"]) == str(number) == "3"


def test_a_stream_goes_on_after_the_last_event_that_was_received(house: House) -> None:
    visitor = house.begin()
    visitor.says("你好")
    for number in range(5):
        house.staff_writes(visitor, f"第{number}条")
    with listening(visitor, **{"last-event-id": "4"}) as events:
        assert [next(events)["text"] for _ in range(3)] == ["第2条", "第3条", "第4条"]
    with listening(visitor) as events:
        assert [next(events)["number"] for _ in range(7)] == list(range(1, 8))


def test_a_stream_may_be_opened_before_the_first_word(house: House) -> None:
    visitor = house.begin()
    with listening(visitor) as events:
        visitor.says("你好")
        assert [next(events)["author"] for _ in range(2)] == ["citizen", "desk"]


def test_a_second_page_sees_what_the_first_one_says(house: House) -> None:
    visitor = house.begin()
    visitor.says("你好")
    with listening(visitor) as one, listening(visitor) as other:
        visitor.says("办护照要多少钱", "two")
        assert [next(one)["number"] for _ in range(4)] == [next(other)["number"] for _ in range(4)] == [1, 2, 3, 4]


def test_notes_and_the_words_of_others_are_not_in_the_stream(house: House) -> None:
    visitor, other = house.begin(), house.begin()
    visitor.says("你好")
    other.says("别人的话")
    with listening(visitor, **{"last-event-id": "2"}) as events:
        house.staff_writes(visitor, "内部记录", direction=Direction.NOTE)
        house.staff_writes(other, "给别人的回复")
        house.staff_writes(visitor, "给您的回复")
        assert next(events)["text"] == "给您的回复"


def test_more_messages_than_are_read_at_once_all_arrive_in_order(house: House) -> None:
    visitor = house.begin()
    visitor.says("你好")
    for number in range(230):
        house.staff_writes(visitor, str(number))
    with listening(visitor, **{"last-event-id": "2"}) as events:
        assert [next(events)["text"] for _ in range(230)] == [str(number) for number in range(230)]


def test_streams_end_when_the_process_is_asked_to_stop(house: House) -> None:
    visitor = house.begin()
    with listening(visitor) as events:
        house.chat.stopping.set()
        assert list(events) == []
    refused = house.client.get(f"{visitor.path}/events", headers=visitor.headers)
    assert refused.status_code == 503


def test_one_stream_too_many_is_asked_to_come_back(tmp_path: Path) -> None:
    with open_house(tmp_path, ChatLimits(streams=1)) as house:
        visitor = house.begin()
        visitor.says("你好")
        with listening(visitor) as events:
            next(events)
            refused = house.client.get(f"{visitor.path}/events", headers=visitor.headers)
            assert refused.status_code == 503
            assert refused.headers["retry-after"]


def test_fifty_open_streams_share_one_poller_and_hold_no_thread(house: House) -> None:
    async def listen() -> tuple[int, list[bytes]]:
        streams = Streams(ChatRoom(house.chat))
        open_streams = [streams.events(streams.listen(visitor.conversation, 2)) for visitor in visitors]
        for events in open_streams:
            await anext(events)
        before = threading.active_count()
        for visitor in visitors:
            await asyncio.to_thread(house.staff_writes, visitor, "回复")
        received = [await asyncio.wait_for(anext(events), 5) for events in open_streams]
        pollers = [task for task in asyncio.all_tasks() if task.get_name() == "web-chat-poller"]
        for events in open_streams:
            await events.aclose()  # type: ignore[attr-defined]
        assert len(pollers) == 1
        await asyncio.wait_for(pollers[0], 5)
        return threading.active_count() - before, received

    visitors = [house.begin() for _ in range(50)]
    for visitor in visitors:
        visitor.says("你好")
    more_threads, received = asyncio.run(listen())
    assert all("回复".encode() in events for events in received)
    assert more_threads <= 6


def test_a_reader_who_does_not_read_is_given_no_more_than_one_batch(house: House) -> None:
    async def wait_for_batches() -> int:
        streams = Streams(ChatRoom(house.chat))
        stream = streams.listen(visitor.conversation, 0)
        events = streams.events(stream)
        await anext(events)
        await asyncio.sleep(1.5)
        waiting = len(stream.waiting)
        await events.aclose()  # type: ignore[attr-defined]
        return waiting

    visitor = house.begin()
    for number in range(75):
        visitor.says("你好", str(number))
    assert asyncio.run(wait_for_batches()) == 100
