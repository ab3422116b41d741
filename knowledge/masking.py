"""Numbers and addresses that tell who somebody is, struck out of a citizen's words before they are shown to many.

A phrasing becomes public, so what points to one person must not be in it. Names are not recognised: a reviewer reads.
"""

from __future__ import annotations

import re

MARK = "***"

_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PLATE = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
    r"[A-Za-zＡ-Ｚ][·.\s-]?(?:[A-Za-z0-9]\s?){4,5}[A-Za-z0-9挂学警港澳]"
)
_REFERENCE = r"(?<![A-Za-z])[A-Za-z]{2,8}(?:-[A-Za-z]{1,3})?-\d{4}-\d{4,}(?:-\w)?"
_QUERY_CODE = r"(?<![A-Za-z0-9])(?=[A-Za-z-]*\d)[2-9A-Za-z]{5}-[2-9A-Za-z]{5}(?![A-Za-z0-9])"
_TELEPHONE = r"(?:\+?\d{2}[- ]?)?(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"
_GROUPS = r"(?<!\d)\d{4}(?:[ -]\d{4}){2,}(?:[ -]?\d{1,4})?(?!\d)"
_IDENTITY_IN_GROUPS = r"(?<!\d)\d{6}[ -]\d{8}[ -]\d{3}[\dXx](?![\dA-Za-z])"
_LONG_NUMBER = r"[A-Za-z]{0,2}\d{7,}[Xx]?"
"""Identity cards, passports, permits, accounts, local telephones: whatever has seven digits or more in a row."""
_SPELT_OUT = r"[零〇一二三四五六七八九幺两]{7,}"

_KINDS = (
    _MAIL,
    _PLATE,
    _REFERENCE,
    _QUERY_CODE,
    _IDENTITY_IN_GROUPS,
    _TELEPHONE,
    _GROUPS,
    _LONG_NUMBER,
    _SPELT_OUT,
)
_PERSONAL = re.compile("|".join(_KINDS))


def masked(text: str) -> str:
    """`text` with everything that points to one person replaced by `***`; masking twice changes nothing more."""
    return _PERSONAL.sub(MARK, text)


def without_personal(text: str) -> str:
    """`text` without those parts and without the gaps that they leave, as the beginning of a phrasing."""
    return " ".join(_PERSONAL.sub(" ", text).replace(MARK, " ").split())


def is_personal(text: str) -> bool:
    """Whether something in `text` points to one person."""
    return _PERSONAL.search(text) is not None
