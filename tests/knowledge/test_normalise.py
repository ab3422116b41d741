"""One spelling for question and index."""

from __future__ import annotations

import pytest

from knowledge.normalise import LONGEST_QUESTION, fold, language_of
from knowledge.topic import unwrapped, with_synonyms
from knowledge.words import stem, terms_of


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("身份證補辦", "身份证补办"),
        ("計程車", "出租车"),
        ("满十六岁", "满16岁"),
        ("  a \n\t b  ", "a b"),
        ("", ""),
    ],
)
def test_width_case_script_digits_and_spacing_are_one(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_only_the_beginning_of_a_letter_is_looked_at() -> None:
    assert len(fold("护照" * 10_000)) == LONGEST_QUESTION


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("请问一下护照怎么办理？", "护照"),
        ("您好，我想咨询一下护照多少钱，谢谢", "护照"),
        ("How do I get a passport, please?", "get a passport"),
        ("Could you please tell me how much a passport is", "a passport is"),
        ("多少钱？", ""),
        ("How much is it?", "is it"),
    ],
)
def test_politeness_shells_and_facet_cues_carry_no_topic(question: str, topic: str) -> None:
    assert " ".join(unwrapped(fold(question)).replace("我", " ").split()) == topic


def test_shells_inside_other_words_stay() -> None:
    assert unwrapped("hijacked") == "hijacked"
    assert unwrapped("highway") == "highway"


def test_words_of_one_meaning_become_one_in_both_languages() -> None:
    assert terms_of(with_synonyms("驾照不见了")) == terms_of(with_synonyms("驾驶证 遗失"))
    assert set(terms_of(with_synonyms("lost id card")).words) == set(terms_of(with_synonyms("身份证丢失")).words)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("护照多少钱", "zh"),
        ("How much is it?", "en"),
        ("passport怎么办", "zh"),
        ("我的passport丢了", "zh"),
        ("what is 户口 exactly please", "en"),
        ("123 !!", "zh"),
        ("😀", "zh"),
    ],
)
def test_a_language_is_told_by_its_script(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "family",
    [
        ("renew", "renews", "renewed", "renewing"),
        ("replace", "replaced", "replacing", "replaces"),
        ("copy", "copies"),
        ("stop", "stopped", "stopping"),
        ("licence", "licences"),
        ("passport", "passports"),
    ],
)
def test_forms_of_an_english_word_meet(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize("word", ["bus", "pass", "king", "red", "need", "id", "c1"])
def test_short_words_keep_their_ends(word: str) -> None:
    assert stem(word) == word


def test_stop_words_are_no_terms_and_break_runs() -> None:
    terms = terms_of("我要的护照")
    assert terms.words == ("护照",)
    assert terms.parts == ()
