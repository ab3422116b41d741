"""What may be asked of casework: values that the engine or a clerk makes and an action carries out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casework.kinds import CaseKind
from casework.reply_kinds import ApplicantKind


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a case from what the citizen stated and confirmed."""

    kind: CaseKind
    subject: str
    details: Mapping[str, str] = field(default_factory=dict)
    """Slot name to the citizen's words."""
    unit: str | None = None
    """Slug of the unit concerned, when it is known; otherwise the unit that handles this kind."""
    anonymous: bool = False
    party_name: str | None = None
    accused: str | None = None
    """Slug of the unit that is complained of: it does not get the case, and does not see it."""
    applicant: ApplicantKind = ApplicantKind.NATURAL_PERSON


@dataclass(frozen=True, slots=True)
class AddToCase:
    """The message belongs to a case that this citizen already has."""

    reference: str
    reopens: bool = True
    """Whether a closed case is opened again by it; the words to a grade leave that to the bureau's rule."""


@dataclass(frozen=True, slots=True)
class RecordEnquiry:
    """A question that the assistant answered, or could not: then an officer may have a case of it."""

    decision: str
    """`answer`, `ask_back`, `hand_over`, `dialogue` or `emergency`."""
    procedure: str | None = None
    version: str | None = None
    confidence: float = 0.0
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """The citizen says whether an answer helped."""

    enquiry: int
    """Of this citizen's conversation; what names another one changes nothing."""
    helpful: bool


@dataclass(frozen=True, slots=True)
class DeclineEntries:
    """None of the entries that were offered last is what the citizen asked for."""


@dataclass(frozen=True, slots=True)
class AlertStaff:
    """Tell staff at once: somebody may be in danger."""

    reason: str
    """Key of the notice."""


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    """The citizen takes a matter of their own back, and has confirmed it."""

    reference: str


@dataclass(frozen=True, slots=True)
class RateCase:
    """The citizen says how content they are with how a case of their own ended."""

    reference: str
    grade: int
    """1, very poor, to 5, very good."""


Command = OpenCase | AddToCase | RecordEnquiry | RateAnswer | DeclineEntries | AlertStaff | WithdrawCase | RateCase
