"""How facts are read from what citizens write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.engine import Conversation, Incoming, Known
from bot.engine.corrections import Correction, find_correction
from bot.engine.dialogues.start_application import mask_numbers
from bot.engine.recognise import recognise
from bot.engine.slots import contact, free_text, identity, is_resident_number, name, one_of, short_text, unit
from bot.engine.turn import ChoiceDraft, Keyed, Turn
from bot.engine.units import find_unit, overseer
from casework.party import ChannelName
from tests.bot.demo_desk import demo_bureau, demo_knowledge

VALID_NUMBER = "110101199003070011"


def a_turn(text: str, *, choice: str | None = None, attachments: int = 0) -> Turn:
    known = Known(demo_knowledge().find, demo_knowledge().library, demo_bureau())
    message = Incoming(text, ChannelName.WEB_CHAT, choice=choice, attachments=attachments)
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    return Turn(message, Conversation(), known, now, "zh", recognise(text), choice)


def with_check_character(digits: str) -> str:
    return next(f"{digits}{last}" for last in "0123456789X" if is_resident_number(f"{digits}{last}"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("我叫申请人甲", "申请人甲"),
        ("My name is Example Person.", "Example Person"),
        ("示例有限公司", "示例有限公司"),
        ("a", None),
        ("12345", None),
    ],
)
def test_a_name_is_read_without_its_shell(text: str, read: str | None) -> None:
    assert name(a_turn(text)) == read


def test_a_resident_number_is_checked() -> None:
    valid = with_check_character("11010119900307001")
    wrong = valid[:-1] + ("1" if valid[-1] != "1" else "2")
    assert identity(a_turn(f"身份证 {valid}")) == f"身份证 {valid}"
    assert identity(a_turn(f"身份证 {wrong}")) is None
    assert identity(a_turn(valid[:-2])) is None


def test_other_documents_and_photos_are_proof_of_identity() -> None:
    assert identity(a_turn("护照 E12345678")) == "护照 E12345678"
    assert identity(a_turn("", attachments=1)) is not None
    assert identity(a_turn("我没带")) is None


def test_numbers_of_documents_are_masked() -> None:
    assert mask_numbers("护照 E12345678") == "护照 E****5678"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("匿名", "a"),
        ("不匿名", "b"),
        ("我希望匿名处理", "a"),
        ("实名投诉", "b"),
        ("Stay unnamed please", "a"),
        ("随便吧你定", None),
    ],
)
def test_a_choice_can_be_said_in_words(text: str, value: str | None) -> None:
    expected = {"a": "unnamed_yes", "b": "unnamed_no", None: None}[value]
    assert one_of("unnamed_yes", "unnamed_no")(a_turn(text)) == expected


def test_a_choice_can_be_pressed() -> None:
    assert one_of("electronic", "paper")(a_turn("", choice="pick:paper")) == "paper"
    assert one_of("electronic", "paper")(a_turn("", choice="pick:gold")) is None


def test_free_text_needs_some_letters() -> None:
    assert free_text(shortest=6)(a_turn("他骂人了吗")) is None
    assert free_text(shortest=6)(a_turn("他今天骂人了")) == "他今天骂人了"
    assert free_text()(a_turn("……")) is None


def test_short_text_is_short() -> None:
    assert short_text(a_turn("昨天下午。")) == "昨天下午"
    assert short_text(a_turn("长" * 400)) is None


def test_a_unit_is_found_by_its_longest_keyword() -> None:
    found = find_unit("我要投诉示例路派出所", demo_bureau())
    assert found is not None
    assert found.slug == "shili-road-station"
    assert unit(a_turn("Shili Road Police Station")) == "shili-road-station"
    assert unit(a_turn("某个不存在的单位")) == "某个不存在的单位"


def test_a_complaint_goes_above_the_unit_it_concerns() -> None:
    assert overseer("shili-road-station", demo_bureau()) == "city-bureau"
    assert overseer("vehicle-management", demo_bureau()) == "traffic-police"
    assert overseer("city-bureau", demo_bureau()) == "city-bureau"
    assert overseer("no such unit", demo_bureau()) is None


def test_a_contact_has_a_number_or_an_address() -> None:
    assert contact(a_turn("13800000000"))
    assert contact(a_turn("a@citizen.example"))
    assert contact(a_turn("没有电话")) is None


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("地址改成示例路5号", "place", "示例路5号"),
        ("不对，时间应该是昨天上午", "time", "昨天上午"),
        ("把地点改为2号窗口", "place", "2号窗口"),
        ("时间：周一", "time", "周一"),
        ("change the time to 3 PM on Monday", "time", "3 PM on Monday"),
        ("The place should be Shili Road 5", "place", "Shili Road 5"),
        ("修改地点", "place", None),
        ("I want to change the time", "time", None),
        ("地点不对，是演示街", "place", "演示街"),
    ],
)
def test_a_correction_names_its_slot(text: str, slot: str, value: str | None) -> None:
    assert find_correction(text, ("time", "place", "facts")) == Correction(slot, value)


@pytest.mark.parametrize(
    "text", ["他让我把时间浪费了", "户口地址在示例路", "昨天下午", "The officer changed his story"]
)
def test_a_story_is_no_correction(text: str) -> None:
    assert find_correction(text, ("time", "place", "facts")) is None


def test_a_slot_that_was_not_filled_cannot_be_corrected() -> None:
    assert find_correction("地址改成示例路5号", ("time",)) is None


def test_a_choice_that_telegram_could_not_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="60 bytes"):
        ChoiceDraft("字" * 21, Keyed("choice.yes"))
