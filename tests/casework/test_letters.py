"""Letters in words: every kind, ending and language; what is missing, what others may not read, what can be mended."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from casework.case import Case
from casework.errors import CaseworkRejected
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.letter_facts import BLANK, GIVEN, TO_OTHERS, known_in
from casework.letters import (
    compose_letterhead,
    endings_of,
    kinds_for,
    letter_words,
    number_letter,
)
from casework.party import LANGUAGES, Language
from casework.reply_kinds import ReplyGroup, ReplyKind
from casework.wording import placeholders
from tests.casework import a_case_with_letters as letters
from tests.casework.a_case_with_letters import a_case, a_reachable_bureau, compose, every_letter

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "case_kind", "ending"), list(every_letter()))
def test_every_letter_is_complete_in_every_language(
    kind: LetterKind, case_kind: CaseKind, ending: str, language: Language
) -> None:
    text = compose(kind, a_case(case_kind), language=language, ending=ending)
    said = text.plain()
    assert text.is_complete
    assert BLANK not in said
    assert not re.search(r"[{}]", said)
    assert text.title
    assert text.dated in ("2026年11月25日", "25 November 2026")
    assert bool(_CHINESE.search(text.title + text.closing)) is (language == "zh")


def test_every_kind_of_reply_and_every_kind_of_letter_is_among_them() -> None:
    found = {(kind, ending) for kind, _, ending in every_letter()}
    assert {kind for kind, _ in found} == set(LetterKind)
    assert {ending for kind, ending in found if kind is LetterKind.DECISION} == set(ReplyKind)


@pytest.mark.parametrize("kind", LetterKind)
def test_a_fact_that_is_missing_leaves_a_blank(kind: LetterKind) -> None:
    case_kind = next(one for one in CaseKind if kind in kinds_for(one))
    ending = (*endings_of(kind, case_kind), "")[0]
    case = replace(a_case(case_kind), due_on=None)
    text = compose(kind, case, {}, ending=ending)
    assert BLANK in f"{text.salutation}{text.words}"
    assert not text.is_complete
    assert text.reworded("已补写完整。").is_complete is (kind not in TO_OTHERS)


@pytest.mark.parametrize("kind", ReplyKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reply_names_the_articles_that_it_rests_on(kind: ReplyKind, language: Language) -> None:
    body = compose(LetterKind.DECISION, language=language, ending=kind.value).body
    for article in kind.articles:
        number, _, part = article.rstrip(")").partition("(")
        assert _names(body, number, part, language), article


def _names(body: str, number: str, part: str, language: Language) -> bool:
    if language == "en":
        return number in body and (not part or f"({part})" in body)
    sub = ("项" if number == "36" else "款") if part else ""
    return f"第{_zh(int(number))}条" in body and (not part or f"第{_zh(int(part))}{sub}" in body)


def _zh(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


@pytest.mark.parametrize("kind", ReplyKind)
def test_who_is_refused_is_sent_to_administrative_review_first(kind: ReplyKind) -> None:
    text = compose(LetterKind.DECISION, ending=kind.value)
    assert "60日" in text.remedies
    is_refusal = kind.group in (ReplyGroup.NOT_DISCLOSED, ReplyGroup.PARTLY_DISCLOSED)
    assert ("应当先" in text.remedies) is is_refusal
    assert ("15日内向人民法院" in text.remedies) is (kind.group is not ReplyGroup.DISCLOSED)
    assert ("6个月" in text.remedies) is (kind.group is ReplyGroup.DISCLOSED)


def test_an_opinion_names_the_review_a_review_the_re_review_and_a_re_review_nothing_more() -> None:
    complaint = a_case(CaseKind.COMPLAINT)
    said = [
        compose(LetterKind.OPINION, complaint, ending="upheld").remedies,
        compose(LetterKind.REVIEW, complaint, ending="first_upheld").remedies,
        compose(LetterKind.REVIEW, complaint, ending="second_changed").remedies,
    ]
    assert ["请求复查" in one for one in said] == [True, False, False]
    assert ["请求复核" in one for one in said] == [False, True, False]
    assert "终结" in said[2]


@pytest.mark.parametrize("kind", sorted(TO_OTHERS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_to_a_third_party_tells_neither_who_applied_nor_in_which_words(
    kind: LetterKind, language: Language
) -> None:
    text = compose(kind, a_case(subject="王小明申请的秘密事项"), language=language)
    said = f"{text.plain()}{text.form}"
    assert "王小明" not in said
    assert "秘密事项" not in said


def test_a_letter_that_the_case_does_not_know_is_refused() -> None:
    with pytest.raises(CaseworkRejected, match="knows no letter"):
        compose(LetterKind.SUPPLEMENT, a_case(CaseKind.COMPLAINT))
    with pytest.raises(CaseworkRejected, match="cannot end"):
        compose(LetterKind.DECISION, ending="upheld")
    with pytest.raises(CaseworkRejected, match="does not tell weather"):
        compose(LetterKind.WITHDRAWN, facts={"weather": "雨"})
    with pytest.raises(CaseworkRejected, match="cannot be a str"):
        compose(LetterKind.WITHDRAWN, facts={"on": "昨天"})


def test_the_words_are_mended_as_a_whole_and_nothing_else_changes() -> None:
    text = compose(LetterKind.DECISION, ending="state_secret")
    mended = text.reworded(text.words.replace("有关材料", "部分材料"))
    assert mended.words == text.words.replace("有关材料", "部分材料")
    assert (mended.title, mended.salutation, mended.dated) == (text.title, text.salutation, text.dated)
    assert mended.reworded(mended.words) == mended


def test_the_day_to_supplement_by_is_reckoned_in_working_days() -> None:
    # 2026-11-26 is working day 1; 2026-12-09 is working day 10.
    assert "2026年12月9日" in compose(LetterKind.SUPPLEMENT).body


def test_an_application_that_nobody_confirmed_gets_a_receipt_that_asks_to_confirm() -> None:
    waiting: Case = replace(a_case(), received_on=None, due_on=None)
    text = compose(LetterKind.RECEIPT, waiting, {})
    assert text.is_complete
    assert "双方确认之日" in text.body


def test_braces_lines_and_odd_characters_in_a_citizens_words_stay_words() -> None:
    odd = "{reference}\u202e反\x00转\n第二行"
    text = compose(LetterKind.DECISION, a_case(subject=odd), {"answer": odd}, ending="other", name="{bureau} 王\n小明")
    assert "申请内容：{reference}反转 第二行。" in text.body
    assert text.body.endswith("{reference}反转\n第二行")
    assert text.salutation == "{bureau} 王 小明："


def test_a_bar_in_what_is_asked_about_moves_no_row_of_the_form() -> None:
    text = compose(LetterKind.THIRD_PARTY, facts={"whom": "甲", "about": "一|二\n三"})
    assert text.form is not None
    assert [len(row) for row in text.form.rows] == [2] * 6
    assert ("涉及的信息", "一|二 三") in text.form.rows


def test_a_number_names_the_bureau_the_series_the_year_and_the_place() -> None:
    for language, spelled in (("zh", "ZMD-补正告知〔2026〕12号"), ("en", "ZMD-Supplement [2026] No. 12")):
        known = {
            number_letter(
                kind,
                12,
                2026,
                wording=letter_words(),
                bureau=a_reachable_bureau(),
                language="zh" if language == "zh" else "en",
            )
            for kind in LetterKind
        }
        assert spelled in known
        assert len(known) == len(LetterKind)


def test_amounts_are_written_in_yuan_and_fen() -> None:
    assert "300.50元" in compose(LetterKind.FEE).body


def test_a_line_within_a_sentence_ends_with_one_full_stop() -> None:
    facts = {**letters.GIVEN[LetterKind.FEE], "payment": " 到窗口缴纳。 "}
    assert "缴纳方式：到窗口缴纳。\n" in compose(LetterKind.FEE, facts=facts).body


def test_a_fact_of_nothing_but_blanks_is_missing() -> None:
    assert not compose(LetterKind.WITHDRAWN, facts={"on": None}).is_complete
    assert not compose(LetterKind.TRANSFER, a_case(CaseKind.COMPLAINT), {"to": " 。 "}).is_complete


def test_only_what_is_nobodys_words_is_told_to_the_ledger() -> None:
    assert compose(LetterKind.FEE).told == {"amount": 30_050, "until": "2026-12-10"}
    assert compose(LetterKind.THIRD_PARTY).told == {}


def test_a_letterhead_without_an_address_is_the_name_alone() -> None:
    bureau = a_reachable_bureau()
    bare = replace(bureau, units=(replace(bureau.root, address=None), *bureau.units[1:]))
    head = compose_letterhead(a_case(), wording=letter_words(), bureau=bare, language="zh")
    assert head.address == ""
    assert head.footer == "第 {page} 页　共 {pages} 页"


def test_every_text_uses_only_facts_that_are_known_there() -> None:
    for texts in letter_words().texts.values():
        for key, text in texts.items():
            known = known_in(key)
            assert known is None or placeholders(text) <= known, key


def test_every_kind_of_letter_says_what_a_clerk_adds() -> None:
    assert set(GIVEN) == set(LetterKind)
    assert set(letters.GIVEN) == set(LetterKind)
