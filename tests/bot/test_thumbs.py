"""Two thumbs under an answer: recorded once an answer, thanked for, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.desk import Handled
from bot.engine.thumbs import thumb_of
from casework.commands import RateAnswer
from casework.message import Direction
from casework.store.tables import enquiries
from tests.bot.a_desk_store import Counter, a_counter


@pytest.fixture
def counter(store_url: str) -> Iterator[Counter]:
    with a_counter(store_url) as opened:
        yield opened


def thumbs_of(handled: Handled) -> list[str]:
    return [thumb.value for numbered in handled.replies for thumb in numbered.reply.thumbs]


def said_of_answers(counter: Counter) -> list[bool | None]:
    with counter.store.engine.connect() as connection:
        return list(connection.execute(select(enquiries.c.helpful).order_by(enquiries.c.id)).scalars())


def keys(handled: Handled) -> list[str]:
    return [numbered.reply.key for numbered in handled.replies]


@pytest.mark.parametrize(
    ("pressed", "meant"),
    [
        ("helpful:12", RateAnswer(12, helpful=True)),
        ("unhelpful:3", RateAnswer(3, helpful=False)),
        ("helpful:", None),
        ("unhelpful:1;2", None),
        ("helpful:12345678901234567890", None),
        ("helpful:１２", None),
        ("start:handoff", None),
        (None, None),
    ],
    ids=["up", "down", "no number", "two numbers", "far too large", "not our digits", "another button", "none"],
)
def test_a_button_is_a_thumb_or_it_is_not(pressed: str | None, meant: RateAnswer | None) -> None:
    assert thumb_of(pressed) == meant


def test_every_answer_has_its_own_thumbs_and_nothing_else_has(counter: Counter) -> None:
    assert thumbs_of(counter.say("办护照要多少钱")) == ["helpful:1", "unhelpful:1"]
    assert thumbs_of(counter.say("你好")) == []
    assert thumbs_of(counter.say("how do I replace a lost ID card?")) == ["helpful:2", "unhelpful:2"]


def test_a_later_thumb_replaces_the_former(counter: Counter) -> None:
    counter.say("办护照要多少钱")
    assert keys(counter.say("有帮助", choice="helpful:1")) == ["thumb.thanks"]
    assert said_of_answers(counter) == [True]
    counter.say("没帮助", choice="unhelpful:1")
    assert said_of_answers(counter) == [False]


def test_who_was_not_helped_is_offered_a_person(counter: Counter) -> None:
    counter.say("办护照要多少钱")
    (sorry,) = counter.say("没帮助", choice="unhelpful:1").replies
    assert [choice.value for choice in sorry.reply.choices] == ["start:handoff", "no_thanks"]
    assert keys(counter.say("好的"))[0].startswith("handoff.")


def test_a_thumb_names_an_answer_of_its_own_conversation_only(counter: Counter) -> None:
    counter.say("办护照要多少钱", who="citizen-1")
    counter.say("没帮助", choice="unhelpful:1", who="somebody else")
    counter.say("没帮助", choice="unhelpful:999", who="citizen-1")
    assert said_of_answers(counter) == [None]


def test_only_an_answer_is_rated(counter: Counter) -> None:
    assert counter.say("市图书馆几点关门").decision == "hand_over"
    counter.say("没帮助", choice="unhelpful:1")
    assert said_of_answers(counter) == [None]


def test_a_thumb_leaves_the_open_dialogue_where_it_was(counter: Counter) -> None:
    counter.say("办护照要多少钱")
    counter.say("我要投诉")
    assert keys(counter.say("没帮助", choice="unhelpful:1")) == ["thumb.sorry", "resume.go_on"]
    (went_on,) = counter.say("示例路派出所").replies
    assert went_on.reply.key == "file_complaint.ask.facts"


def test_a_thumb_leaves_the_follow_up_question_its_entry(counter: Counter) -> None:
    counter.say("办护照要多少钱")
    counter.say("有帮助", choice="helpful:1")
    answered = counter.say("小孩呢")
    assert answered.replies[0].reply.sources[0].procedure == "passport-minor"


def test_when_a_person_speaks_a_thumb_is_recorded_in_silence(counter: Counter) -> None:
    handled = counter.say("办护照要多少钱")
    counter.store.write(lambda uow: uow.threads.set_taken_over(handled.thread_id, 1, counter.now))  # type: ignore[arg-type]
    assert counter.say("没帮助", choice="unhelpful:1").replies == ()
    assert said_of_answers(counter) == [False]


def test_two_questions_of_one_message_are_rated_apart(counter: Counter) -> None:
    answered = counter.say("首次办护照要多少钱？另外身份证丢了怎么补办？")
    assert thumbs_of(answered) == ["helpful:1", "unhelpful:1", "helpful:2", "unhelpful:2"]
    counter.say("没帮助", choice="unhelpful:2")
    assert said_of_answers(counter) == [None, False]


def test_a_letter_says_how_to_tell_that_it_did_not_help(counter: Counter) -> None:
    said = counter.say("您好，请问首次办理普通护照要多少钱？", who="a@b.example", channel="email")
    assert "没有解决" in said.replies[0].reply.text
    assert thumbs_of(said) == []
    other = counter.say("您好，请问市图书馆几点关门？", who="a@b.example", channel="email")
    assert "没有解决" not in other.replies[0].reply.text


def test_the_thumbs_are_kept_with_the_message_for_a_page_that_is_loaded_again(counter: Counter) -> None:
    handled = counter.say("办护照要多少钱")
    with counter.store.read() as uow:
        kept = uow.threads.messages(handled.thread_id)[-1]
    assert kept.direction is Direction.OUTBOUND
    assert kept.reply["thumbs"] == [
        {"value": "helpful:1", "label": "有帮助"},
        {"value": "unhelpful:1", "label": "没帮助"},
    ]
