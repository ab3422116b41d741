"""Questions whose answer is known, read from the file of a bureau."""

from __future__ import annotations

import pytest

from knowledge.labelled import Labelled, QuestionKind, read_labelled

SLUGS = ("passport", "id-card-renew")


def question(**values: str) -> str:
    said = {"text": '"办护照要多少钱"', "relevant": '["passport"]', "kind": '"plain"', **values}
    return "\n".join(["[[question]]", *(f"{key} = {value}" for key, value in said.items())])


def test_every_question_is_read_in_its_order() -> None:
    source = "\n".join(
        [
            question(),
            question(text='"今天下雨吗"', relevant="[]", kind='"out_of_scope"'),
            question(text='"证件到期了"', relevant='["passport", "id-card-renew"]', kind='"between"'),
        ]
    )
    found, faults = read_labelled("questions.toml", source, SLUGS)
    assert faults == ()
    assert found == (
        Labelled("办护照要多少钱", ("passport",), QuestionKind.PLAIN),
        Labelled("今天下雨吗", (), QuestionKind.OUT_OF_SCOPE),
        Labelled("证件到期了", ("passport", "id-card-renew"), QuestionKind.BETWEEN),
    )


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        (question(text='""'), 2, "text is missing"),
        ('[[question]]\nrelevant = ["passport"]\nkind = "plain"', 1, "text is missing"),
        (question(relevant='["harbour"]'), 3, "'harbour', which is no entry"),
        (question(relevant='"passport"'), 3, "must be a list of slugs"),
        (question(relevant="[]"), 3, "relevant is empty"),
        (question(kind='"between"'), 3, "names all of them"),
        (question(kind='"out_of_scope"'), 3, "has no relevant entry"),
        (question(kind='"difficult"'), 4, "kinds are plain, homophone"),
        (question(grade="2"), 5, "grade is not known here"),
        ('[[questions]]\ntext = "a"', 1, "questions is not known here"),
        ('question = "a"', 1, "written as tables"),
        ('[[question]]\ntext = "a', 2, "not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(source: str, line: int, words: str) -> None:
    found, faults = read_labelled("questions.toml", source, SLUGS)
    assert found == ()
    assert [(fault.file, fault.line) for fault in faults] == [("questions.toml", line)]
    assert words in faults[0].message


def test_the_same_question_twice_is_a_fault_and_is_kept_once() -> None:
    source = "\n".join([question(), question(text='"办护照，要多少钱？"')])
    found, faults = read_labelled("questions.toml", source, SLUGS)
    assert len(found) == 1
    assert [(fault.line, "stands in line 2 already" in fault.message) for fault in faults] == [(6, True)]


def test_a_question_with_a_fault_leaves_the_others_alone() -> None:
    source = "\n".join([question(kind='"difficult"'), question(text='"护照几天能拿到"')])
    found, faults = read_labelled("questions.toml", source, SLUGS)
    assert [labelled.text for labelled in found] == ["护照几天能拿到"]
    assert len(faults) == 1


def test_slugs_are_not_checked_while_the_entries_are_not_known() -> None:
    found, faults = read_labelled("questions.toml", question(relevant='["harbour"]'), None)
    assert faults == ()
    assert found[0].relevant == ("harbour",)
