"""Whether a draft makes answers better or worse: labelled questions asked of the library without and with it.

Pure: two knowledge bases and questions whose answer is known in, what changed out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from knowledge.library import Library
from knowledge.procedure import Procedure
from knowledge.retrieval import Decision, Finding, KnowledgeBase


@dataclass(frozen=True, slots=True)
class Label:
    """A question whose answer is known."""

    question: str
    slugs: frozenset[str]
    """The entries that answer it; empty when none does, and nothing may be answered."""

    def __repr__(self) -> str:
        """Keep the words, which may be a citizen's, out of logs."""
        return f"Label({', '.join(sorted(self.slugs))})"


class Outcome(StrEnum):
    """How one labelled question was dealt with."""

    RIGHT = "right"
    """Answered with a right entry, or handed over when there is none."""
    OFFERED = "offered"
    """Asked back, with a right entry among the choices."""
    SILENT = "silent"
    """Not answered, and no right entry was offered; harmless, and of no help."""
    WRONG = "wrong"
    """Answered with another entry, or answered when nothing is published."""


_RANKS = (Outcome.RIGHT, Outcome.OFFERED, Outcome.SILENT, Outcome.WRONG)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the questions were dealt with in which way."""

    right: int
    offered: int
    silent: int
    wrong: int

    def of(self, outcome: Outcome) -> int:
        """The number of one outcome."""
        return {
            Outcome.RIGHT: self.right,
            Outcome.OFFERED: self.offered,
            Outcome.SILENT: self.silent,
            Outcome.WRONG: self.wrong,
        }[outcome]


@dataclass(frozen=True, slots=True)
class Change:
    """A question that is dealt with otherwise than before."""

    label: Label
    before: Outcome
    after: Outcome
    answered_before: str | None
    """Slug of the entry that was answered."""
    answered_after: str | None

    @property
    def is_worse(self) -> bool:
        """Whether the citizen is worse off than before."""
        return _RANKS.index(self.after) > _RANKS.index(self.before)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a draft does to the labelled questions."""

    questions: int
    before: Tally
    after: Tally
    changes: tuple[Change, ...]
    """Those that became worse first."""

    @property
    def is_drop(self) -> bool:
        """Whether fewer questions are answered rightly, or more wrongly."""
        return self.after.right < self.before.right or self.after.wrong > self.before.wrong


def effect_on(before: KnowledgeBase, after: KnowledgeBase, labels: Iterable[Label]) -> Effect:
    """Ask every labelled question of both."""
    asked = [(label, before.find(label.question), after.find(label.question)) for label in labels]
    rows = [(label, one, other, outcome_of(one, label), outcome_of(other, label)) for label, one, other in asked]
    changes = [
        Change(label, was, became, _answered(one), _answered(other))
        for label, one, other, was, became in rows
        if (was, _answered(one)) != (became, _answered(other))
    ]
    return Effect(
        questions=len(rows),
        before=_tally([row[3] for row in rows]),
        after=_tally([row[4] for row in rows]),
        changes=tuple(sorted(changes, key=lambda change: (not change.is_worse, change.label.question))),
    )


def outcome_of(finding: Finding, label: Label) -> Outcome:
    """How a finding deals with a labelled question."""
    if finding.decision is Decision.ANSWER:
        return Outcome.RIGHT if finding.matches[0].slug in label.slugs else Outcome.WRONG
    if finding.decision is Decision.HAND_OVER:
        return Outcome.SILENT if label.slugs else Outcome.RIGHT
    return Outcome.OFFERED if label.slugs & {match.slug for match in finding.choices} else Outcome.SILENT


def with_entry(library: Library, entry: Procedure) -> Library:
    """The library in which `entry` stands in place of the published one of its name, or beside the others."""
    return Library([entry, *(other for other in library if other.slug != entry.slug)])


def labels_of(questions: Iterable[tuple[str, Collection[str]]], library: Library) -> tuple[Label, ...]:
    """Labels for `questions`, each once; those are left out whose entries are all gone from `library`.

    A question that was labelled to no entry stays: nothing may be answered to it.
    """
    found: dict[str, Label] = {}
    for question, slugs in questions:
        known = frozenset(slug for slug in slugs if slug in library)
        if known or not slugs:
            found.setdefault(question, Label(question, known))
    return tuple(found.values())


def _answered(finding: Finding) -> str | None:
    return finding.matches[0].slug if finding.decision is Decision.ANSWER else None


def _tally(outcomes: list[Outcome]) -> Tally:
    return Tally(
        right=outcomes.count(Outcome.RIGHT),
        offered=outcomes.count(Outcome.OFFERED),
        silent=outcomes.count(Outcome.SILENT),
        wrong=outcomes.count(Outcome.WRONG),
    )
