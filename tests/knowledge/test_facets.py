"""Which side of a procedure a question asks about."""

from __future__ import annotations

import pytest

from knowledge.facet_slips import mend_cues
from knowledge.facets import asked_facet, asked_facets
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


@pytest.mark.parametrize(
    ("question", "facets"),
    [
        ("办护照要多少钱，多久能拿到", [FacetName.FEE, FacetName.TIME_LIMIT]),
        ("办护照多久能拿到，要多少钱", [FacetName.TIME_LIMIT, FacetName.FEE]),
        ("二手车过户的费用和材料", [FacetName.FEE, FacetName.PAPERS]),
        ("新车上牌要带什么去哪办多少钱", [FacetName.PAPERS, FacetName.WHERE, FacetName.FEE]),
        ("How much is it and how long does it take?", [FacetName.FEE, FacetName.TIME_LIMIT]),
        ("What is the fee and time limit for a passport", [FacetName.FEE, FacetName.TIME_LIMIT]),
        ("护照有效期多久", [FacetName.VALIDITY]),
        ("how long is a passport valid and how much", [FacetName.VALIDITY, FacetName.FEE]),
        ("加急多少钱", [FacetName.FEE]),
        ("能加急吗", [FacetName.TIME_LIMIT]),
        ("材料都带齐了，多少钱", [FacetName.FEE]),
        ("what documents and photos do I need", [FacetName.PAPERS]),
        ("我的护照丢了", []),
        ("", []),
    ],
)
def test_one_sentence_may_ask_for_several_facets(question: str, facets: list[FacetName]) -> None:
    assert list(asked_facets(question)) == facets


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("多就能拿到", "多久能拿到"),
        ("要待什么", "要带什么"),
        ("how lnog does it take", "how long does it take"),
        ("what documets do i need", "what documents do i need"),
        ("多少钱", "多少钱"),
        ("周末开门吗", "周末开门吗"),
    ],
)
def test_slips_in_the_words_of_a_facet_are_set_right(slip: str, meant: str) -> None:
    assert mend_cues(slip) == meant
