"""Gaps: questions that were not well answered, grouped; and what is sent to close one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import PageQuery, Schema, ShortText, Storable, example, example_of
from admin_api.closing_gaps import LONGEST_REASON
from admin_api.gaps import USUAL_PERIOD, Gap, Nearness
from casework.enquiry import Shortfall
from casework.party import Language
from knowledge.proposing import LONGEST_PHRASING
from knowledge.retrieval import Decision

Days = Literal[7, 30, 90, 365]
Seen = Annotated[int | None, Field(default=None, ge=1, le=MAX_ID, strict=True)]
_MOST_WORDINGS = 50


class GapFilter(PageQuery):
    """Which gaps are wanted."""

    model_config = example(days=90, kind="unanswered", limit=50)

    days: Days = Field(default=90, examples=[USUAL_PERIOD])
    """How far back."""
    kind: Shortfall | None = Field(default=None, examples=["unanswered"])
    """Only gaps in which a question fell short in this way."""


class GapWordingView(Schema):
    """One wording of a gap."""

    model_config = example(text="身份证飞了咋整", count=2, last_asked_at="2026-11-23T02:00:00Z")

    text: str
    """What points to one person is struck out."""
    count: int
    last_asked_at: datetime


class NearEntryView(Schema):
    """An entry that comes near."""

    model_config = example(slug="id-card-lost", title="居民身份证丢失补领", was_shown=False)

    slug: str
    title: str
    was_shown: bool
    """It was the answer that did not help."""


class GapView(Schema):
    """Alike questions that were not well answered."""

    model_config = example(
        key=17,
        newest=45,
        text="身份证飞了咋整",
        language="zh",
        count=3,
        kinds={"unanswered": 2, "not_helpful": 1},
        last_asked_at="2026-11-23T02:00:00Z",
        confidence=0.21,
        wordings=[example_of(GapWordingView)],
        now="hand_over",
        now_confidence=0.21,
        near=[example_of(NearEntryView)],
    )

    key: int
    newest: int
    """The latest question of it; send it as `seen` so that what comes later stays open."""
    text: str
    language: Language
    count: int
    kinds: dict[Shortfall, int]
    last_asked_at: datetime
    confidence: float
    """How sure the assistant was at most when it was asked."""
    wordings: list[GapWordingView]
    """At most 50, the most frequent first."""
    now: Decision
    """What the assistant would do with the question now."""
    now_confidence: float
    near: list[NearEntryView]

    @classmethod
    def of(cls, gap: Gap, near: Nearness) -> GapView:
        """The shape of a gap."""
        return cls(
            key=gap.key,
            newest=gap.newest,
            text=gap.text,
            language=gap.language,
            count=gap.count,
            kinds=gap.kinds,
            last_asked_at=gap.last_asked_at,
            confidence=gap.confidence,
            wordings=[
                GapWordingView(text=one.text, count=one.count, last_asked_at=one.last_asked_at)
                for one in gap.wordings[:_MOST_WORDINGS]
            ],
            now=near.decision,
            now_confidence=near.confidence,
            near=[NearEntryView(slug=one.slug, title=one.title, was_shown=one.was_shown) for one in near.entries],
        )


class Dismissal(Schema):
    """Nothing is to be published for a gap."""

    model_config = example(reason="不属于我局职责", seen=45, days=90)

    reason: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True), Storable]
    seen: Seen = None
    """`newest` of the gap as you saw it."""
    days: Days = 90


class NewPhrasing(Schema):
    """A question becomes a phrasing of an entry, in a draft that another person reviews."""

    model_config = example(entry="id-card-lost", phrasing="身份证飞了咋整", language="zh", seen=45, days=90)

    entry: ShortText
    """Slug of a published entry."""
    phrasing: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PHRASING), Storable]
    language: Language = "zh"
    seen: Seen = None
    """`newest` of the gap as you saw it."""
    days: Days = 90


class Closed(Schema):
    """How many questions a dismissal closed."""

    model_config = example(questions=3)

    questions: int
