"""The course of one case as far as its clocks care: what happened on which day, by whose rules and calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.clocks.deadline import Step, step
from casework.errors import CaseworkRejected
from casework.regime import Conventions, ReceiptChannel, Regime, Rule
from casework.working_days import WorkCalendar


class ClockEventName(StrEnum):
    """What can happen that moves a clock; of several on one day the earlier in this list happened first."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    """Both sides have confirmed the receipt."""
    FORWARDED = "forwarded"
    """Handed to this bureau by an organ above."""
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUPPLEMENT_RECEIVED = "supplement_received"
    THIRD_PARTY_ASKED = "third_party_asked"
    THIRD_PARTY_ANSWERED = "third_party_answered"
    ORGAN_ASKED = "organ_asked"
    ORGAN_ANSWERED = "organ_answered"
    FEE_NOTIFIED = "fee_notified"
    FEE_PAID = "fee_paid"
    TRANSFERRED = "transferred"
    """Handed on by this bureau."""
    RETURNED = "returned"
    """Sent back by whoever it was wrongly handed to."""
    ACCEPTED = "accepted"
    EXTENDED = "extended"
    REPLIED = "replied"
    REVIEW_REQUESTED = "review_requested"
    REVIEW_DECIDED = "review_decided"
    RE_REVIEW_REQUESTED = "re_review_requested"
    RE_REVIEW_DECIDED = "re_review_decided"
    WITHDRAWN = "withdrawn"


_ORDER = {name: place for place, name in enumerate(ClockEventName)}


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One thing that happened on a day."""

    name: ClockEventName
    on: date
    days: int | None = None
    """The days given for a supplement, or by which the reply is extended."""
    party: str = ""
    """Which third party or organ, when there are several."""
    excused: bool = False
    """A late supplement that has a good reason."""
    approved: bool | None = None
    """Whether the head consented to an extension; None when it is not recorded."""
    told: bool | None = None
    """Whether the applicant was told of an extension; None when it is not recorded."""

    def __post_init__(self) -> None:
        """Refuse an extension by no days."""
        if self.name is ClockEventName.EXTENDED and not self.days:
            raise CaseworkRejected(f"extended on {self.on.isoformat()} has no working_days: by how many days?")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, if there was one."""

    asked: ClockEvent
    answered_on: date | None = None
    excused: bool = False


class Course:
    """One case: its events in order of days, with the regime, the calendar and the day on which it is looked at."""

    def __init__(
        self,
        regime: Regime,
        channel: ReceiptChannel,
        events: tuple[ClockEvent, ...],
        calendar: WorkCalendar,
        today: date,
    ) -> None:
        """Sort the events; the calendar becomes that of the regime's country."""
        self.regime = regime
        self.channel = channel
        self.events = tuple(sorted(events, key=lambda event: (event.on, _ORDER[event.name])))
        self.calendar = regime.calendar(calendar)
        self.today = today

    @property
    def conventions(self) -> Conventions:
        """How this regime counts."""
        return self.regime.conventions

    @property
    def channel_rule(self) -> Rule:
        """The rule by which an application that came so counts as received."""
        return self.regime.rules[self.regime.channels[self.channel]]

    def all(self, name: ClockEventName) -> tuple[ClockEvent, ...]:
        """Every event of a name, in order."""
        return tuple(event for event in self.events if event.name is name)

    def first_on(self, name: ClockEventName, since: date | None = None) -> date | None:
        """The day of the first event of a name, on `since` or later."""
        return next((event.on for event in self.all(name) if since is None or event.on >= since), None)

    @property
    def withdrawn_on(self) -> date | None:
        """When the applicant gave it up."""
        return self.first_on(ClockEventName.WITHDRAWN)

    @property
    def replied_on(self) -> date | None:
        """When the bureau replied, unless the application was withdrawn before."""
        replied, withdrawn = self.first_on(ClockEventName.REPLIED), self.withdrawn_on
        return None if replied and withdrawn and withdrawn < replied else replied

    @property
    def ended_on(self) -> date | None:
        """When nothing of the case was owed any more: replied or withdrawn."""
        return self.replied_on or self.withdrawn_on

    def exchanges(
        self, asked: ClockEventName, answered: ClockEventName
    ) -> tuple[tuple[Exchange, ...], tuple[Step, ...]]:
        """Each question with its answer, and the answers to no question."""
        answers = list(self.all(answered))
        found = []
        for question in self.all(asked):
            fits = [each for each in answers if each.on >= question.on and _same_party(question, each)]
            if fits:
                answers.remove(fits[0])
                found.append(Exchange(question, fits[0].on, excused=fits[0].excused))
            else:
                found.append(Exchange(question))
        return tuple(found), tuple(
            step("clock.problem.no_question", event=answered.value, day=each.on) for each in answers
        )


def _same_party(question: ClockEvent, answer: ClockEvent) -> bool:
    return not question.party or not answer.party or question.party == answer.party
