"""That two cases have to do with one another, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.message import CaseId, StaffId


class Relation(StrEnum):
    """How a case stands to another."""

    SAME_MATTER = "same_matter"
    REPEAT = "repeat"
    """The same party asks for the same again."""
    MERGED = "merged"
    """It is handled in the other one."""
    REVIEW_OF = "review_of"


@dataclass(frozen=True, slots=True)
class Link:
    """A case, the other one, and how they are related."""

    case_id: CaseId
    other_id: CaseId
    relation: Relation
    linked_at: datetime
    linked_by: StaffId | None
