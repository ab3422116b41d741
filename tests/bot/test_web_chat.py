"""The web chat's JSON interface on a real socket and a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.channels.web_chat import ChatLimits
from casework.message import Direction
from tests.bot.web_chat_house import House, Visitor, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, ChatLimits(messages=1000, files=1000, conversations=1000)) as opened:
        yield opened


def test_a_conversation_begins_with_an_id_and_a_token_that_is_kept_only_as_its_hash(house: House) -> None:
    answer = house.client.post("/chat/conversations")
    assert answer.status_code == 201
    begun = answer.json()
    assert set(begun) == {"conversation", "token"}
    with house.store.read() as uow:
        kept = house.chat.conversations(uow).find_token_hash(begun["conversation"])
    assert kept is not None
    assert begun["token"] not in kept


def test_a_message_is_answered_in_the_same_request_with_its_sources(house: House) -> None:
    answer = house.begin().says("办护照要多少钱")
    assert answer.status_code == 200
    [reply] = answer.json()["replies"]
    assert set(reply) == {"id", "text", "choices", "thumbs", "sources", "case"}
    assert reply["text"].startswith("每本120元")
    assert reply["sources"] == [
        {
            "procedure": "passport-first",
            "title": "首次申请普通护照",
            "version": "2026-11-01",
            "basis": ["《中华人民共和国护照法》第五条（2006-04-29）"],
        }
    ]


def test_the_same_client_id_again_gives_the_very_same_replies_and_changes_nothing(house: House) -> None:
    visitor = house.begin()
    first, again = visitor.says("你好", "a-1"), visitor.says("你好", "a-1")
    assert again.content == first.content
    assert [message["id"] for message in visitor.reads()] == [first.json()["message"], first.json()["replies"][0]["id"]]
    assert len(house.desk.heard) == 1


def test_one_client_id_in_two_conversations_is_two_messages(house: House) -> None:
    house.begin().says("你好", "same")
    house.begin().says("您好", "same")
    assert [message.text for message in house.desk.heard] == ["你好", "您好"]


def test_many_repeats_at_the_same_time_are_one_message(house: House) -> None:
    visitor = house.begin()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: visitor.says("投诉", "once").content, range(16)))
    assert len(set(answers)) == 1
    assert len(house.desk.heard) == 1


def test_a_choice_reaches_the_desk_and_the_case_comes_back(house: House) -> None:
    visitor = house.begin()
    [asked] = visitor.says("投诉", "1").json()["replies"]
    assert [choice["value"] for choice in asked["choices"]] == ["file:yes", "file:no"]
    [filed] = visitor.says("是，提交", "2", choice="file:yes").json()["replies"]
    assert filed["case"] == "TST-2026-000123-4"


@pytest.mark.parametrize("text", ["", "   ", "😀😀👍🏽", "\x00", "\ud800 half"], ids=ascii)
def test_odd_words_are_taken_as_they_are(house: House, text: str) -> None:
    visitor = house.begin()
    body = json.dumps({"text": text, "client_id": "odd"})
    answer = house.client.post(f"{visitor.path}/messages", content=body, headers=visitor.headers)
    assert answer.status_code == 200
    assert len(house.desk.heard) == 1
    assert len(visitor.reads()) == 2


def test_twenty_thousand_characters_are_kept_whole(house: House) -> None:
    visitor, text = house.begin(), "驻马店😀" * 5000
    assert visitor.says(text).status_code == 200
    assert visitor.reads()[0]["text"] == text


def test_more_than_a_hundred_thousand_characters_are_refused_with_the_reason(house: House) -> None:
    visitor = house.begin()
    answer = visitor.says("字" * 100_001)
    assert answer.status_code == 413
    assert "100000" in answer.json()["detail"]
    assert visitor.says("字" * 100_000, "two").status_code == 200


def test_a_body_without_end_is_refused_before_it_is_read_whole(house: House) -> None:
    visitor = house.begin()

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 100_000

    answer = house.client.post(f"{visitor.path}/messages", content=endless(), headers=visitor.headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 200_000, 400),
        (b"[]", 422),
        (b'{"text": 7, "client_id": "a"}', 422),
        (b'{"text": "a"}', 422),
        (b'{"text": "a", "client_id": ""}', 422),
        (b'{"text": "a", "client_id": "a b"}', 422),
        (b'{"text": "a", "client_id": "a", "choice": 7}', 422),
        (b'{"text": "a", "client_id": "a", "choice": "' + b"x" * 61 + b'"}', 422),
        (b'{"text": "a", "client_id": "a", "attachments": "x"}', 422),
        (b'{"text": "a", "client_id": "a", "attachments": ["nobody-has-it"]}', 422),
        (b'{"text": "a", "client_id": "a", "attachments": ["../../x"]}', 422),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)
def test_what_is_no_message_is_refused_as_problem_details(house: House, body: bytes, status: int) -> None:
    visitor = house.begin()
    answer = house.client.post(f"{visitor.path}/messages", content=body, headers=visitor.headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]
    assert house.desk.heard == []


def _knocks(house: House, mine: Visitor, other: Visitor) -> list[tuple[str, dict[str, str]]]:
    return [
        (mine.path, {}),
        (mine.path, {"authorization": "Bearer"}),
        (mine.path, {"authorization": f"Basic {mine.token}"}),
        (mine.path, {"authorization": "Bearer wrong"}),
        (mine.path, {"authorization": f"Bearer {'A' * 43}"}),
        (mine.path, other.headers),
        (f"/chat/conversations/{'B' * 22}", mine.headers),
        ("/chat/conversations/nothing", mine.headers),
    ]


@pytest.mark.parametrize("what", ["messages", "events", f"attachments/{'a' * 64}"])
def test_a_wrong_or_foreign_token_learns_nothing(house: House, what: str) -> None:
    answers = [
        house.client.get(f"{path}/{what}", headers={"accept-language": "en", **headers})
        for path, headers in _knocks(house, house.begin(), house.begin())
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert answers[0].headers["www-authenticate"].startswith("Bearer")


def test_nothing_is_written_with_a_wrong_or_foreign_token(house: House) -> None:
    body = {"text": "x", "client_id": "x"}
    for path, headers in _knocks(house, house.begin(), house.begin()):
        assert house.client.post(f"{path}/messages", json=body, headers=headers).status_code == 401
        assert house.client.post(f"{path}/attachments", files={"file": b"x"}, headers=headers).status_code == 401
    assert house.desk.heard == []


def test_a_conversation_opens_again_after_a_restart(tmp_path: Path) -> None:
    with open_house(tmp_path) as before:
        visitor = before.begin()
        visitor.says("你好")
    with open_house(tmp_path) as after:
        assert len(Visitor(after, visitor.conversation, visitor.token).reads()) == 2


def test_history_goes_on_after_a_number_and_leaves_out_notes(house: House) -> None:
    visitor = house.begin()
    visitor.says("你好")
    house.staff_writes(visitor, "不给人看", direction=Direction.NOTE)
    house.staff_writes(visitor, "工作人员的回复")
    assert [message["author"] for message in visitor.reads()] == ["citizen", "desk", "staff"]
    assert [(message["number"], message["text"]) for message in visitor.reads(after=2)] == [(4, "工作人员的回复")]
    assert visitor.reads(after=4) == []


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "٣", "9" * 12])
def test_a_cursor_that_is_no_number_is_refused(house: House, after: str) -> None:
    visitor = house.begin()
    answer = house.client.get(f"{visitor.path}/messages", params={"after": after}, headers=visitor.headers)
    assert answer.status_code == 422


def test_too_many_messages_are_refused_with_the_time_to_wait_and_what_was_taken_stays(tmp_path: Path) -> None:
    with open_house(tmp_path, ChatLimits(messages=3)) as house:
        visitor, other = house.begin(), house.begin()
        answers = [visitor.says("你好", str(number)) for number in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
        assert answers[-1].headers["retry-after"] in answers[-1].json()["detail"]
        assert len(visitor.reads()) == 6
        assert other.says("你好").status_code == 200


def test_too_many_new_conversations_from_one_address_are_refused(tmp_path: Path) -> None:
    with open_house(tmp_path, ChatLimits(conversations=2)) as house:
        answers = [house.client.post("/chat/conversations") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
        assert answers[-1].headers["retry-after"] == "60"


def test_trouble_of_ours_is_503_and_the_same_message_is_taken_once_it_is_over(house: House) -> None:
    visitor = house.begin()
    house.desk.in_trouble = True
    answer = visitor.says("你好", "again")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-type"] == "application/problem+json"
    house.desk.in_trouble = False
    assert visitor.says("你好", "again").status_code == 200
    assert len(visitor.reads()) == 2


def test_an_answer_that_was_lost_is_given_again(house: House) -> None:
    visitor = house.begin()
    house.desk.lost_answers = 1
    assert visitor.says("你好", "again").status_code == 503
    assert visitor.says("你好", "again").json()["replies"][0]["text"] == "听到：你好"
    assert len(visitor.reads()) == 2


def test_problems_are_told_in_the_language_of_the_visitor(house: House) -> None:
    english = house.client.get("/chat/conversations/x/messages", headers={"accept-language": "en-GB,en;q=0.9"})
    chinese = house.client.get("/chat/conversations/x/messages", headers={"accept-language": "zh-CN"})
    assert "token" in english.json()["detail"]
    assert "令牌" in chinese.json()["detail"]
