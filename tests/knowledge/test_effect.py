"""What a draft does to the questions whose answer is known, before it is published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.effect import Label, Outcome, effect_on, labels_of, outcome_of, with_entry
from knowledge.library import Library
from knowledge.procedure import Procedure
from knowledge.retrieval import Decision, Finding, KnowledgeBase, Match


def a_match(slug: str) -> Match:
    return Match(slug, "1", 0.9, ())


def a_finding(decision: Decision, *slugs: str) -> Finding:
    matches = tuple(a_match(slug) for slug in slugs)
    return Finding(decision, 0.5, matches, matches if decision is Decision.ASK_BACK else ())


def with_phrasings(entry: Procedure, *more: str) -> Procedure:
    return replace(entry, phrasings={**entry.phrasings, "zh": (*entry.phrasings["zh"], *more)})


@pytest.mark.parametrize(
    ("finding", "slugs", "outcome"),
    [
        (a_finding(Decision.ANSWER, "a", "b"), {"a"}, Outcome.RIGHT),
        (a_finding(Decision.ANSWER, "b", "a"), {"a"}, Outcome.WRONG),
        (a_finding(Decision.ANSWER, "b"), {"a", "b"}, Outcome.RIGHT),
        (a_finding(Decision.ANSWER, "a"), set[str](), Outcome.WRONG),
        (a_finding(Decision.ASK_BACK, "a", "b"), {"b"}, Outcome.OFFERED),
        (a_finding(Decision.ASK_BACK, "a", "b"), {"c"}, Outcome.SILENT),
        (a_finding(Decision.ASK_BACK, "a", "b"), set[str](), Outcome.SILENT),
        (a_finding(Decision.HAND_OVER, "a"), {"a"}, Outcome.SILENT),
        (a_finding(Decision.HAND_OVER), set[str](), Outcome.RIGHT),
    ],
    ids=[
        "answered rightly", "answered wrongly", "one of two", "answered a stranger", "offered", "offered others",
        "offered to a stranger", "handed over", "handed a stranger over",
    ],
)  # fmt: skip
def test_an_outcome_is_read_from_the_finding(finding: Finding, slugs: set[str], outcome: Outcome) -> None:
    assert outcome_of(finding, Label("?", frozenset(slugs))) is outcome


def test_a_phrasing_that_helps_is_no_drop_and_the_question_is_told(library: Library, knowledge: KnowledgeBase) -> None:
    asked = "红本本飞走了咋整"
    labels = labels_of([(asked, ["id-card-lost"])], library)
    draft = with_phrasings(library.get("id-card-lost"), "红本本飞走了怎么弄", asked)
    effect = effect_on(knowledge, KnowledgeBase(with_entry(library, draft)), labels)
    (change,) = effect.changes
    assert (change.label.question, change.after, change.answered_after) == (asked, Outcome.RIGHT, "id-card-lost")
    assert (effect.before.right, effect.after.right) == (0, 1)
    assert not change.is_worse
    assert not effect.is_drop


def test_a_phrasing_that_takes_another_entrys_questions_is_a_drop(library: Library, knowledge: KnowledgeBase) -> None:
    asked = ("昨天把身份证弄丢了想补一张", "身份证在火车上掉了怎么补办呢")
    labels = labels_of([(question, ["id-card-lost"]) for question in asked], library)
    thief = with_phrasings(library.get("passport"), *asked)
    effect = effect_on(knowledge, KnowledgeBase(with_entry(library, thief)), labels)
    assert effect.is_drop
    assert effect.after.right < effect.before.right
    assert effect.changes[0].is_worse


def test_the_same_library_changes_nothing(library: Library, knowledge: KnowledgeBase) -> None:
    labels = labels_of([(entry.title.zh, [entry.slug]) for entry in library], library)
    effect = effect_on(knowledge, KnowledgeBase(with_entry(library, library.get("passport"))), labels)
    assert effect.questions == len(library)
    assert effect.before == effect.after
    assert effect.changes == ()


def test_a_label_whose_entry_is_gone_is_left_out_and_a_stranger_stays(library: Library) -> None:
    labels = labels_of([("a", ["passport"]), ("b", ["gone"]), ("c", []), ("a", ["complaint"])], library)
    assert [(label.question, label.slugs) for label in labels] == [("a", {"passport"}), ("c", frozenset())]
    assert "question" not in repr(labels[0])
