"""Revisions to rows and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from knowledge.publication import Classification, DisclosureClass, Stage, Standing, Step
from knowledge.revisions import Revision, Subject


def row_of(revision: Revision) -> dict[str, Any]:
    """A revision as a row without its id."""
    return {
        "subject": revision.subject.value,
        "slug": revision.slug,
        "number": revision.number,
        "origin": revision.origin,
        "edits": revision.edits,
        **contents_of(revision),
        **standing_of(revision.standing),
    }


def contents_of(revision: Revision) -> dict[str, Any]:
    """The columns that say what the revision says."""
    return {"title": revision.title, "unit": revision.unit, "body": dict(revision.body), "note": revision.note}


def standing_of(standing: Standing) -> dict[str, Any]:
    """The columns that say how far it has come."""
    return {
        "stage": standing.stage.value,
        "disclosure": standing.classification.disclosure.value,
        "ground": standing.classification.ground,
        "drafted_by": standing.drafted_by,
        "drafted_at": standing.drafted_at,
        "reviewed_by": standing.reviewed_by,
        "reviewed_at": standing.reviewed_at,
        "published_by": standing.published_by,
        "published_at": standing.published_at,
        "ended_at": standing.ended_at,
        "review_due_on": standing.review_due_on,
        "reason": standing.reason,
        "steps": [_step_row(step) for step in standing.steps],
    }


def revision_from(row: Any) -> Revision:
    """The revision that a row keeps."""
    return Revision(
        subject=Subject(row.subject),
        slug=row.slug,
        number=row.number,
        title=row.title,
        unit=row.unit,
        body=row.body,
        standing=_standing_from(row),
        note=row.note,
        origin=row.origin,
        edits=row.edits,
    )


def _standing_from(row: Any) -> Standing:
    return Standing(
        stage=Stage(row.stage),
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        classification=Classification(DisclosureClass(row.disclosure), row.ground),
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        published_by=row.published_by,
        published_at=row.published_at,
        ended_at=row.ended_at,
        review_due_on=row.review_due_on,
        reason=row.reason,
        steps=tuple(_step_from(step) for step in row.steps),
    )


def _step_row(step: Step) -> dict[str, str]:
    row = {"what": step.what, "by": step.by, "at": step.at.isoformat(), "reason": step.reason}
    return {name: value for name, value in row.items() if value}


def _step_from(row: Mapping[str, str]) -> Step:
    return Step(row["what"], row["by"], datetime.fromisoformat(row["at"]), row.get("reason", ""))
