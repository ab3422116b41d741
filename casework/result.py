"""Results that are made public, with nobody's name in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.kinds import CaseKind
from casework.message import CaseId
from casework.party import Language


@dataclass(frozen=True, slots=True)
class Result:
    """What the public may read of a finished case."""

    id: int
    case_id: CaseId
    language: Language
    title: str
    matter: str
    """What was asked or complained of, in the words of the clerk who published it."""
    answer: str
    unit: str
    published_at: datetime
    kind: CaseKind
    withdrawn_at: datetime | None = None
