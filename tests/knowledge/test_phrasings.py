"""What the closed form says of a phrasing as if it had been unknown, beside a model that never knew it."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.documents import Documents, Saturation
from knowledge.phrasings import Phrasings, Unseen, learn
from knowledge.views import code, view

TEXTS = [
    "apply for a passport", "new passport for me", "how do I get a passport",
    "register my dog", "dog licence please", "a licence for the puppy",
    "lost my driving licence", "driving licence was stolen", "replace the driving licence",
]  # fmt: skip
OWNERS = np.repeat(np.arange(3, dtype=np.int32), 3)
ENTRIES = 3
NO_NAMES = np.zeros(len(TEXTS), dtype=bool)
SATURATION = Saturation(k1=1.2, b=0.5)


@pytest.fixture(scope="module")
def learnt() -> tuple[Phrasings, Unseen]:
    model, unseen = learn([view(text.lower()) for text in TEXTS], OWNERS, ENTRIES, NO_NAMES)
    assert unseen is not None
    return model, unseen


def test_a_question_is_nearest_to_its_own_phrasing(learnt: tuple[Phrasings, Unseen]) -> None:
    near = learnt[0].near(view("register my dog"))
    assert near.argmax() == TEXTS.index("register my dog")
    assert near.max() == pytest.approx(1.0, abs=1e-5)
    assert learnt[0].nearest(near).argmax() == 1


def test_the_model_says_the_right_entry_to_what_it_knows_and_less_to_what_it_does_not(
    learnt: tuple[Phrasings, Unseen],
) -> None:
    model, unseen = learnt
    for place, text in enumerate(TEXTS):
        known = model.modelled(model.near(view(text.lower())))
        assert known is not None
        assert known.argmax() == OWNERS[place]
        assert unseen.without_itself[place, OWNERS[place]] < known[OWNERS[place]]


def test_without_its_entry_nothing_speaks_for_it(learnt: tuple[Phrasings, Unseen]) -> None:
    own = learnt[1].without_its_entry[np.arange(len(TEXTS)), OWNERS]
    assert (own <= 1e-5).all()


def test_with_one_phrasing_an_entry_there_is_no_model() -> None:
    model, unseen = learn([view("one"), view("two")], np.arange(2, dtype=np.int32), 2, np.zeros(2, bool))
    assert unseen is None
    assert model.modelled(model.near(view("one"))) is None


def test_a_text_taken_away_scores_as_if_it_had_never_been_written() -> None:
    kept, gone = ["dog", "licence", "dog"], ["puppy", "dog"]
    others = [code(["passport", "licence"]), code(["driving", "licence", "lost"])]
    whole = Documents.of([code([*kept, *gone]), *others], SATURATION)
    asked = code(["dog", "puppy"])
    without = whole.score_without(0, asked, code(gone))
    assert 0 < without < whole.scores(asked)[0][0]
    assert whole.score_without(0, code(["puppy"]), code(gone)) == 0.0


def test_rare_words_count_for_more_and_unknown_ones_are_told() -> None:
    documents = Documents.of([code(["dog", "licence"]), code(["driving", "licence"])], SATURATION)
    scores, known, strange = documents.scores(code(["dog", "licence", "harbour"]))
    assert scores[0] > scores[1] > 0
    assert known > 0
    assert strange == documents.strangeness
