"""What an application for government information can end with, and who applies: rows and columns of table III.

The rows are the leaves of the form of 国办公开办函〔2021〕30号, in its order; the articles are those of the Regulations
on Open Government Information (2019). Names in both languages are texts of `casework/words`, under `reply_kind`,
`reply_group` and `applicant_kind`.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class ApplicantKind(StrEnum):
    """Who applies: a natural person, or one of five kinds of legal persons and other organisations."""

    NATURAL_PERSON = "natural_person"
    ENTERPRISE = "enterprise"
    RESEARCH_BODY = "research_body"
    PUBLIC_BENEFIT = "public_benefit"
    LEGAL_SERVICE = "legal_service"
    OTHER_ORGANISATION = "other_organisation"


class ReplyGroup(StrEnum):
    """The blocks of the results in table III."""

    DISCLOSED = "disclosed"
    PARTLY_DISCLOSED = "partly_disclosed"
    NOT_DISCLOSED = "not_disclosed"
    CANNOT_PROVIDE = "cannot_provide"
    NOT_PROCESSED = "not_processed"
    OTHER = "other"


class ReplyKind(StrEnum):
    """How an application was answered; each is counted in one row and never in two."""

    DISCLOSED = "disclosed"
    PARTLY_DISCLOSED = "partly_disclosed"
    """Some of it was kept back; counted here alone, whatever the grounds were."""
    STATE_SECRET = "state_secret"  # noqa: S105  (no password)
    BARRED_BY_LAW = "barred_by_law"
    ENDANGERS_STABILITY = "endangers_stability"
    THIRD_PARTY = "third_party"
    INTERNAL_AFFAIRS = "internal_affairs"
    PROCESS_INFORMATION = "process_information"
    ENFORCEMENT_FILE = "enforcement_file"
    ADMINISTRATIVE_QUERY = "administrative_query"
    NOT_HELD = "not_held"
    WOULD_HAVE_TO_BE_MADE = "would_have_to_be_made"
    STILL_UNCLEAR = "still_unclear"
    PETITION_IN_FORM = "petition_in_form"
    REPEATED = "repeated"
    PUBLICATION = "publication"
    EXCESSIVE = "excessive"
    CONFIRM_OR_REISSUE = "confirm_or_reissue"
    NOT_SUPPLEMENTED = "not_supplemented"
    FEE_NOT_PAID = "fee_not_paid"
    OTHER = "other"

    @property
    def group(self) -> ReplyGroup:
        """The block of table III that the row stands in."""
        return _GROUP[self]

    @property
    def articles(self) -> tuple[str, ...]:
        """Articles that the answer rests on, such as `36(7)`; empty where the form's notice names none."""
        return _ARTICLES.get(self, ())


GROUPS = MappingProxyType(
    {
        ReplyGroup.DISCLOSED: (ReplyKind.DISCLOSED,),
        ReplyGroup.PARTLY_DISCLOSED: (ReplyKind.PARTLY_DISCLOSED,),
        ReplyGroup.NOT_DISCLOSED: (
            ReplyKind.STATE_SECRET,
            ReplyKind.BARRED_BY_LAW,
            ReplyKind.ENDANGERS_STABILITY,
            ReplyKind.THIRD_PARTY,
            ReplyKind.INTERNAL_AFFAIRS,
            ReplyKind.PROCESS_INFORMATION,
            ReplyKind.ENFORCEMENT_FILE,
            ReplyKind.ADMINISTRATIVE_QUERY,
        ),
        ReplyGroup.CANNOT_PROVIDE: (
            ReplyKind.NOT_HELD,
            ReplyKind.WOULD_HAVE_TO_BE_MADE,
            ReplyKind.STILL_UNCLEAR,
        ),
        ReplyGroup.NOT_PROCESSED: (
            ReplyKind.PETITION_IN_FORM,
            ReplyKind.REPEATED,
            ReplyKind.PUBLICATION,
            ReplyKind.EXCESSIVE,
            ReplyKind.CONFIRM_OR_REISSUE,
        ),
        ReplyGroup.OTHER: (ReplyKind.NOT_SUPPLEMENTED, ReplyKind.FEE_NOT_PAID, ReplyKind.OTHER),
    }
)
"""The leaves of each block, in the order of the form."""

_GROUP = {kind: group for group, kinds in GROUPS.items() for kind in kinds}

_ARTICLES: dict[ReplyKind, tuple[str, ...]] = {
    ReplyKind.DISCLOSED: ("36(1)", "36(2)"),
    ReplyKind.PARTLY_DISCLOSED: ("37",),
    ReplyKind.STATE_SECRET: ("14",),
    ReplyKind.BARRED_BY_LAW: ("14",),
    ReplyKind.ENDANGERS_STABILITY: ("14",),
    ReplyKind.THIRD_PARTY: ("15", "32"),
    ReplyKind.INTERNAL_AFFAIRS: ("16(1)",),
    ReplyKind.PROCESS_INFORMATION: ("16(2)",),
    ReplyKind.ENFORCEMENT_FILE: ("16(2)",),
    ReplyKind.ADMINISTRATIVE_QUERY: ("36(7)",),
    ReplyKind.NOT_HELD: ("36(4)", "36(5)"),
    ReplyKind.WOULD_HAVE_TO_BE_MADE: ("38",),
    ReplyKind.STILL_UNCLEAR: ("30",),
    ReplyKind.PETITION_IN_FORM: ("39",),
    ReplyKind.REPEATED: ("36(6)",),
    ReplyKind.PUBLICATION: ("39(2)",),
    ReplyKind.EXCESSIVE: ("35",),
    ReplyKind.NOT_SUPPLEMENTED: ("30",),
    ReplyKind.FEE_NOT_PAID: ("42",),
}

TRIAL_ROWS: tuple[tuple[ReplyKind, ...], ...] = (
    *((kind,) for kind in ReplyKind if kind.group is not ReplyGroup.OTHER),
    GROUPS[ReplyGroup.OTHER],
)
"""The leaves of the trial form (国办公开办函〔2019〕60号): the same, but all of 其他处理 is one row."""
