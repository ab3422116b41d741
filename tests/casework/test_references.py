"""Case numbers: made with a check digit, found in what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.references import (
    find_query_codes,
    find_references,
    hash_query_code,
    is_query_code,
    make_query_code,
    make_reference,
    parse_reference,
    veil_query_codes,
)


@given(st.integers(2000, 9999), st.integers(1, 999_999_999))
def test_every_reference_is_found_again_in_text(year: int, number: int) -> None:
    reference = make_reference("ZMD", year, number)
    assert find_references(f"关于{reference}的事，请问办到哪了", "ZMD") == (reference,)


@given(st.integers(1, 999_999), st.integers(0, 10), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(number: int, place: int, shift: int) -> None:
    digits = [*make_reference("ZMD", 2026, number).replace("-", "")[3:]]
    digits[place] = str((int(digits[place]) + shift) % 10)
    wrong = "".join(digits)
    assert find_references(f"ZMD-{wrong[:4]}-{wrong[4:10]}-{wrong[10:]}", "ZMD") == ()


@pytest.mark.parametrize(
    "written",
    [
        "ＺＭＤ－２０２６－０００１２３－{check}",
        "zmd-2o26-ooo123-{check}",
        "ZMD 2026 000123 {check}",
        "ZMD—2026—000123—{check}",
        "zmd2026000123{check}",
    ],
    ids=["full width", "o for 0", "spaces", "long dashes", "run together"],
)
def test_a_carelessly_written_reference_is_understood(written: str) -> None:
    reference = make_reference("ZMD", 2026, 123)
    assert parse_reference(written.format(check=reference[-1]), "ZMD") == reference


def test_a_number_of_another_bureau_is_no_reference() -> None:
    assert find_references(make_reference("ABC", 2026, 1), "ZMD") == ()


def test_a_query_code_is_recognised_however_it_is_spelled() -> None:
    code = make_query_code()
    stored = hash_query_code(code, b"key")
    assert is_query_code(code.lower().replace("-", " "), stored, b"key")
    assert find_query_codes(f"查询码是 {code.lower()} 谢谢") == (code,)


def test_another_query_code_or_key_does_not_open_a_case() -> None:
    stored = hash_query_code("23456-789AB", b"key")
    assert not is_query_code("23456-789AC", stored, b"key")
    assert not is_query_code("23456-789AB", stored, b"other key")


def test_a_query_code_is_covered_and_everything_else_stays() -> None:
    code, reference = make_query_code(), make_reference("ZMD", 2026, 123)
    veiled = veil_query_codes(f"编号：{reference}\n查询码：{code}（只显示一次） after seven weeks WELL-KNOWN")
    assert code not in veiled
    assert veiled == f"编号：{reference}\n查询码：•••••-•••••（只显示一次） after seven weeks WELL-KNOWN"
