"""How a case can end, and which endings each kind of case allows."""

from __future__ import annotations

from enum import StrEnum

from casework.kinds import CaseKind
from casework.reply_kinds import ReplyGroup, ReplyKind


class Disposition(StrEnum):
    """How a case ended. The finer reply kinds of the annual report come under these."""

    ANSWERED = "answered"
    DISCLOSED = "disclosed"
    PARTLY_DISCLOSED = "partly_disclosed"
    NOT_DISCLOSED = "not_disclosed"
    NOT_HELD = "not_held"
    NOT_PROCESSED = "not_processed"
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    ADOPTED = "adopted"
    NOTED = "noted"
    REFERRED = "referred"
    """It belongs to another organ, which the citizen was told."""
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    CASE_FILED = "case_filed"
    """A crime report that became a criminal or public-order case."""
    NO_CASE_FILED = "no_case_filed"


_ALWAYS = (Disposition.REFERRED, Disposition.WITHDRAWN, Disposition.DUPLICATE)

ALLOWED: dict[CaseKind, tuple[Disposition, ...]] = {
    # Regulations on Open Government Information (2019), arts. 36, 37 and 39.
    CaseKind.DISCLOSURE_APPLICATION: (
        Disposition.DISCLOSED,
        Disposition.PARTLY_DISCLOSED,
        Disposition.NOT_DISCLOSED,
        Disposition.NOT_HELD,
        Disposition.NOT_PROCESSED,
        *_ALWAYS,
    ),
    # Regulations on Petition Work (2022), art. 32: support, explain or not support.
    CaseKind.COMPLAINT: (Disposition.UPHELD, Disposition.NOT_UPHELD, Disposition.ANSWERED, *_ALWAYS),
    # Procedures for Criminal Cases by Public Security Organs (2020), arts. 171 and 178.
    CaseKind.CRIME_REPORT: (Disposition.CASE_FILED, Disposition.NO_CASE_FILED, *_ALWAYS),
    CaseKind.CONSULTATION: (Disposition.ANSWERED, *_ALWAYS),
    # Regulations on Petition Work (2022), art. 29.
    CaseKind.SUGGESTION: (Disposition.ADOPTED, Disposition.NOTED, *_ALWAYS),
}


def is_allowed(kind: CaseKind, disposition: Disposition) -> bool:
    """Whether a case of this kind may end so."""
    return disposition in ALLOWED[kind]


_OF_GROUP = {
    ReplyGroup.DISCLOSED: Disposition.DISCLOSED,
    ReplyGroup.PARTLY_DISCLOSED: Disposition.PARTLY_DISCLOSED,
    ReplyGroup.NOT_DISCLOSED: Disposition.NOT_DISCLOSED,
    ReplyGroup.CANNOT_PROVIDE: Disposition.NOT_HELD,
    ReplyGroup.NOT_PROCESSED: Disposition.NOT_PROCESSED,
    ReplyGroup.OTHER: Disposition.NOT_PROCESSED,
}


def disposition_of(reply: ReplyKind) -> Disposition:
    """How an application ends that is answered so."""
    return _OF_GROUP[reply.group]
