"""The answer as a citizen reads it."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from knowledge.card import cite, compose_card, compose_facets
from knowledge.library import Library
from knowledge.procedure import FacetName, Language


def test_the_facet_that_was_asked_for_comes_first_and_only_once(library: Library) -> None:
    card = compose_card(library.get("passport"), "zh", FacetName.FEE)
    assert card.split("\n")[:2] == ["【申请护照】", "费用：每本100元。"]
    assert card.count("每本100元") == 1


def test_a_list_is_given_an_item_a_line(library: Library) -> None:
    card = compose_card(library.get("passport"), "en", FacetName.PAPERS)
    assert card.split("\n")[1:4] == ["Bring:", "- ID card", "- One photo"]


def test_the_whole_card_is_short_lines_in_the_order_of_a_visit(library: Library) -> None:
    assert compose_card(library.get("id-card-renew"), "en").split("\n") == [
        "Renew an expired ID card",
        "",
        "An ID card may be renewed three months before it expires.",
        "",
        "Who: Residents whose ID card expires.",
        "Where: Any police station.",
        "Bring:",
        "- Household booklet",
        "- The old card",
        "Fee: 15 yuan.",
        "Time: Within 20 days.",
        "Valid for: Twenty years.",
        "",
        "Basis: Model Rules for Windows, arts. 3, 12(2) (2020-05-01)",
        "Version 2026-10-01, checked on 2026-10-15",
    ]


@pytest.mark.parametrize(
    ("language", "plainly"),
    [
        ("zh", "费用：本局尚未公布此项，请向窗口核实。"),
        ("en", "Fee: The bureau has not published this yet; please ask the window."),
    ],
)
def test_what_is_not_published_is_said_plainly(library: Library, language: Language, plainly: str) -> None:
    assert plainly in compose_card(library.get("residence-permit"), language).split("\n")


def test_what_is_known_of_an_unpublished_facet_is_said_with_the_warning(library: Library) -> None:
    said = compose_facets(library.get("dog-licence"), "zh", FacetName.FEE)
    assert said.split("\n") == ["费用：", "· 登记要收费。", "· 其余部分本局尚未公布，请向窗口核实。"]


def test_a_facet_that_the_entry_lacks_is_said_to_be_not_published(library: Library) -> None:
    complaint = library.get("complaint")
    said = "有效期：本局尚未公布此项，请向窗口核实。"
    assert compose_facets(complaint, "zh", FacetName.VALIDITY) == said
    assert compose_card(complaint, "zh", FacetName.VALIDITY).split("\n")[1] == said
    assert said not in compose_card(complaint, "zh")


def test_several_facets_come_first_in_the_order_in_which_they_were_asked(library: Library) -> None:
    card = compose_card(library.get("passport"), "en", FacetName.TIME_LIMIT, FacetName.FEE)
    first, second = card.split("\n")[1:3]
    assert (first[:5], second[:4]) == ("Time:", "Fee:")
    assert card.count("Fee:") == card.count("Time:") == 1


def test_notes_stand_before_the_source(library: Library) -> None:
    card = compose_card(library.get("dog-licence"), "zh")
    assert card.index("遛狗请牵绳。") < card.index("依据：《养犬示范规定》（2019-01-01）")


def test_every_card_ends_with_basis_version_and_day(library: Library) -> None:
    for entry in library:
        assert compose_card(entry, "zh").split("\n")[-2].startswith("依据：《")
        assert compose_card(entry, "zh").split("\n")[-1] == "版本：2026-10-01，核对日期：2026-10-15"


def test_a_citation_names_entry_version_and_law(library: Library) -> None:
    citation = cite(library.get("passport"), "zh")
    assert (citation.procedure, citation.title, citation.version) == ("passport", "申请护照", "2026-10-01")
    assert citation.basis == ("《窗口服务示范办法》第三条、第十二条第二款（2020-05-01）",)


def test_both_languages_have_the_same_labels() -> None:
    texts = {
        language: tomllib.loads((files("knowledge") / "labels" / f"{language}.toml").read_text(encoding="utf-8"))
        for language in ("zh", "en")
    }
    assert texts["zh"].keys() == texts["en"].keys()
    assert texts["zh"].keys() >= {name.value for name in FacetName}
