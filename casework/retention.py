"""The record of what was erased when the time for which personal text is kept was over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """That the personal text of a case was erased: when, under which rule, how much of what; nothing of the text."""

    reference: str
    until_event: int
    """The last event whose text was erased; what was written after it is not."""
    rule: str
    at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    party_too: bool = False
    """Whether who wrote was erased as well."""
    id: int = 0
