"""Likeness in meaning: what a model of sentences says to the entries, where a bureau has such a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from knowledge.postings import Floats, Numbers

_LONGEST = 1000
"""Characters of what an entry tells: models of sentences read no further."""


class Embedder(Protocol):
    """A model that turns texts into vectors: dense retrieval, where a bureau has one."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """A row a text, each of length 1."""
        ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """The texts of the entries as vectors."""

    embedder: Embedder
    rows: Floats
    """In the order of their entries."""
    owners: Numbers
    """The entry of each row."""
    entries: int

    @classmethod
    def of(cls, embedder: Embedder, asked: Sequence[str], owners: Numbers, told: Sequence[str]) -> Self:
        """What is `asked` and `told`, all of it folded: any number of questions an entry, and one text."""
        tells = np.array([number for number, text in enumerate(told) if text], dtype=np.int32)
        every = np.concatenate([owners, tells])
        order = np.argsort(every, kind="stable")
        rows = embedder.embed([*asked, *(text[:_LONGEST] for text in told if text)]) if len(every) else np.zeros((0, 1))
        return cls(embedder, np.asarray(rows, np.float32)[order], every[order], len(told))

    def likeness(self, folded: str) -> Floats:
        """The cosine of a folded question with the likest text of each entry; 0 for an entry without any."""
        found = np.zeros(self.entries, np.float32)
        firsts = np.flatnonzero(np.diff(self.owners, prepend=-1))
        if len(firsts):
            near = self.rows @ self.embedder.embed([folded])[0]
            found[self.owners[firsts]] = np.maximum.reduceat(near, firsts)
        return np.round(found, 5)
