"""What a line of a letter is: the citizen's own words, quoted mail, or a signature."""

from __future__ import annotations

from enum import StrEnum


class Fold(StrEnum):
    """What a line of a letter is."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"
