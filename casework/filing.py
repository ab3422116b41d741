"""What the law needs to know of how a case came in, beside what the citizen said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from casework.reply_kinds import ApplicantKind


@dataclass(frozen=True, slots=True)
class Filing:
    """How and when a case came in."""

    received_at: datetime
    """When it was taken in, which may be long before it is handled."""
    received_on: date | None = None
    """The day of receipt that the law counts from; None while both sides have yet to confirm it."""
    regime: str = ""
    applicant: ApplicantKind = ApplicantKind.NATURAL_PERSON
    accused_unit: str | None = None
    registered_post: bool = False
    """It came by post that is signed for."""
