"""Cutting a message into its questions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engine import Conversation, Incoming, Known
from bot.engine.questions import Question, questions_in
from bot.engine.respond import read
from bot.engine.turn import Turn
from casework.party import ChannelName
from knowledge.procedure import FacetName
from tests.bot.demo_desk import demo_bureau, demo_knowledge
from tests.bot.test_conversations import MONDAY_MORNING


def turn(text: str, *, after: str | None = None) -> Turn:
    knowledge = demo_knowledge()
    known = Known(knowledge.find, knowledge.library, demo_bureau())
    conversation = replace(Conversation(), last_procedure=after)
    return read(conversation, Incoming(text, ChannelName.TERMINAL), known, MONDAY_MORNING)


def asked(text: str, *, after: str | None = None) -> list[tuple[str, tuple[FacetName, ...]]]:
    return [(question.matter, question.facets) for question in questions_in(turn(text, after=after))]


def test_what_names_no_matter_leans_on_the_question_before_it() -> None:
    assert asked("办护照多少钱？要带什么？") == [("办护照多少钱？", (FacetName.FEE, FacetName.PAPERS))]


def test_without_a_matter_before_it_the_entry_answered_last_is_meant() -> None:
    assert asked("要带什么？", after="passport-first") == [("", (FacetName.PAPERS,))]


def test_without_any_matter_before_it_the_matter_after_it_is_meant() -> None:
    (question,) = questions_in(turn("多少钱啊？我想办护照"))
    assert (question.matter, question.facets) == ("我想办护照", (FacetName.FEE,))


def test_a_joint_between_two_questions_parts_them() -> None:
    matters = [matter for matter, _ in asked("How do I replace a lost ID card and how do I pay a traffic fine?")]
    assert [matter.strip() for matter in matters] == ["How do I replace a lost ID card", "how do I pay a traffic fine?"]


@pytest.mark.parametrize("text", ["How much is a first passport and a Hong Kong permit?", "护照和港澳通行证多少钱"])
def test_one_question_word_asks_for_both_things_beside_a_joint(text: str) -> None:
    assert [facets for _, facets in asked(text)] == [(FacetName.FEE,), (FacetName.FEE,)]


@pytest.mark.parametrize(
    "text",
    [
        "My passport was lost and I need a new passport, how do I replace it?",
        "身份证和户口本都要带吗",
        "我和我老婆想办护照",
    ],
)
def test_a_joint_within_one_question_parts_nothing(text: str) -> None:
    assert len(asked(text)) == 1


def test_hours_are_asked_for_apart() -> None:
    (matter, hours) = questions_in(turn("身份证丢了怎么补，周末开门吗"))
    assert (matter.is_office, hours) == (False, Question("周末开门吗", is_office=True))
