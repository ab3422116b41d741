"""What the bureau has published about one thing that people come for: who, where, papers, fee, time, validity, law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from knowledge.basis import Basis
from knowledge.publication import Classification, DisclosureClass
from knowledge.text import LANGUAGES, Language, Text

__all__ = [
    "LANGUAGES",
    "Basis",
    "Facet",
    "FacetName",
    "Language",
    "Procedure",
    "Text",
    "TimeLimit",
    "TimeUnit",
]


class FacetName(StrEnum):
    """One side of a procedure that people ask about."""

    WHO = "who"
    WHERE = "where"
    PAPERS = "papers"
    FEE = "fee"
    TIME_LIMIT = "time_limit"
    VALIDITY = "validity"


OPTIONAL_FACETS = frozenset({FacetName.VALIDITY})
"""Facets that an entry may leave out because not everything expires."""


class TimeUnit(StrEnum):
    """What a time limit counts; laws differ, so it is never assumed."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    MONTH = "month"
    SAME_DAY = "same_day"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long the law or the bureau gives for one step."""

    number: int
    """How many units; 0 for `same_day`."""
    unit: TimeUnit
    purpose: Text | None = None
    """The step that is limited: issuing, reporting, appealing."""

    def __post_init__(self) -> None:
        """Refuse a limit of no length."""
        if self.number < 0 or (self.number == 0 and self.unit is not TimeUnit.SAME_DAY):
            raise ValueError(f"a time limit of {self.number} {self.unit} has no length")


@dataclass(frozen=True, slots=True)
class Facet:
    """What is published about one side of a procedure."""

    text: Text | None = None
    """A sentence or two; None when the facet is a list, or is still to be filled in."""
    items: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    """A list, as papers are; empty when the facet is a sentence."""
    bureau_must_fill: bool = False
    """The bureau has not published this yet, and the citizen is told so."""
    yuan: tuple[float, ...] = ()
    """Amounts that the text names."""
    limits: tuple[TimeLimit, ...] = ()

    def lines(self, language: Language) -> tuple[str, ...]:
        """What is said to a reader of `language`, a line an item; nothing when nothing is published."""
        if self.text is not None:
            return (self.text.in_(language),)
        return tuple(self.items.get(language, ()))


@dataclass(frozen=True, slots=True)
class Procedure:
    """One published entry."""

    slug: str
    version: str
    """Printed with every answer, so that a citizen can say which text they were given."""
    unit: str
    """Slug of the unit that is responsible."""
    checked_on: date
    """The day on which the facts were last checked against their sources."""
    title: Text
    summary: Text
    facets: Mapping[FacetName, Facet]
    basis: tuple[Basis, ...]
    phrasings: Mapping[Language, tuple[str, ...]]
    """Questions that this entry answers, as people ask them."""
    notes: Text | None = None
    disclosure: DisclosureClass = DisclosureClass.PROACTIVE
    ground: Text | None = None
    """The legal ground of a class that is not proactive."""
    review_due_on: date | None = None
    """The day from which it is to be looked at again; in a bundle, the wish for one."""

    def is_due(self, today: date) -> bool:
        """Whether it was to be looked at again by now."""
        return self.review_due_on is not None and self.review_due_on <= today

    @property
    def classification(self) -> Classification:
        """Class and ground as every subject has them; a ground in two languages is told in both."""
        if self.ground is None:
            return Classification(self.disclosure)
        said = dict.fromkeys((self.ground.zh, self.ground.en))
        return Classification(self.disclosure, " / ".join(said))
