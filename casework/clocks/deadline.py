"""A deadline: who owes what by which day, where it stands, and each step of how the day came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from casework.bureau import Words
from casework.regime import Owed, Rule

Fact = str | int | date | Words | tuple["Step", ...]


class DeadlineName(StrEnum):
    """What is due."""

    CONFIRMATION = "confirmation"
    """That an application was received, between both sides."""
    SUPPLEMENT_NOTICE = "supplement_notice"
    """The one notice that asks for a supplement."""
    SUPPLEMENT = "supplement"
    THIRD_PARTY = "third_party"
    OTHER_ORGAN = "other_organ"
    FEE = "fee"
    REPLY = "reply"
    ACCEPTANCE = "acceptance"
    """The notice whether a petition is accepted, or that a report of crime was."""
    OBJECTION = "objection"
    """Of whoever a matter was wrongly forwarded to."""
    CONCLUSION = "conclusion"
    REVIEW_REQUEST = "review_request"
    REVIEW = "review"
    RE_REVIEW_REQUEST = "re_review_request"
    RE_REVIEW = "re_review"


class DeadlineState(StrEnum):
    """Where a deadline stands."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    VOID = "void"
    """Nobody owes this any more, or yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of a derivation: the key of its text, and the facts in it."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def step(key: str, **facts: Fact) -> Step:
    """A step with its facts."""
    return Step(key, facts)


def rule_step(rule: Rule) -> Step:
    """What a rule says, and where it stands."""
    return (
        step("clock.rule.of", rule=rule.words, source=(source_step(rule),))
        if rule.article != "-"
        else step("clock.rule.own", rule=rule.words)
    )


def source_step(rule: Rule) -> Step:
    """The article of a rule, or the paper that it stands in."""
    return step("clock.source.article" if rule.article[0].isdigit() else "clock.source.paper", article=rule.article)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that is due."""

    name: DeadlineName
    owed_by: Owed
    due_on: date | None
    """None while it cannot be told, or when the rule sets no term."""
    state: DeadlineState
    rule: Rule
    steps: tuple[Step, ...]
    """How the day came about, in order."""
    problems: tuple[Step, ...] = ()
    """What was refused, or does not fit."""
    provisional: bool = False
    """The day, or one on the way to it, lies in a year whose holidays are not announced yet."""
