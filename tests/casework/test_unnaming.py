"""Words that are to be made public: what tells who somebody is is found, and what may stand is left alone."""

from __future__ import annotations

import pytest

from casework.unnaming import Known, Telltale, find_telltales

KNOWN = Known(
    names=("欧阳示例", "Alan Sample"),
    addresses=("wu@mail.example", "web-conversation-1"),
    numbers=("0396-000-7788", "档案号 998877"),
    published=("0396-000-0101", "xinxiang@gaj.example", "110"),
)


def found_in(words: str) -> list[tuple[Telltale, str]]:
    found = find_telltales(words, KNOWN, is_code=lambda code: code == "BCDEF-GHJKM")
    return [(one.what, one.words) for one in found]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param("欧阳示例反映路灯不亮", Telltale.NAME, id="the name"),
        pytest.param("欧 阳 示 例 反映路灯不亮", Telltale.NAME, id="the name, spaced out"),
        pytest.param("a letter of ALAN  SAMPLE", Telltale.NAME, id="a Latin name in capitals"),
        pytest.param("答复已发 wu@mail.example", Telltale.ADDRESS, id="the mail address"),
        pytest.param("答复已发 other.person+1@elsewhere.example", Telltale.ADDRESS, id="anybody's mail address"),
        pytest.param("会话 web-conversation-1", Telltale.ADDRESS, id="the address of a conversation"),
        pytest.param("电话 138 0000 0000", Telltale.TELEPHONE, id="a mobile number, spaced"),
        pytest.param("电话１３８００００００００", Telltale.TELEPHONE, id="a mobile number in full-width digits"),
        pytest.param("请回电 0396-000-7788", Telltale.TELEPHONE, id="a landline"),
        pytest.param("call +44 20 7946 0000", Telltale.TELEPHONE, id="a number of another country"),
        pytest.param("证件 41280119900101001X", Telltale.IDENTITY, id="an identity card"),
        pytest.param("护照 E12345678", Telltale.IDENTITY, id="a passport"),
        pytest.param("见 99-88-77 号", Telltale.IDENTITY, id="another number that they gave"),
        pytest.param("查询码 BCDEF-GHJKM", Telltale.QUERY_CODE, id="the query code"),
        pytest.param("查询码 bcdefghjkm", Telltale.QUERY_CODE, id="the query code without its dash"),
        pytest.param("查询码 23456-ABCDE", Telltale.QUERY_CODE, id="what has the form of a query code"),
    ],
)
def test_what_tells_who_somebody_is_is_found(words: str, what: Telltale) -> None:
    assert what in [one for one, _ in found_in(words)]


@pytest.mark.parametrize(
    "words",
    [
        "示例路三号杆路灯已于2026年11月23日修复，费用12000元。",
        "请拨打 0396-000-0101 咨询，或来信 xinxiang@gaj.example。",
        "The management agreed to open the window from 09:00 to 17:30 on 24 November 2026.",
        "依据《信访工作条例》第二十三条，国办公开办函〔2021〕30号。",
        "",
    ],
    ids=["dates and money", "numbers of the bureau", "English words of ten letters", "articles of law", "nothing"],
)
def test_what_tells_nothing_may_stand(words: str) -> None:
    assert found_in(words) == []


def test_a_name_inside_a_longer_latin_word_is_no_name() -> None:
    assert find_telltales("sampled", Known(names=("Sam Ple",)), is_code=lambda _code: False) == ()


def test_an_identity_card_is_told_once_and_not_as_a_telephone_too() -> None:
    assert found_in("412801199001010013") == [(Telltale.IDENTITY, "412801199001010013")]
