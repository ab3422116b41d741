"""Why a letter was placed where it is."""

from __future__ import annotations

from collections.abc import Mapping

from admin_api.api.schemas.fields import REFERENCE, Schema, example, example_of
from admin_api.evidence import CaseShown, proof_of, weighing_of


class PointerView(Schema):
    """A piece of evidence, and what it counts."""

    model_config = example(kind="case_reference", weight=70, case=REFERENCE, left_out="stranger")

    kind: str
    """`reply_address`, `own_message_id`, `known_message_id`, `case_reference`, `answered_subject` or `same_subject`."""
    weight: int
    case: str | None
    """Reference of the case that it points to, where there is one and the key may see it."""
    left_out: str
    """Why it counts for nothing: `stranger`, `answered_elsewhere` or `weaker`; empty when it counts."""


class WeighingView(Schema):
    """The evidence that was weighed when a letter came."""

    model_config = example(
        pointers=[example_of(PointerView)], standing="", standing_weight=0, total=None, sure_from=50, outcome="stranger"
    )

    pointers: list[PointerView]
    standing: str
    """`pass` or `fail` when the proof of the sender was weighed too."""
    standing_weight: int
    total: int | None
    """Null when nothing counted."""
    sure_from: int
    """From this sum on a letter joins."""
    outcome: str
    """`join`, `not_sure` or `stranger`."""

    @classmethod
    def of(cls, facts: Mapping[str, object], shown: CaseShown) -> WeighingView | None:
        """The shape of what was kept with a letter."""
        found = weighing_of(facts, shown)
        if found is None:
            return None
        standing, weight = found.standing or ("", 0)
        return cls(
            pointers=[
                PointerView(kind=one.kind, weight=one.weight, case=one.reference, left_out=one.left_out)
                for one in found.pointers
            ],
            standing=standing,
            standing_weight=weight,
            total=found.total,
            sure_from=found.sure_from,
            outcome=found.outcome,
        )


class ProofResult(Schema):
    """What one check found."""

    model_config = example(method="dmarc", result="pass", domains=["example.org"])

    method: str
    """`spf`, `dkim`, `dmarc` and others of RFC 8601."""
    result: str
    domains: list[str]
    """What it is about, where that was told."""


class ProofView(Schema):
    """What was found out about who sent a letter."""

    model_config = example(by="mx.example.org", is_own=False, standing="pass", results=[example_of(ProofResult)])

    by: str
    """Who says so."""
    is_own: bool
    """Whether it was verified here, rather than by a mail server before us."""
    standing: str
    """What it says of the author: `pass`, `neutral` or `fail`; empty when that was not kept."""
    results: list[ProofResult]

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> ProofView | None:
        """The shape of what was kept with a letter."""
        found = proof_of(facts)
        if found is None:
            return None
        results = [
            ProofResult(method=method, result=result, domains=list(domains))
            for method, result, domains in found.results
        ]
        return cls(by=found.by, is_own=found.is_own, standing=found.standing, results=results)
