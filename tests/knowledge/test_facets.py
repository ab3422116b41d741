"""Which side of a procedure a question asks about."""

from __future__ import annotations

import pytest

from knowledge.facets import asked_facet
from knowledge.procedure import FacetName


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("办护照要多少钱", FacetName.FEE),
        ("護照要收費嗎", FacetName.FEE),
        ("How much is a passport?", FacetName.FEE),
        ("Is it free?", FacetName.FEE),
        ("护照几天能拿到", FacetName.TIME_LIMIT),
        ("多久能下来", FacetName.TIME_LIMIT),
        ("How long does a passport take?", FacetName.TIME_LIMIT),
        ("办护照带什么材料", FacetName.PAPERS),
        ("What documents should I bring?", FacetName.PAPERS),
        ("护照在哪办", FacetName.WHERE),
        ("Where can I apply?", FacetName.WHERE),
        ("谁可以申请", FacetName.WHO),
        ("可以代办吗", FacetName.WHO),
        ("Who can apply?", FacetName.WHO),
        ("护照有效期多久", FacetName.VALIDITY),
        ("How long is a passport valid?", FacetName.VALIDITY),
        ("我的护照丢了", None),
        ("I lost my passport", None),
        ("", None),
    ],
)
def test_a_facet_is_told_by_its_cues(question: str, facet: FacetName | None) -> None:
    assert asked_facet(question) is facet


def test_cues_inside_other_words_are_none() -> None:
    assert asked_facet("coffee") is None
    assert asked_facet("a priceless pass") is None
