"""The fee for handling information, where an applicant asks for unreasonably much: by piece or by page, progressively.

State Council General Office letter [2020] 109 (国办函〔2020〕109号), which rests on the Regulations on Open Government
Information (2019), art. 42. One application is charged by one of the two ways, never by both.
"""

from __future__ import annotations

from enum import StrEnum

YUAN = 100
"""Fen in a yuan; all fees are in fen."""
FREE_PIECES = 10
FREE_PAGES = 30


class ChargedBy(StrEnum):
    """How a fee is reckoned."""

    PIECE = "piece"
    PAGE = "page"


def fee_by_piece(pieces: int, earlier: int = 0) -> int:
    """The fee in fen for `pieces` of one applicant who had `earlier` ones in the same calendar month.

    The first 10 of a month are free, the 11th to 30th cost 100 yuan each; from the 31st each further ten cost 100 yuan
    a piece more than the ten before.
    """
    return sum(_piece_price(number) for number in range(earlier + 1, earlier + pieces + 1)) * YUAN


def fee_by_page(pages: int) -> int:
    """The fee in fen for so many pages: 30 are free, then 10 yuan each to page 100, 20 to page 200, then 40."""
    tiers = ((FREE_PAGES, 0), (100, 10), (200, 20))
    total, before = 0, 0
    for up_to, price in tiers:
        total += max(0, min(pages, up_to) - before) * price
        before = up_to
    return (total + max(0, pages - before) * 40) * YUAN


def reckon_fee(charged_by: ChargedBy, count: int, earlier: int) -> int:
    """The fee in fen for so many pieces or pages; `earlier` pieces of the month count before those of this one."""
    return fee_by_page(count) if charged_by is ChargedBy.PAGE else fee_by_piece(count, earlier)


def _piece_price(number: int) -> int:
    """What the so-manieth piece of a month costs, in yuan."""
    if number <= FREE_PIECES:
        return 0
    return 100 if number <= 30 else 100 + ((number - 31) // 10 + 1) * 100
