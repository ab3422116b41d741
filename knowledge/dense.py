"""Comparing by meaning, with a sentence-transformers model out of a local folder: the extra [dense].

Nothing is ever fetched: a model is a folder that somebody put there. Without the extra this room is never entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.errors import KnowledgeUnavailable
from knowledge.postings import Floats

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_AT_ONCE = 64
"""Texts that are run through the model together while an index is built."""


class SentenceModel:
    """A model in memory; fits `knowledge.meaning.Embedder`, and is safe to share by threads."""

    def __init__(self, model: SentenceTransformer) -> None:
        """Use `load_sentence_model`."""
        self._model = model

    def embed(self, texts: Sequence[str]) -> Floats:
        """A row of length 1 for each text, so that a product of two rows is their cosine."""
        rows = self._model.encode(
            list(texts),
            batch_size=_AT_ONCE,
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(rows, dtype=np.float32)


def load_sentence_model(folder: Path) -> SentenceModel:
    """The model in `folder`, run on the CPU; KnowledgeUnavailable says what is missing and how to get it."""
    if find_spec("sentence_transformers") is None:
        raise KnowledgeUnavailable(
            "dense retrieval needs the extra: install sunwindow[dense], or take the dense model out of the settings"
        )
    if not (folder / "modules.json").is_file():
        raise KnowledgeUnavailable(
            f"{folder} holds no sentence-transformers model (modules.json is missing): name the folder of one"
        )
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds, and is an extra
    from transformers.utils import logging  # noqa: PLC0415 - comes with it

    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise KnowledgeUnavailable(f"the model in {folder} cannot be read: {error}") from error
    return SentenceModel(model)
