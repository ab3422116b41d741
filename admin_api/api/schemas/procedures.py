"""What the bureau has published."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from admin_api.api.schemas.fields import InBothLanguages, PageQuery, Schema, ShortText, example
from knowledge.procedure import Facet, FacetName, Procedure, Text, TimeUnit

_SUMMARY = {
    "slug": "passport-first",
    "version": "2026-11-01",
    "unit": "exit-entry",
    "checked_on": "2026-11-23",
    "title": {"zh": "首次申请普通护照", "en": "Apply for an ordinary passport"},
    "summary": {"zh": "第一次办理普通护照。", "en": "Applying for a first ordinary passport."},
}
_FEE = {
    "zh": ["每本120元"],
    "en": ["120 yuan per passport"],
    "bureau_must_fill": False,
    "yuan": [120.0],
    "limits": [],
}


class ProcedureFilter(PageQuery):
    """Which entries are wanted."""

    model_config = example(unit="exit-entry", q="护照", limit=50)

    unit: ShortText = Field(default="", examples=["exit-entry"])
    """Slug of the unit that is responsible."""
    q: ShortText = Field(default="", examples=["护照"])
    """Words of the title, the summary or a phrasing."""


class ProcedureSummary(Schema):
    """A published entry as it stands in a list."""

    model_config = example(**_SUMMARY)

    slug: str
    version: str
    unit: str
    checked_on: date
    """When its facts were last checked against their sources."""
    title: InBothLanguages
    summary: InBothLanguages

    @classmethod
    def of(cls, entry: Procedure) -> ProcedureSummary:
        """The shape of an entry."""
        return cls.model_validate(_members(entry))


class LimitView(Schema):
    """How long one step may take."""

    model_config = example(number=15, unit="calendar_day", purpose={"zh": "签发", "en": "issue"})

    number: int
    unit: TimeUnit
    purpose: InBothLanguages | None


class FacetView(Schema):
    """One side of a procedure: its lines in each language."""

    model_config = example(**_FEE)

    zh: list[str]
    en: list[str]
    bureau_must_fill: bool
    """The bureau has not published this yet."""
    yuan: list[float]
    limits: list[LimitView]


class ProcedureDetail(ProcedureSummary):
    """A published entry, whole."""

    model_config = example(
        **_SUMMARY,
        facets={"fee": _FEE},
        basis=[
            {
                "zh": "《中华人民共和国护照法》第五条（2006-04-29）",
                "en": "Passport Law of the PRC, art. 5 (2006-04-29)",
            }
        ],
        phrasings={"zh": ["办护照要多少钱"], "en": ["How much is a passport?"]},
        notes=None,
    )

    facets: dict[FacetName, FacetView]
    basis: list[InBothLanguages]
    phrasings: dict[str, list[str]]
    notes: InBothLanguages | None

    @classmethod
    def of(cls, entry: Procedure) -> ProcedureDetail:
        """The shape of an entry with everything in it."""
        return cls.model_validate(
            {
                **_members(entry),
                "facets": {name: _facet(facet) for name, facet in entry.facets.items()},
                "basis": [{"zh": basis.cite("zh"), "en": basis.cite("en")} for basis in entry.basis],
                "phrasings": {language: list(lines) for language, lines in entry.phrasings.items()},
                "notes": _text(entry.notes) if entry.notes else None,
            }
        )


def _members(entry: Procedure) -> dict[str, Any]:
    same = {name: getattr(entry, name) for name in ("slug", "version", "unit", "checked_on")}
    return {**same, "title": _text(entry.title), "summary": _text(entry.summary)}


def _facet(facet: Facet) -> dict[str, Any]:
    return {
        "zh": list(facet.lines("zh")),
        "en": list(facet.lines("en")),
        "bureau_must_fill": facet.bureau_must_fill,
        "yuan": list(facet.yuan),
        "limits": [
            {
                "number": limit.number,
                "unit": limit.unit,
                "purpose": _text(limit.purpose) if limit.purpose else None,
            }
            for limit in facet.limits
        ],
    }


def _text(text: Text) -> InBothLanguages:
    return InBothLanguages(zh=text.zh, en=text.en)
