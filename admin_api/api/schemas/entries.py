"""Revisions of entries, and what is sent to draft, amend, review and publish them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast

from pydantic import Field, JsonValue, StrictBool

from admin_api.api.schemas.fields import PageQuery, Schema, ShortText, Version, example, example_of
from knowledge.comparing import Change
from knowledge.effect import Effect, Outcome
from knowledge.fields import Fault
from knowledge.masking import masked
from knowledge.publication import DisclosureClass, Stage, Step
from knowledge.revisions import Revision
from knowledge.versions import version_of

_ENTRY: dict[str, Any] = {
    "version": "2026-12-01",
    "unit": "exit-entry",
    "checked_on": "2026-11-23",
    "title": {"zh": "首次申请普通护照", "en": "Apply for an ordinary passport"},
    "fee": {"zh": "每本120元", "en": "120 yuan per passport", "yuan": [120]},
}
_STEP = {"what": "review", "by": "li", "at": "2026-11-25T02:00:00Z", "reason": ""}
_SUMMARY: dict[str, Any] = {
    "slug": "passport-first",
    "number": 3,
    "title": "首次申请普通护照",
    "version": "2026-12-01",
    "unit": "exit-entry",
    "stage": "reviewed",
    "disclosure": "proactive",
    "ground": "",
    "note": "费用变更",
    "edits": 2,
    "drafted_by": "wang",
    "drafted_at": "2026-11-24T02:00:00Z",
    "reviewed_by": "li",
    "reviewed_at": "2026-11-25T02:00:00Z",
    "published_by": "",
    "published_at": None,
    "ended_at": None,
    "review_due_on": None,
    "reason": "",
}


class RevisionFilter(PageQuery):
    """Which revisions are wanted."""

    model_config = example(stage="draft", q="护照", due=False, limit=50)

    stage: Stage | None = Field(default=None, examples=["draft"])
    q: ShortText = Field(default="", examples=["护照"])
    """Words of the title or the slug."""
    due: bool = Field(default=False, examples=[False])
    """Only what is published and due for re-review."""


class RevisionStanding(Schema):
    """Which revision it is and how it stands, of an entry or an item."""

    slug: str
    number: int
    title: str
    unit: str
    stage: Stage
    disclosure: DisclosureClass
    ground: str
    note: str
    edits: int
    """How often it was changed; send it back to learn of changes meanwhile."""
    drafted_by: str
    drafted_at: datetime
    reviewed_by: str
    reviewed_at: datetime | None
    published_by: str
    published_at: datetime | None
    ended_at: datetime | None
    review_due_on: date | None
    reason: str


class RevisionSummary(RevisionStanding):
    """One revision without its contents."""

    model_config = example(**_SUMMARY)

    version: str
    """What is printed with every answer."""

    @classmethod
    def of(cls, revision: Revision) -> RevisionSummary:
        """The shape of a revision."""
        return cls.model_validate({**standing_members(revision), "version": version_of(revision.body)})


class StepView(Schema):
    """One thing that was done to a revision."""

    model_config = example(**_STEP)

    what: str
    by: str
    at: datetime
    reason: str

    @classmethod
    def of(cls, step: Step) -> StepView:
        """The shape of a step."""
        return cls(what=step.what, by=step.by, at=step.at, reason=step.reason)


class FaultView(Schema):
    """Something that must be mended before the revision can be reviewed."""

    model_config = example(pointer="title.en", detail="title.en is missing: say it in zh and in en")

    pointer: str
    detail: str

    @classmethod
    def of(cls, fault: Fault) -> FaultView:
        """The shape of a fault."""
        return cls(pointer=fault.at, detail=fault.message)


class RevisionDetail(RevisionSummary):
    """One revision, whole."""

    model_config = example(**_SUMMARY, entry=_ENTRY, steps=[_STEP], faults=[])

    entry: dict[str, JsonValue]
    """In the form of a bundle's file, dates as text."""
    steps: list[StepView]
    faults: list[FaultView]
    """What `sunwindow check` would say about it."""

    @classmethod
    def whole(cls, revision: Revision, faults: tuple[Fault, ...]) -> RevisionDetail:
        """The shape of a revision with everything in it."""
        return cls.model_validate(
            {
                **standing_members(revision),
                "version": version_of(revision.body),
                "entry": revision.body,
                "steps": [StepView.of(step) for step in revision.standing.steps],
                "faults": [FaultView.of(fault) for fault in faults],
            }
        )


class RevisionHistory(Schema):
    """Every revision of one entry, newest first."""

    model_config = example(items=[_SUMMARY])

    items: list[RevisionSummary]


class NewDraft(Schema):
    """A new draft, of a new entry or of one that exists."""

    model_config = example(entry=_ENTRY, note="费用变更", after=2)

    entry: dict[str, JsonValue]
    note: ShortText = ""
    """Why."""
    after: Version = None
    """The revision that was edited, 0 for a new entry; 409 when there is a later one."""

    def body(self) -> dict[str, object]:
        """What the draft shall say."""
        return cast("dict[str, object]", self.entry)


class Amendment(Schema):
    """New contents for a draft."""

    model_config = example(entry=_ENTRY, note="", edits=2)

    entry: dict[str, JsonValue]
    note: ShortText = ""
    edits: Version = None
    """As the draft came; 409 when it was changed since."""

    def body(self) -> dict[str, object]:
        """What the draft shall say."""
        return cast("dict[str, object]", self.entry)


class Reviewing(Schema):
    """A word that the revision is right."""

    model_config = example(edits=2)

    edits: Version = None


class Reasoned(Schema):
    """A step that wants its reason told."""

    model_config = example(reason="费用与文件不符", edits=2)

    reason: ShortText
    edits: Version = None


class Publishing(Schema):
    """A revision goes out, or is confirmed."""

    model_config = example(review_due_on="2027-05-25", edits=2)

    review_due_on: date
    """The day of the next review."""
    edits: Version = None


class Release(Publishing):
    """A reviewed revision goes out."""

    model_config = example(review_due_on="2027-05-25", edits=2, accept_drop=False)

    accept_drop: StrictBool = False
    """Publish also when labelled questions would be answered worse than now."""


class TallyView(Schema):
    """How many labelled questions are dealt with in which way."""

    model_config = example(right=262, offered=9, silent=7, wrong=2)

    right: int
    offered: int
    """Asked back, with a right entry among the choices."""
    silent: int
    """Not answered, and no right entry offered."""
    wrong: int


class ChangedQuestion(Schema):
    """A labelled question that would be dealt with otherwise."""

    model_config = example(
        question="证件掉了咋整",
        entries=["id-card-lost"],
        before="silent",
        after="right",
        answered_before=None,
        answered_after="id-card-lost",
        is_worse=False,
    )

    question: str
    """What points to one person is struck out."""
    entries: list[str]
    """The entries that answer it; empty when none does."""
    before: Outcome
    after: Outcome
    answered_before: str | None
    answered_after: str | None
    is_worse: bool


class EffectView(Schema):
    """What publishing a revision would do to the labelled questions."""

    model_config = example(
        questions=280,
        before=example_of(TallyView),
        after={"right": 263, "offered": 9, "silent": 6, "wrong": 2},
        is_drop=False,
        changes=[example_of(ChangedQuestion)],
    )

    questions: int
    before: TallyView
    after: TallyView
    is_drop: bool
    """Fewer would be answered rightly or more wrongly: publishing wants `accept_drop`."""
    changes: list[ChangedQuestion]
    """Those that become worse first; at most 200."""

    @classmethod
    def of(cls, effect: Effect) -> EffectView:
        """The shape of an effect."""
        return cls(
            questions=effect.questions,
            before=TallyView.model_validate(asdict(effect.before)),
            after=TallyView.model_validate(asdict(effect.after)),
            is_drop=effect.is_drop,
            changes=[
                ChangedQuestion(
                    question=masked(change.label.question),
                    entries=sorted(change.label.slugs),
                    before=change.before,
                    after=change.after,
                    answered_before=change.answered_before,
                    answered_after=change.answered_after,
                    is_worse=change.is_worse,
                )
                for change in effect.changes[:200]
            ],
        )


class LineView(Schema):
    """One line of a field that differs; `parts` are `[text, changed]`."""

    model_config = example(mark="added", parts=[["每本", False], ["160", True], ["元", False]])

    mark: str
    parts: list[tuple[str, bool]]


class ChangeView(Schema):
    """One field that differs."""

    model_config = example(field="fee.zh", lines=[{"mark": "added", "parts": [["每本160元", True]]}])

    field: str
    lines: list[LineView]


class Comparison(Schema):
    """What differs between two revisions."""

    model_config = example(
        old=2, new=3, changes=[{"field": "fee.zh", "lines": [{"mark": "added", "parts": [["每本160元", True]]}]}]
    )

    old: int
    new: int
    changes: list[ChangeView]

    @classmethod
    def of(cls, old: int, new: int, changes: tuple[Change, ...]) -> Comparison:
        """The shape of a comparison."""
        views = [
            ChangeView(
                field=change.field,
                lines=[LineView(mark=line.mark.value, parts=list(line.parts)) for line in change.lines],
            )
            for change in changes
        ]
        return cls(old=old, new=new, changes=views)


def standing_members(revision: Revision) -> dict[str, Any]:
    """What `RevisionStanding` says of a revision."""
    standing = revision.standing
    same = ("slug", "number", "title", "unit", "note", "edits")
    stands = ("stage", "drafted_by", "drafted_at", "reviewed_by", "reviewed_at", "published_by", "published_at")
    return {
        **{name: getattr(revision, name) for name in same},
        **{name: getattr(standing, name) for name in (*stands, "ended_at", "review_due_on", "reason")},
        "disclosure": standing.classification.disclosure,
        "ground": standing.classification.ground,
    }
