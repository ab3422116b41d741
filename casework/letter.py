"""Letters that the bureau issues in a case: numbered, kept as they were sent, delivered or handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from casework.message import CaseId, MessageId, StaffId
from casework.party import Language


class LetterKind(StrEnum):
    """What a letter is; each has its wording and its series of numbers."""

    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    EXTENSION = "extension"
    THIRD_PARTY = "third_party"
    ORGAN = "organ"
    FEE = "fee"
    TRANSFER = "transfer"
    ACCEPTANCE = "acceptance"
    NON_ACCEPTANCE = "non_acceptance"
    DECISION = "decision"
    """The reply to an application; its reply kind says which."""
    OPINION = "opinion"
    """The written opinion on a complaint (Regulations on Petition Work (2022), art. 32)."""
    REVIEW = "review"
    NOT_PROCESSED_AGAIN = "not_processed_again"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it was issued."""

    id: int
    case_id: CaseId
    kind: LetterKind
    number: str
    language: Language
    title: str
    body: str
    facts: Mapping[str, object]
    issued_at: datetime
    issued_by: StaffId
    pdf_sha256: str
    docx_sha256: str
    message_id: MessageId | None = None
    """The message that it went out with; None when it is printed, or goes to somebody else."""
    delivered_on: date | None = None
    delivered_how: str = ""
    """As a clerk says it: handed over, or posted under which number."""

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"Letter({self.number}, {self.kind.value})"
