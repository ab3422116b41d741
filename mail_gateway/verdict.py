"""What the chain decides about one mail, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MailKind(StrEnum):
    """Who or what wrote a mail."""

    PERSON = "person"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    FEEDBACK_REPORT = "feedback_report"
    """A provider tells that a reader of our mail called it unwanted (RFC 5965)."""
    LIST = "list"
    OWN = "own"
    CALENDAR = "calendar"
    SPAM = "spam"
    MACHINE = "machine"
    """Written by some program, it cannot be told what for."""

    @property
    def outward(self) -> MailKind:
        """The kind as it is shown to others: what some program wrote is an automatic reply to them."""
        return MailKind.AUTO_REPLY if self is MailKind.MACHINE else self


class Action(StrEnum):
    """What happens to a mail."""

    ACCEPT = "accept"
    """It goes to the desk."""
    HOLD = "hold"
    """A clerk decides."""
    DISCARD = "discard"
    """It ends here, kept whole with its reason; nobody is answered."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: a key of `wording/*.toml`, and the fact that it rests on."""

    key: str
    fact: str = ""
    """A header value, a size, a status code: never the citizen's words."""

    def __str__(self) -> str:
        """Key and fact in one line, as kept with the message."""
        return f"{self.key}: {self.fact}" if self.fact else self.key


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of the chain."""

    action: Action
    kind: MailKind
    reasons: tuple[Reason, ...] = ()
    hits: tuple[str, ...] = ()
    """Names of the rules that applied."""
    misses: tuple[str, ...] = ()
    """Names of the rules that were asked and did not apply, in order."""
