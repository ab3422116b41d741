"""The kinds of case. What the assistant answers itself is an enquiry and no case."""

from __future__ import annotations

from enum import StrEnum


class CaseKind(StrEnum):
    """What a citizen asks of the bureau."""

    DISCLOSURE_APPLICATION = "disclosure_application"
    """An application for government information."""
    COMPLAINT = "complaint"
    CRIME_REPORT = "crime_report"
    """Accepted at once, ahead of everything else."""
    CONSULTATION = "consultation"
    """A question that an officer must answer."""
    SUGGESTION = "suggestion"


class PetitionClass(StrEnum):
    """What a complaint amounts to (Regulations on Petition Work (2022), arts. 29 to 31)."""

    SUGGESTION = "suggestion"
    ACCUSATION = "accusation"
    """Somebody is said to have done wrong: neither the person nor the unit accused sees it (art. 30)."""
    CLAIM = "claim"
    """The writer wants something done or undone."""
