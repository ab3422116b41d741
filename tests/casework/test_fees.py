"""The fee for handling information, with its sums written out."""

from __future__ import annotations

import pytest

from casework.fees import fee_by_page, fee_by_piece


@pytest.mark.parametrize(
    ("pieces", "yuan"),
    [
        (0, 0),
        (10, 0),
        (11, 100),
        (30, 20 * 100),
        (31, 20 * 100 + 200),
        (40, 20 * 100 + 10 * 200),
        (41, 20 * 100 + 10 * 200 + 300),
        (50, 20 * 100 + 10 * 200 + 10 * 300),
    ],
)
def test_pieces_of_a_month_are_charged_progressively(pieces: int, yuan: int) -> None:
    assert fee_by_piece(pieces) == yuan * 100


def test_earlier_pieces_of_the_month_count() -> None:
    assert fee_by_piece(2, earlier=9) == 100 * 100
    assert fee_by_piece(5, earlier=28) == (2 * 100 + 3 * 200) * 100


@pytest.mark.parametrize(
    ("pages", "yuan"),
    [
        (30, 0),
        (31, 10),
        (100, 70 * 10),
        (101, 70 * 10 + 20),
        (200, 70 * 10 + 100 * 20),
        (201, 70 * 10 + 100 * 20 + 40),
        (250, 70 * 10 + 100 * 20 + 50 * 40),
    ],
)
def test_pages_are_charged_progressively(pages: int, yuan: int) -> None:
    assert fee_by_page(pages) == yuan * 100
