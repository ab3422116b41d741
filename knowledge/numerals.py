"""Numbers written in Chinese characters, as laws and people write them: 十五, 二十, 一百零八, 两."""

from __future__ import annotations

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "[零〇一二两三四五六七八九十百千]+"
"""A pattern for such a number."""

_COUNTED = re.compile(f"({NUMERAL})(?=岁|周岁|天|日|年|个月|个小时|小时|元|块|分钟|分(?!之)|本|寸|次|号)")


def parse_numeral(numeral: str) -> int:
    """The value of `numeral`, up to 9999; ValueError for anything else."""
    if not numeral or set(numeral) - _DIGITS.keys() - _TENS.keys():
        raise ValueError(f"{numeral!r} is not a Chinese number below 10000")
    if not set(numeral) & _TENS.keys():
        return int("".join(str(_DIGITS[sign]) for sign in numeral))
    total, pending = 0, 0
    for sign in numeral:
        if sign in _TENS:
            total, pending = total + (pending or 1) * _TENS[sign], 0
        else:
            pending = _DIGITS[sign]
    return total + pending


def with_digits(text: str) -> str:
    """`text` with counted amounts in digits, so that 十六岁 and 16岁 are one."""
    return _COUNTED.sub(lambda found: str(parse_numeral(found[1])), text)
