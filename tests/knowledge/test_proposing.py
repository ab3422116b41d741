"""Proposals for publication: one more phrasing, or an entry out of an answer."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.errors import KnowledgeRejected
from knowledge.library import Library
from knowledge.proposing import PhrasingRefused, check_phrasing, entry_from_answer, owner_of, with_phrasing

TODAY = date(2026, 11, 23)


def test_a_good_phrasing_comes_back_without_needless_blanks(library: Library) -> None:
    assert check_phrasing("  红本本飞了\n 咋整 ", "id-card-lost", library) == "红本本飞了 咋整"


@pytest.mark.parametrize(
    ("phrasing", "reason"),
    [
        ("？！ …", "empty"),
        ("丢" * 201, "long"),
        ("我13800001111的身份证丢了", "personal"),
    ],
)
def test_a_phrasing_that_cannot_be_public_is_refused_with_its_reason(
    phrasing: str, reason: str, library: Library
) -> None:
    with pytest.raises(PhrasingRefused) as refused:
        check_phrasing(phrasing, "id-card-lost", library)
    assert refused.value.reason == reason


def test_a_phrasing_belongs_to_one_entry_however_it_is_spelled(library: Library) -> None:
    own = library.get("id-card-lost").phrasings["zh"][0]
    assert owner_of(f" {own}？ ", library) == "id-card-lost"
    for slug, reason in (("id-card-lost", "there"), ("passport", "claimed")):
        with pytest.raises(PhrasingRefused) as refused:
            check_phrasing(f"{own}！", slug, library)
        assert refused.value.reason == reason


def test_a_phrasing_is_added_once_and_the_rest_of_the_entry_stays() -> None:
    body = {"slug": "passport", "phrasings": {"zh": ["办护照"], "en": ["passport"]}}
    once = with_phrasing(body, "zh", "护照咋办")
    assert once == {"slug": "passport", "phrasings": {"zh": ["办护照", "护照咋办"], "en": ["passport"]}}
    assert with_phrasing(once, "zh", "护照咋办") == once
    assert body["phrasings"] == {"zh": ["办护照"], "en": ["passport"]}
    assert with_phrasing({"slug": "x"}, "en", "new") == {"slug": "x", "phrasings": {"en": ["new"]}}


def test_an_answer_becomes_the_beginnings_of_an_entry() -> None:
    body = entry_from_answer(
        "keep-poultry", unit="bureau", question=" 能养鸡吗？ ", answer="城区内禁止饲养。\n", language="zh", today=TODAY
    )
    assert (body["title"], body["summary"]) == ({"zh": "能养鸡吗？"}, {"zh": "城区内禁止饲养。"})
    assert body["phrasings"] == {"zh": ["能养鸡吗？"]}
    assert all(body[side] == {"bureau_must_fill": True} for side in ("who", "where", "papers", "fee", "time_limit"))
    assert "validity" not in body


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Keep Poultry"},
        {"slug": "养鸡"},
        {"slug": "a" * 61},
        {"question": " "},
        {"answer": ""},
        {"answer": "请致电13800001111"},
        {"question": "问" * 201},
    ],
    ids=["capitals and blanks", "Chinese", "too long", "no question", "no answer", "a telephone", "a long question"],
)
def test_what_cannot_become_an_entry_is_refused(wrong: dict[str, str]) -> None:
    given = {"slug": "keep-poultry", "question": "能养鸡吗", "answer": "不能", **wrong}
    with pytest.raises(KnowledgeRejected):
        entry_from_answer(**given, unit="bureau", language="zh", today=TODAY)
