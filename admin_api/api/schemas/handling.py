"""Handling by the law: the steps of a case, what they are given, and the deadlines with how they came about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from admin_api.api.schemas.fields import REFERENCE, AccountId, Digest, LongText, Schema, ShortText, Version, example
from admin_api.taking_steps import Given
from casework.actions.deriving import DerivedDeadline
from casework.letter import Letter
from casework.party import Language
from casework.steps import Step


class StepGiven(Schema):
    """The facts of a step; each step reads some of them and says in its refusal which is missing."""

    model_config = example(words="请说明所需信息的年份。", days=10, version=4)

    words: LongText = ""
    reason: LongText = ""
    days: Annotated[int, Field(ge=0, le=3650)] = 0
    on: date | None = None
    ending: ShortText = ""
    answer: ShortText = ""
    whom: ShortText = ""
    address: ShortText = ""
    about: LongText = ""
    other: ShortText = ""
    relation: ShortText = "same_matter"
    petition_class: ShortText = ""
    accused_unit: ShortText = ""
    accused_staff: AccountId | None = None
    applicant: ShortText = ""
    charged_by: ShortText = ""
    count: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    payment: ShortText = ""
    decision: LongText = ""
    basis: ShortText = ""
    letter_kind: ShortText = ""
    title: ShortText = ""
    matter: LongText = ""
    upheld: bool = False
    route: ShortText = ""
    outcome: ShortText = ""
    message: AccountId | None = None
    redacted: Annotated[tuple[Digest, ...], Field(max_length=20)] = ()
    """With `draft`: SHA-256 of the redacted documents that go with the reply."""
    version: Version = None

    def given(self) -> Given:
        """What the step is given."""
        return Given(**self.model_dump(exclude={"version"}))


class DeadlineView(Schema):
    """One deadline, and how it came about."""

    model_config = example(
        name="reply",
        owed_by="bureau",
        due_on="2026-12-21",
        state="running",
        rule="《中华人民共和国政府信息公开条例》（2019年修订）第33条",
        derivation=["2026-11-23（周一）为事件发生之日，不计入；自下一个应计之日起算。"],
        problems=[],
        uncertain=False,
    )

    name: str
    owed_by: str
    due_on: date | None
    state: str
    rule: str
    derivation: list[str]
    problems: list[str]
    uncertain: bool

    @classmethod
    def of(cls, deadline: DerivedDeadline) -> DeadlineView:
        """The deadline as the API tells it."""
        return cls(
            name=deadline.name,
            owed_by=deadline.owed_by,
            due_on=deadline.due_on,
            state=deadline.state,
            rule=deadline.rule,
            derivation=list(deadline.derivation),
            problems=list(deadline.problems),
            uncertain=deadline.uncertain,
        )


class IssuedLetter(Schema):
    """A letter that was issued in the case."""

    model_config = example(
        id=5,
        kind="supplement",
        number="ZMD-补正告知〔2026〕12号",
        title="补正告知书",
        issued_at="2026-11-25T02:00:00Z",
        pdf_sha256="0" * 64,
    )

    id: int
    kind: str
    number: str
    title: str
    issued_at: datetime
    pdf_sha256: str

    @classmethod
    def of(cls, letter: Letter) -> IssuedLetter:
        """The letter as the API tells it."""
        return cls(
            id=letter.id,
            kind=letter.kind.value,
            number=letter.number,
            title=letter.title,
            issued_at=letter.issued_at,
            pdf_sha256=letter.pdf_sha256,
        )


class HandlingAsked(Schema):
    """In which language the derivations are told."""

    model_config = example(language="zh")

    language: Language = "zh"


class Handling(Schema):
    """Where a case stands under its law, and what this account may do next."""

    model_config = example(
        reference=REFERENCE,
        regime="cn-ogi-2019",
        received_on="2026-11-23",
        marks=["open"],
        steps=["ask_supplement", "draft"],
        deadlines=[],
        letters=[],
        warnings=[],
    )

    reference: str
    regime: str
    received_on: date | None
    marks: list[str]
    steps: list[Step]
    deadlines: list[DeadlineView]
    letters: list[IssuedLetter]
    warnings: list[str]
    """`no_redacted_document` while a draft discloses in part and no redacted document goes with it."""
