"""Questions as citizens write them, with the entries that answer each: what the knowledge is measured by."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from knowledge.fields import Fault, Fields
from knowledge.normalise import fold
from knowledge.source import SourceMap, line_of_syntax_error

_KEYS = ("text", "relevant", "kind")
_FEWEST_BETWEEN = 2
_SIGNS = re.compile(r"\W+")


class QuestionKind(StrEnum):
    """What makes a labelled question hard, so that figures can be given for each kind."""

    PLAIN = "plain"
    HOMOPHONE = "homophone"
    """A word is written as another that sounds like it."""
    TYPO = "typo"
    DIALECT = "dialect"
    MIXED = "mixed"
    """Two languages in one message."""
    OUT_OF_SCOPE = "out_of_scope"
    """No entry answers it."""
    BETWEEN = "between"
    """Several entries fit: asking back is right, and so is any of them."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One question whose answer is known."""

    text: str
    relevant: tuple[str, ...]
    """Slugs of the entries that answer it; empty when none does."""
    kind: QuestionKind


def read_labelled(
    file: str, source: str, slugs: Collection[str] | None
) -> tuple[tuple[Labelled, ...], tuple[Fault, ...]]:
    """The questions of a file called `file` with the text `source`, and every fault; what has one is left out.

    `slugs` are the entries of the bureau; None when they are not known, and then they are not checked.
    """
    try:
        tree = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        return (), (Fault(file, line_of_syntax_error(error, source), f"not TOML: {error}"),)
    fields = Fields(file, tree, SourceMap(source))
    fields.strangers(tree, ("question",))
    rows = tree.get("question", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        fields.fault("questions are written as tables: [[question]]", "question")
        rows = []
    found = tuple(_without_repeats(fields, (_read(fields, number, row, slugs) for number, row in enumerate(rows))))
    return found, tuple(fields.faults)


def _read(fields: Fields, number: int, row: dict[str, object], slugs: Collection[str] | None) -> Labelled | None:
    before = len(fields.faults)
    fields.strangers(row, _KEYS, "question", number)
    text, kind = row.get("text"), row.get("kind")
    if not isinstance(text, str) or not text.strip():
        fields.fault("text is missing: give the question as a citizen writes it", "question", number, "text")
    if kind not in set(QuestionKind):
        known = ", ".join(QuestionKind)
        fields.fault(f"kind {kind!r} is not known; kinds are {known}", "question", number, "kind")
    relevant = _read_relevant(fields, number, row, slugs)
    if len(fields.faults) > before:
        return None
    labelled = Labelled(str(text).strip(), relevant, QuestionKind(str(kind)))
    _check_kind(fields, number, labelled)
    return labelled if len(fields.faults) == before else None


def _read_relevant(
    fields: Fields, number: int, row: dict[str, object], slugs: Collection[str] | None
) -> tuple[str, ...]:
    relevant = row.get("relevant")
    if not isinstance(relevant, list) or not all(isinstance(slug, str) for slug in relevant):
        fields.fault("relevant must be a list of slugs, empty when no entry answers", "question", number, "relevant")
        return ()
    for slug in relevant:
        if slugs is not None and slug not in slugs:
            fields.fault(f"relevant names {slug!r}, which is no entry of this bureau", "question", number, "relevant")
    return tuple(relevant)


def _check_kind(fields: Fields, number: int, labelled: Labelled) -> None:
    """Whether the number of entries fits the kind."""
    where = ("question", number, "relevant")
    if labelled.kind is QuestionKind.OUT_OF_SCOPE and labelled.relevant:
        fields.fault("a question out of scope has no relevant entry", *where)
    elif labelled.kind is QuestionKind.BETWEEN and len(labelled.relevant) < _FEWEST_BETWEEN:
        fields.fault("a question between several entries names all of them", *where)
    elif labelled.kind is not QuestionKind.OUT_OF_SCOPE and not labelled.relevant:
        fields.fault("relevant is empty: name the entry that answers, or make the kind out_of_scope", *where)


def _without_repeats(fields: Fields, rows: Iterator[Labelled | None]) -> Iterator[Labelled]:
    """Each question once: what differs in nothing but signs and case is one question."""
    lines: dict[str, int] = {}
    for number, labelled in enumerate(rows):
        if labelled is None:
            continue
        line = fields.source.line_of("question", number, "text")
        first = lines.setdefault(_SIGNS.sub("", fold(labelled.text)), line)
        if first == line:
            yield labelled
        else:
            fields.fault(f"the question stands in line {first} already: keep it once", "question", number, "text")
