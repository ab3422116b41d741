"""Who writes to us, and over which channel they can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType

PartyId = NewType("PartyId", int)
ContactPointId = NewType("ContactPointId", int)

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class ChannelName(StrEnum):
    """A way in and out."""

    TELEGRAM = "telegram"
    WEB_CHAT = "web_chat"
    EMAIL = "email"
    TERMINAL = "terminal"
    LETTER = "letter"
    ON_SITE = "on_site"
    TELEPHONE = "telephone"
    FAX = "fax"
    SUGGESTION_BOX = "suggestion_box"


ON_PAPER = frozenset(
    {
        ChannelName.LETTER,
        ChannelName.ON_SITE,
        ChannelName.TELEPHONE,
        ChannelName.FAX,
        ChannelName.SUGGESTION_BOX,
    }
)
"""Channels that a clerk enters by hand; what answers them is printed, and posted or handed over."""
FETCHED = frozenset({ChannelName.WEB_CHAT, ChannelName.TERMINAL})
"""Channels whose citizens fetch what is in their thread: what is committed there is delivered."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a citizen can be reached: one place on one channel."""

    channel: ChannelName
    value: str
    """Chat id, web conversation id or e-mail address, folded to one spelling."""

    def __post_init__(self) -> None:
        """Refuse an empty address."""
        if not self.value.strip():
            raise ValueError(f"an address on {self.channel} cannot be empty")

    def __repr__(self) -> str:
        """Keep the address itself out of logs and tracebacks."""
        return f"Address({self.channel.value}, …)"


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One address of one party."""

    id: ContactPointId
    party_id: PartyId
    address: Address
    undeliverable_since: datetime | None = None
    """Set when the address hard-failed or the citizen blocked us, which staff are told; ends when they write again."""


@dataclass(frozen=True, slots=True)
class FailedAddress:
    """An address that a message of ours did not reach, with the last failure."""

    id: int
    address: Address
    failed_at: datetime
    detail: str
    """What the other side said, without addresses."""
    is_permanent: bool
    """Whether the other side gave up, rather than asked us to try later."""
    failures: int
    """How many failures there were."""
    allowed_at: datetime | None = None
    """When staff last allowed messages to it again; None when nobody has since the last failure."""
    allowed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A citizen or organisation that writes to the bureau."""

    id: PartyId
    name: str | None
    language: Language
    contact_points: tuple[ContactPoint, ...] = ()

    def __repr__(self) -> str:
        """Keep the name out of logs and tracebacks."""
        return f"Party(id={self.id}, …)"
