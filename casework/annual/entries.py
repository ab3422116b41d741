"""What the report of a year is counted from: one entry for each application, complaint, item, review and lawsuit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from casework.annual.findings import FindingKind
from casework.reply_kinds import ApplicantKind, ReplyKind


class Way(StrEnum):
    """How an application came, as the report of 2012 tells it."""

    ONLINE = "online"
    LETTER = "letter"
    ON_SITE = "on_site"
    OTHER = "other"


ONLINE_CHANNELS = frozenset({"online", "web", "web_chat", "web_form", "email", "telegram"})
_WAYS = {"letter": Way.LETTER, "signed_post": Way.LETTER, "ordinary_post": Way.LETTER}
_WAYS |= {"on_site": Way.ON_SITE, "in_person": Way.ON_SITE}


def way_of(channel: str) -> Way:
    """The way that a channel is counted under."""
    return Way.ONLINE if channel in ONLINE_CHANNELS else _WAYS.get(channel, Way.OTHER)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One application for government information."""

    reference: str
    applicant: ApplicantKind
    received_on: date
    """The day of receipt by law, which is the day that both sides confirm for one that came over the Internet."""
    ended_on: date | None = None
    """The day on which it was finished; None while it is open."""
    reply: ReplyKind | None = None
    channel: str = ""
    fee_fen: int = 0
    """The information-processing fee that was collected."""


class Level(StrEnum):
    """Who accepted a complaint."""

    OWN = "own"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class ComplaintEntry:
    """One complaint or report that was accepted."""

    reference: str
    accepted_on: date
    level: Level


class ItemCategory(StrEnum):
    """The five categories in which the bureau discloses of itself."""

    INSTITUTIONAL = "institutional"
    POLICY = "policy"
    PLANNING = "planning"
    LICENSING = "licensing"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """One item that the bureau disclosed of itself."""

    reference: str
    disclosed_on: date
    category: ItemCategory


class Route(StrEnum):
    """What was done against the bureau's answer: the blocks of table IV."""

    REVIEW = "review"
    DIRECT_SUIT = "direct_suit"
    SUIT_AFTER_REVIEW = "suit_after_review"


class RemedyOutcome(StrEnum):
    """How a review or a lawsuit ended for the bureau's answer."""

    UPHELD = "upheld"
    CORRECTED = "corrected"
    OTHER = "other"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class RemedyEntry:
    """One administrative review or lawsuit."""

    reference: str
    route: Route
    filed_on: date
    ended_on: date | None = None
    outcome: RemedyOutcome | None = None
    """None or PENDING while it goes on."""


@dataclass(frozen=True, slots=True)
class FaultyEntry:
    """Something in the ledger that cannot be counted, and why: it is named and set aside."""

    reference: str
    kind: FindingKind
    detail: str = ""


Entry = LedgerEntry | ComplaintEntry | ItemEntry | RemedyEntry | FaultyEntry


@dataclass(frozen=True, slots=True)
class LastYear:
    """What the report of the year before said that this one must fit."""

    carried_out: Mapping[ApplicantKind, int]
    """Its last row: applications that went on into this year."""
    open_cases: Mapping[str, ApplicantKind] | None = None
    """Those applications by reference, where they are known: then a missing one is named."""
    in_force: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Rules and normative documents in force at its end, by row of table II."""
