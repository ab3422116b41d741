"""What is remembered of the live dialogue with one citizen between two messages: a value, kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from casework.party import Language

MOST_PARKED = 3
"""Dialogues that were left or interrupted and can be gone back in; older ones are forgotten."""
CONFIRM = "confirm"
"""What a dialogue asks when everything is filled: may this be filed?"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one dialogue has come."""

    dialogue: str
    slots: Mapping[str, str] = field(default_factory=dict)
    """Slot name to the citizen's words; empty words mean that the citizen passed."""
    asking: str = ""
    """The slot that was asked for, `confirm`, or nothing yet."""
    filled: str = ""
    """The slot that the latest message filled, so that an edit of that message can mend it."""
    began: int = 0
    """Number of the message within the thread that began it."""
    was_left: bool = False
    """The citizen left it; what was only interrupted goes on by itself."""

    def __repr__(self) -> str:
        """Keep the citizen's words out of logs."""
        return f"Progress({self.dialogue}, asking={self.asking})"

    def asks(self, asking: str) -> Progress:
        """The same with another question open."""
        return replace(self, asking=asking)

    def fill(self, name: str, value: str) -> Progress:
        """The same with a slot filled."""
        return replace(self, slots={**self.slots, name: value}, filled=name)

    def without(self, name: str) -> Progress:
        """The same with a slot empty again."""
        return replace(self, slots={slot: value for slot, value in self.slots.items() if slot != name})


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that was offered, so that typing its number or its label works as pressing it does."""

    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of one conversation."""

    language: Language | None = None
    active: Progress | None = None
    parked: tuple[Progress, ...] = ()
    """Dialogues that were left or interrupted, latest first."""
    offers: tuple[Offer, ...] = ()
    """Choices of the last reply that had any."""
    question: str = ""
    """The latest question that found no sure answer: what a person would be asked."""
    last_procedure: str | None = None
    """Slug of the entry that was answered last."""
    last_facets: tuple[str, ...] = ()
    """The sides of it that were asked for."""
    last_case: str | None = None
    """Reference of the case that was filed last in this conversation."""
    last_message: str = ""
    """External id of the latest message."""
    spoke_at: datetime | None = None
    """When the citizen wrote last."""
    version: int = 0
    """Rises with every saved turn; 0 when it was never saved."""

    def __repr__(self) -> str:
        """Keep the citizen's words out of logs."""
        return f"Conversation(version={self.version}, active={self.active!r})"

    def park(self) -> Conversation:
        """The active dialogue set aside, to be gone back in."""
        if self.active is None:
            return self
        others = tuple(progress for progress in self.parked if progress.dialogue != self.active.dialogue)
        return replace(self, active=None, parked=(self.active, *others)[:MOST_PARKED])

    def unpark(self) -> Conversation:
        """The dialogue that was set aside last, active again."""
        return replace(self, active=self.parked[0], parked=self.parked[1:]) if self.parked else self

    def forget(self, dialogue: str) -> Conversation:
        """Without what was set aside of one dialogue."""
        return replace(self, parked=tuple(progress for progress in self.parked if progress.dialogue != dialogue))


_PLAIN = tuple(
    name
    for name in Conversation.__dataclass_fields__
    if name not in {"active", "parked", "offers", "spoke_at", "version"}
)


def compose_state(conversation: Conversation) -> dict[str, Any]:
    """The conversation as JSON, without its version, which the store keeps beside it."""
    state = {name: getattr(conversation, name) for name in _PLAIN}
    state["active"] = asdict(conversation.active) if conversation.active else None
    state["parked"] = [asdict(progress) for progress in conversation.parked]
    state["offers"] = [asdict(offer) for offer in conversation.offers]
    state["spoke_at"] = conversation.spoke_at.isoformat() if conversation.spoke_at else None
    return {name: value for name, value in state.items() if value not in (None, "", (), [])}


def parse_state(state: Mapping[str, Any], *, version: int) -> Conversation:
    """The conversation that `compose_state` wrote; what an older release did not know has its default."""
    active, spoke_at = state.get("active"), state.get("spoke_at")
    return Conversation(
        language=state.get("language"),
        active=Progress(**active) if active else None,
        parked=tuple(Progress(**progress) for progress in state.get("parked", ())),
        offers=tuple(Offer(**offer) for offer in state.get("offers", ())),
        question=state.get("question", ""),
        last_procedure=state.get("last_procedure"),
        last_facets=tuple(state.get("last_facets", ())),
        last_case=state.get("last_case"),
        last_message=state.get("last_message", ""),
        spoke_at=datetime.fromisoformat(spoke_at) if spoke_at else None,
        version=version,
    )
