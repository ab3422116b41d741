"""Entries and labelled questions from files with an object of JSON a line."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.calibration import KnownAnswer
from knowledge.errors import KnowledgeUnavailable
from knowledge.searchable import Asked, Entry

_RELEVANT = 'relevant must be a list of objects such as {"id": "…", "grade": 1}, empty when no entry answers'


@dataclass(frozen=True, slots=True)
class Question:
    """One labelled question."""

    id: str
    text: str
    relevant: Mapping[str, float]
    """Grades by slug; an entry is right from grade 1 on, and none is when no entry answers."""

    @property
    def right(self) -> frozenset[str]:
        """The entries that answer it."""
        return frozenset(slug for slug, grade in self.relevant.items() if grade >= 1)

    @property
    def known(self) -> KnownAnswer:
        """The question as calibration takes it."""
        return self.text, self.right


def read_entries(path: Path) -> tuple[Entry, ...]:
    """The entries of a FAQ file, in the order of their ids; KnowledgeUnavailable with file and line for bad input."""
    found: dict[str, Entry] = {}
    for place, row in _rows(path):
        slug = _text(row, "id", place)
        if slug in found:
            raise KnowledgeUnavailable(f"{place}: the id {slug!r} stands here a second time: give each entry one line")
        question, answer = _said(row, "question", place), _said(row, "answer", place)
        asked = [text for text in dict.fromkeys([question, *_texts(row, "phrasings", place)]) if text.strip()]
        if not asked and not answer.strip():
            raise KnowledgeUnavailable(
                f"{place}: {slug!r} has neither a question nor an answer: give it one, or take the line out"
            )
        told = tuple(text for text in (answer, *_texts(row, "tags", place)) if text.strip())
        found[slug] = Entry(slug, "", tuple(map(Asked, asked)), told)
    return tuple(found[slug] for slug in sorted(found))


def read_questions(path: Path, known: Collection[str]) -> tuple[Question, ...]:
    """The labelled questions of a file about the entries called `known`; KnowledgeUnavailable for bad input."""
    found: dict[str, Question] = {}
    for place, row in _rows(path):
        name = _text(row, "id", place)
        if name in found:
            raise KnowledgeUnavailable(
                f"{place}: the id {name!r} stands here a second time: give each question its own"
            )
        found[name] = Question(name, _text(row, "text", place), _grades(row, known, place))
    return tuple(found.values())


def _grades(row: Mapping[str, object], known: Collection[str], place: str) -> dict[str, float]:
    relevant = row.get("relevant")
    if not isinstance(relevant, list):
        raise KnowledgeUnavailable(f"{place}: {_RELEVANT}")
    grades: dict[str, float] = {}
    for item in relevant:
        slug = item.get("id") if isinstance(item, dict) else None
        grade = item.get("grade", 1) if isinstance(item, dict) else None
        if not isinstance(slug, str) or isinstance(grade, bool) or not isinstance(grade, int | float):
            raise KnowledgeUnavailable(f"{place}: {_RELEVANT}")
        if slug not in known:
            raise KnowledgeUnavailable(f"{place}: no entry has the id {slug!r}: name one of the entries, or none")
        grades[slug] = float(grade)
    return grades


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise KnowledgeUnavailable(f"{path}:1: cannot be read: {error.strerror}; name a file of JSON lines") from error
    except UnicodeDecodeError as error:
        broken = error.object[: error.start].count(b"\n") + 1
        raise KnowledgeUnavailable(f"{path}:{broken}: not UTF-8: save the file as UTF-8") from error
    if not any(line.strip() for line in lines):
        raise KnowledgeUnavailable(f"{path}:1: the file is empty: write an object of JSON a line")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise KnowledgeUnavailable(f"{path}:{number}: not JSON: {error}; write one object a line") from error
        if not isinstance(row, dict):
            raise KnowledgeUnavailable(f"{path}:{number}: not an object: write one object a line")
        yield f"{path}:{number}", row


def _text(row: Mapping[str, object], key: str, place: str) -> str:
    found = row.get(key)
    if not isinstance(found, str) or not found.strip():
        raise KnowledgeUnavailable(f"{place}: {key} must be a text that is not empty")
    return found


def _said(row: Mapping[str, object], key: str, place: str) -> str:
    found = row.get(key)
    if found is not None and not isinstance(found, str):
        raise KnowledgeUnavailable(f"{place}: {key} must be a text")
    return found or ""


def _texts(row: Mapping[str, object], key: str, place: str) -> list[str]:
    found = row.get(key) or []
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise KnowledgeUnavailable(f"{place}: {key} must be a list of texts")
    return found
