"""Where a case stands beyond its status: what the law wants done next, folded from the events of its ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from casework.events import CaseEvent, EventName


class Mark(StrEnum):
    """One thing that is so of a case now."""

    OPEN = "open"
    CLOSED = "closed"
    UNCONFIRMED = "unconfirmed"
    """Both sides have yet to confirm the receipt (Regulations on Open Government Information (2019), art. 31)."""
    SUPPLEMENT_ASKED = "supplement_asked"
    """The one notice to supplement was sent."""
    SUPPLEMENT_OPEN = "supplement_open"
    THIRD_PARTY_OPEN = "third_party_open"
    ORGAN_OPEN = "organ_open"
    EXTENSION_PROPOSED = "extension_proposed"
    EXTENDED = "extended"
    FEE_OPEN = "fee_open"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    TRANSFERRED = "transferred"
    DRAFTED = "drafted"
    REVIEWED = "reviewed"
    CLEARED = "cleared"
    DECIDED = "decided"
    REVIEW_OPEN = "review_open"
    """The citizen asked a higher organ to look again."""
    REVIEWED_TWICE = "reviewed_twice"
    """Review and re-review are over: the matter is closed for good (Regulations on Petition Work (2022), art. 36)."""
    REMEDY_OPEN = "remedy_open"
    """A review or a suit against the reply goes on."""
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    RATED = "rated"
    PUBLISHED = "published"
    HELD = "held"
    """Kept whole for a review or a court."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply on its way through the review."""

    number: int
    """The event that made it."""
    by: str
    facts: Mapping[str, object]
    text: str | None
    passed_by: tuple[str, ...] = ()
    """Who has let it pass so far, lowest level first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from a ledger."""

    marks: frozenset[Mark] = frozenset()
    draft: Draft | None = None
    proposer: str = ""
    """Who proposed the extension that waits for consent."""
    extension: Mapping[str, object] = field(default_factory=dict)
    """What was proposed last."""
    remedies: Mapping[str, date] = field(default_factory=dict)
    """The routes on which a review or a suit against the reply goes on, and the day on which each was filed."""
    reviews: int = 0
    """How often the citizen asked for a review."""

    def has(self, *marks: Mark) -> bool:
        """Whether all of these are so."""
        return self.marks.issuperset(marks)


_DRAFT: Final = frozenset({Mark.DRAFTED, Mark.REVIEWED, Mark.CLEARED})
_AFTER: Final[Mapping[EventName, tuple[frozenset[Mark], frozenset[Mark]]]] = {
    EventName.OPENED: (frozenset({Mark.OPEN}), frozenset()),
    EventName.CLOSED: (frozenset({Mark.CLOSED}), frozenset({Mark.OPEN, Mark.REVIEW_OPEN, *_DRAFT})),
    EventName.REOPENED: (
        frozenset({Mark.OPEN}),
        frozenset({Mark.CLOSED, Mark.DECIDED, Mark.WITHDRAWN, Mark.MERGED, Mark.NOT_ACCEPTED, Mark.RATED, *_DRAFT}),
    ),
    EventName.RECEIPT_CONFIRMED: (frozenset(), frozenset({Mark.UNCONFIRMED})),
    EventName.SUPPLEMENT_ASKED: (frozenset({Mark.SUPPLEMENT_ASKED, Mark.SUPPLEMENT_OPEN}), frozenset()),
    EventName.SUPPLEMENT_CAME: (frozenset(), frozenset({Mark.SUPPLEMENT_OPEN})),
    EventName.THIRD_PARTY_ASKED: (frozenset({Mark.THIRD_PARTY_OPEN}), frozenset()),
    EventName.THIRD_PARTY_ANSWERED: (frozenset(), frozenset({Mark.THIRD_PARTY_OPEN})),
    EventName.ORGAN_ASKED: (frozenset({Mark.ORGAN_OPEN}), frozenset()),
    EventName.ORGAN_ANSWERED: (frozenset(), frozenset({Mark.ORGAN_OPEN})),
    EventName.EXTENSION_PROPOSED: (frozenset({Mark.EXTENSION_PROPOSED}), frozenset()),
    EventName.EXTENSION_GRANTED: (frozenset({Mark.EXTENDED}), frozenset({Mark.EXTENSION_PROPOSED})),
    EventName.EXTENSION_REFUSED: (frozenset(), frozenset({Mark.EXTENSION_PROPOSED})),
    EventName.FEE_ASKED: (frozenset({Mark.FEE_OPEN}), frozenset()),
    EventName.FEE_PAID: (frozenset(), frozenset({Mark.FEE_OPEN})),
    EventName.ACCEPTED: (frozenset({Mark.ACCEPTED}), frozenset({Mark.NOT_ACCEPTED})),
    EventName.NOT_ACCEPTED: (frozenset({Mark.NOT_ACCEPTED}), frozenset()),
    EventName.TRANSFERRED: (frozenset({Mark.TRANSFERRED}), _DRAFT),
    EventName.TRANSFER_OBJECTED: (frozenset(), frozenset({Mark.TRANSFERRED})),
    EventName.DRAFTED: (frozenset({Mark.DRAFTED}), frozenset({Mark.REVIEWED, Mark.CLEARED})),
    EventName.DRAFT_REVIEWED: (frozenset({Mark.REVIEWED}), frozenset()),
    EventName.DRAFT_CLEARED: (frozenset({Mark.CLEARED}), frozenset()),
    EventName.DRAFT_RETURNED: (frozenset(), _DRAFT),
    EventName.DECIDED: (frozenset({Mark.DECIDED}), _DRAFT),
    EventName.REVIEW_ASKED: (frozenset({Mark.REVIEW_OPEN}), frozenset()),
    EventName.REVIEW_DECIDED: (frozenset(), frozenset({Mark.REVIEW_OPEN})),
    EventName.WITHDRAWN: (frozenset({Mark.WITHDRAWN}), frozenset()),
    EventName.MERGED: (frozenset({Mark.MERGED}), frozenset()),
    EventName.RATED: (frozenset({Mark.RATED}), frozenset()),
    EventName.RESULT_PUBLISHED: (frozenset({Mark.PUBLISHED}), frozenset()),
    EventName.RESULT_WITHDRAWN: (frozenset(), frozenset({Mark.PUBLISHED})),
    EventName.HELD: (frozenset({Mark.HELD}), frozenset()),
    EventName.RELEASED: (frozenset(), frozenset({Mark.HELD})),
}
"""What each event makes so, and what it ends; an event that is not named changes nothing here."""
_PASSES: Final = frozenset({EventName.DRAFT_REVIEWED, EventName.DRAFT_CLEARED})


def standing_of(events: Iterable[CaseEvent]) -> Standing:
    """Where a case stands after these events, in order."""
    standing = Standing()
    for event in events:
        standing = _after(standing, event)
    return standing


def _after(standing: Standing, event: CaseEvent) -> Standing:
    adds, ends = _AFTER.get(event.name, (frozenset(), frozenset()))
    marks = (standing.marks - ends) | adds
    if event.name is EventName.OPENED and event.facts.get("confirmed") is False:
        marks |= {Mark.UNCONFIRMED}
    match event.name:
        case EventName.DRAFTED:
            made = Draft(event.number, event.actor, event.facts, event.text)
            return replace(standing, marks=marks, draft=made)
        case name if name in _PASSES and standing.draft is not None:
            passed = replace(standing.draft, passed_by=(*standing.draft.passed_by, event.actor))
            return replace(standing, marks=marks, draft=passed)
        case EventName.EXTENSION_PROPOSED:
            return replace(standing, marks=marks, proposer=event.actor, extension=event.facts)
        case EventName.REMEDY_FILED | EventName.REMEDY_ENDED:
            route = str(event.facts["route"])
            going_on = {known: filed for known, filed in standing.remedies.items() if known != route}
            if event.name is EventName.REMEDY_FILED:
                going_on[route] = date.fromisoformat(str(event.facts["on"]))
            marks = marks | {Mark.REMEDY_OPEN} if going_on else marks - {Mark.REMEDY_OPEN}
            return replace(standing, marks=marks, remedies=going_on)
        case EventName.REVIEW_ASKED:
            return replace(standing, marks=marks, reviews=standing.reviews + 1)
        case EventName.REVIEW_DECIDED if standing.reviews > 1:
            return replace(standing, marks=marks | {Mark.REVIEWED_TWICE})
    draft = standing.draft if Mark.DRAFTED in marks else None
    return replace(standing, marks=marks, draft=draft)
