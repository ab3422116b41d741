"""Boxes and grounds: what a ledger tells of what is covered, and where a box lies on a picture."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from casework.errors import CaseworkRejected, Refusal
from casework.events import CaseEvent, EventName
from casework.redaction import (
    WHOLE,
    Box,
    Withheld,
    boxes_as_facts,
    check_boxes,
    pixels_of,
    redacted_in,
    redactions_of,
    withheld_facts,
    withheld_in,
)
from casework.regime_files import get_regime, load_regimes, read_regime

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ORIGINAL, MADE = "a" * 64, "b" * 64


def a_box(page: int = 1, *, left: int = 0, top: int = 0, ground: str = "privacy") -> Box:
    return Box(page, top=top, left=left, bottom=top + 100, right=left + 100, ground=ground)


def a_ledger(*events: tuple[EventName, Mapping[str, object]]) -> list[CaseEvent]:
    return [
        CaseEvent(number, name, AT, "staff:1", {"document": ORIGINAL, **facts})
        for number, (name, facts) in enumerate(events, start=1)
    ]


def test_a_box_is_never_smaller_on_a_picture_than_it_was_drawn() -> None:
    box = Box(1, top=1, left=1, bottom=9999, right=3334, ground="privacy")
    assert pixels_of(box, 1241, 1754) == (0, 0, 414, 1754)
    whole = Box(1, top=0, left=0, bottom=WHOLE, right=WHOLE, ground="privacy")
    assert pixels_of(whole, 7, 3) == (0, 0, 7, 3)
    assert pixels_of(Box(1, top=5, left=5, bottom=6, right=6, ground="x"), 10, 10) == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("left", "top", "right", "bottom"),
    [
        pytest.param(5, 5, 5, 9, id="without width"),
        pytest.param(5, 9, 9, 9, id="without height"),
        pytest.param(-1, 0, 9, 9, id="left of the page"),
        pytest.param(0, 0, WHOLE + 1, 9, id="right of the page"),
    ],
)
def test_a_box_without_area_or_off_its_page_is_refused(left: int, top: int, right: int, bottom: int) -> None:
    with pytest.raises(Refusal, match="has no area, or lies outside"):
        Box(1, top=top, left=left, bottom=bottom, right=right, ground="privacy")


def test_boxes_must_lie_on_a_page_and_rest_on_a_ground_of_the_regime() -> None:
    with pytest.raises(Refusal, match="has 1 pages, a box lies on 2"):
        check_boxes([a_box(2)], pages=1, grounds=["privacy"])
    with pytest.raises(Refusal, match="is no ground of this regime"):
        check_boxes([a_box(ground="taste")], pages=1, grounds=["privacy"])
    with pytest.raises(Refusal, match="at most 2000 boxes"):
        check_boxes([a_box(left=number) for number in range(2001)], pages=1, grounds=["privacy"])
    assert check_boxes([a_box(2), a_box(1), a_box(1)], pages=2, grounds=["privacy"]) == (a_box(1), a_box(2))


def test_what_is_withheld_is_counted_by_page_and_ground() -> None:
    boxes = [a_box(2), a_box(1), a_box(1, left=500), a_box(1, ground="trade_secret")]
    assert withheld_in(boxes) == (
        Withheld(1, "privacy", 2),
        Withheld(1, "trade_secret", 1),
        Withheld(2, "privacy", 1),
    )


def test_the_ledger_tells_what_was_drawn_last_and_what_was_made_of_it() -> None:
    first, second = [a_box()], [a_box(), a_box(left=500)]
    begun = (EventName.REDACTION_BEGUN, {"message": 7, "pages": 3})
    drawn = (EventName.REDACTION_DRAWN, {"boxes": boxes_as_facts(first)})
    facts = {"redacted": MADE, "message": 8, "withheld": withheld_facts(withheld_in(first))}
    made = (EventName.REDACTION_MADE, facts)
    (redaction,) = redactions_of(a_ledger(begun)).values()
    assert (redaction.pages, redaction.boxes, redaction.redacted) == (3, (), None)
    (redaction,) = redactions_of(a_ledger(begun, drawn, made)).values()
    assert redaction.is_current
    assert redaction.redacted is not None
    assert redaction.redacted.withheld == (Withheld(1, "privacy", 1),)
    drawn_again = (EventName.REDACTION_DRAWN, {"boxes": boxes_as_facts(second)})
    (redaction,) = redactions_of(a_ledger(begun, drawn, made, drawn_again)).values()
    assert redaction.boxes == tuple(second)
    assert not redaction.is_current
    assert set(redacted_in(a_ledger(begun, drawn, made))) == {MADE}
    assert redacted_in(a_ledger(begun, drawn)) == {}


def test_every_regime_of_disclosure_knows_grounds_and_only_what_was_read_in_the_law_is_confirmed() -> None:
    grounds = {slug: regime.grounds for slug, regime in load_regimes().items() if "ogi" in slug or "foia" in slug}
    assert all(grounds.values())
    confirmed = {slug for slug, found in grounds.items() if any(ground.confirmed for ground in found.values())}
    assert confirmed == {"cn-ogi-2019"}
    articles = {name: ground.article for name, ground in get_regime("cn-ogi-2019").grounds.items()}
    assert articles == {
        "state_secret": "14",
        "barred_by_law": "14",
        "endangers_stability": "14",
        "trade_secret": "15",
        "privacy": "15",
        "internal_affairs": "16",
        "process_information": "16",
        "enforcement_file": "16",
    }
    assert [ground.mark for ground in get_regime("us-foia").grounds.values()] == [f"(b)({one})" for one in range(1, 10)]


def test_a_ground_whose_mark_no_font_can_be_relied_on_to_have_is_refused() -> None:
    text = '[grounds.privacy]\narticle = "15"\nmark = "第15条"\nzh = "隐私"\nen = "privacy"\n'
    usual = (
        'slug = "x"\njurisdiction = "CN"\nin_force_from = 2020-01-01\ncountry = "CN"\ntime_zone = "Asia/Shanghai"\n'
        '[name]\nzh = "甲"\nen = "A"\n[channels]\nin_person = "r"\nsigned_post = "r"\nordinary_post = "r"\nweb = "r"\n'
        'fax = "r"\n[rules.r]\narticle = "1"\nowed_by = "bureau"\nzh = "甲"\nen = "A"\n'
    )
    with pytest.raises(CaseworkRejected, match=r"grounds.privacy: mark has only letters"):
        read_regime(usual + text, "x.toml")
    assert read_regime(usual + text.replace("第15条", "Art.15"), "x.toml").grounds["privacy"].mark == "Art.15"
