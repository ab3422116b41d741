"""The clocks of a case: its ledger read as the course that the clock engine reckons with, under the regime it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from casework.bureau import Bureau
from casework.clocks.computing import deadlines
from casework.clocks.course import ClockEvent, ClockEventName
from casework.clocks.deadline import Deadline, DeadlineName, DeadlineState
from casework.disposition import Disposition
from casework.errors import CaseworkNotFound
from casework.events import CaseEvent, EventName
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.party import ChannelName
from casework.regime import Owed, ReceiptChannel, Regime, regime_for
from casework.regime_files import get_regime, load_regimes

DUTIES = frozenset(
    {
        DeadlineName.CONFIRMATION,
        DeadlineName.REPLY,
        DeadlineName.ACCEPTANCE,
        DeadlineName.CONCLUSION,
        DeadlineName.REVIEW,
        DeadlineName.RE_REVIEW,
    }
)
"""What somebody is always owed; a notice to supplement, say, only ends a right of the bureau."""
LATE = "late"
"""The state under which a duty is kept that was done after its day."""
OPEN_STATES = frozenset({DeadlineState.RUNNING, DeadlineState.MISSED})
_CHANNELS: Mapping[ChannelName, ReceiptChannel] = {
    ChannelName.LETTER: ReceiptChannel.ORDINARY_POST,
    ChannelName.ON_SITE: ReceiptChannel.IN_PERSON,
    ChannelName.TELEPHONE: ReceiptChannel.IN_PERSON,
    ChannelName.SUGGESTION_BOX: ReceiptChannel.IN_PERSON,
    ChannelName.FAX: ReceiptChannel.FAX,
}
"""How each channel counts for the receipt (Regulations on Open Government Information (2019), art. 31); all others came
over the Internet. Staff fill the form in for who applies by word of mouth (art. 29)."""
_NAMES: Mapping[EventName, ClockEventName] = {
    EventName.RECEIPT_CONFIRMED: ClockEventName.CONFIRMED,
    EventName.SUPPLEMENT_ASKED: ClockEventName.SUPPLEMENT_REQUESTED,
    EventName.SUPPLEMENT_CAME: ClockEventName.SUPPLEMENT_RECEIVED,
    EventName.THIRD_PARTY_ASKED: ClockEventName.THIRD_PARTY_ASKED,
    EventName.THIRD_PARTY_ANSWERED: ClockEventName.THIRD_PARTY_ANSWERED,
    EventName.ORGAN_ASKED: ClockEventName.ORGAN_ASKED,
    EventName.ORGAN_ANSWERED: ClockEventName.ORGAN_ANSWERED,
    EventName.FEE_ASKED: ClockEventName.FEE_NOTIFIED,
    EventName.FEE_PAID: ClockEventName.FEE_PAID,
    EventName.EXTENSION_GRANTED: ClockEventName.EXTENDED,
    EventName.ACCEPTED: ClockEventName.ACCEPTED,
    EventName.NOT_ACCEPTED: ClockEventName.REPLIED,
    EventName.DECIDED: ClockEventName.REPLIED,
    EventName.WITHDRAWN: ClockEventName.WITHDRAWN,
    EventName.MERGED: ClockEventName.WITHDRAWN,
}
_HANDED: Mapping[EventName, ClockEventName] = {
    EventName.TRANSFERRED: ClockEventName.TRANSFERRED,
    EventName.TRANSFER_OBJECTED: ClockEventName.RETURNED,
}
"""Handing a complaint on within the bureau starts the time to object; an application stays with the same organ."""
_TAKEN_BACK = frozenset({Disposition.WITHDRAWN.value, Disposition.DUPLICATE.value})


def regime_of(kind: CaseKind, slug: str, bureau: Bureau) -> Regime | None:
    """The regime under this slug with what the bureau has confirmed and promised; None without a slug."""
    if not slug:
        return None
    regime = get_regime(slug)
    if overrides := bureau.regimes.get(slug):
        regime = regime.with_overrides(overrides)
    commitment = bureau.commitments.get(kind)
    reply = regime.rule("reply")
    if commitment is not None and reply is not None and not reply.confirmed:
        regime = regime.with_commitment(commitment)
    return regime


def slug_for(kind: CaseKind, on: date) -> str:
    """The regime that was law for a case of this kind on the day it came; before all of them, the earliest.

    An old letter that is taken up only now is such a case.
    """
    regimes = load_regimes()
    try:
        return regime_for(kind, on, regimes).slug
    except CaseworkNotFound:
        ours = [one for one in regimes.values() if one.jurisdiction == "CN" and kind in one.kinds]
        return min(ours, key=lambda one: one.in_force_from).slug


def course_of(
    kind: CaseKind, channel: ChannelName, events: Iterable[CaseEvent], bureau: Bureau
) -> tuple[ReceiptChannel, tuple[ClockEvent, ...]]:
    """How a case came, and what happened in it that moves a clock.

    A case that is opened again begins anew, except an application: that was replied to in time stays so.
    """
    way = _CHANNELS.get(channel, ReceiptChannel.WEB)
    found: list[ClockEvent] = []
    round_of_review = 0
    for event in events:
        day = _day(event, bureau)
        match event.name:
            case EventName.OPENED:
                if event.facts.get("registered_post"):
                    way = ReceiptChannel.SIGNED_POST
                received = _received(event, bureau)
                found.append(ClockEvent(ClockEventName.RECEIVED, received))
                if event.facts.get("confirmed", True):
                    found.append(ClockEvent(ClockEventName.CONFIRMED, received))
            case EventName.REOPENED if kind is not CaseKind.DISCLOSURE_APPLICATION:
                found = [ClockEvent(ClockEventName.RECEIVED, day), ClockEvent(ClockEventName.CONFIRMED, day)]
            case EventName.REVIEW_ASKED:
                round_of_review += 1
                again = round_of_review > 1
                name = ClockEventName.RE_REVIEW_REQUESTED if again else ClockEventName.REVIEW_REQUESTED
                found.append(ClockEvent(name, day))
            case EventName.REVIEW_DECIDED:
                again = event.facts.get("round") == 2
                name = ClockEventName.RE_REVIEW_DECIDED if again else ClockEventName.REVIEW_DECIDED
                found.append(ClockEvent(name, day))
            case EventName.CLOSED if not _is_answered(found):
                taken_back = event.facts.get("disposition") in _TAKEN_BACK
                found.append(ClockEvent(ClockEventName.WITHDRAWN if taken_back else ClockEventName.REPLIED, day))
            case _:
                found += _plain(kind, event, day)
    return way, tuple(found)


def reckon_deadlines(
    kind: CaseKind,
    channel: ChannelName,
    slug: str,
    events: Iterable[CaseEvent],
    bureau: Bureau,
    *,
    today: date,
) -> tuple[Deadline, ...]:
    """Every deadline of a case; a report of crime has that of the law and that of the bureau's promise."""
    regime = regime_of(kind, slug, bureau)
    if regime is None:
        return ()
    way, course = course_of(kind, channel, events, bureau)
    found = deadlines(regime, way, course, bureau.calendar, today=today)
    promise = regime_of(kind, "cn-mailbox", bureau) if kind is CaseKind.CRIME_REPORT else None
    if promise is None or kind not in bureau.commitments:
        return found
    return (*found, *deadlines(promise, way, course, bureau.calendar, today=today))


def keep(found: Sequence[Deadline]) -> tuple[KeptDeadline, ...]:
    """The deadlines as they are kept; of several with one name the later have a number."""
    seen: dict[str, int] = {}
    kept = []
    for one in found:
        count = seen[one.name.value] = seen.get(one.name.value, 0) + 1
        name = one.name.value if count == 1 else f"{one.name.value}:{count}"
        rule = f"{one.rule.name} {one.rule.article}"
        state = LATE if is_done_late(one, found) else one.state.value
        kept.append(KeptDeadline(name, one.owed_by.value, one.due_on, state, rule, one.provisional))
    return tuple(kept)


def is_done_late(deadline: Deadline, found: Sequence[Deadline]) -> bool:
    """Whether a missed duty was done in the end: the next duty of the case has begun to run."""
    if deadline.state is not DeadlineState.MISSED or deadline.name not in DUTIES:
        return False
    later = found[found.index(deadline) + 1 :]
    return any(one.name in DUTIES and one.state is not DeadlineState.NOT_STARTED for one in later)


def next_of(found: Sequence[Deadline]) -> Deadline | None:
    """What the bureau owes next: the earliest of its duties that is running or missed."""
    owed = [
        one
        for one in found
        if one.name in DUTIES
        and one.owed_by is Owed.BUREAU
        and one.due_on is not None
        and one.state in OPEN_STATES
        and not is_done_late(one, found)
    ]
    return min(owed, key=lambda one: one.due_on or date.max, default=None)


def _plain(kind: CaseKind, event: CaseEvent, day: date) -> list[ClockEvent]:
    name = _NAMES.get(event.name)
    if name is None and kind is CaseKind.COMPLAINT:
        name = _HANDED.get(event.name)
    if name is None:
        return []
    days = event.facts.get("working_days" if name is ClockEventName.SUPPLEMENT_REQUESTED else "days")
    is_extension = name is ClockEventName.EXTENDED
    return [
        ClockEvent(
            name,
            day,
            days=days if isinstance(days, int) else None,
            approved=True if is_extension else None,
            told=True if is_extension else None,
        )
    ]


def _is_answered(found: Iterable[ClockEvent]) -> bool:
    ends = {ClockEventName.REPLIED, ClockEventName.WITHDRAWN}
    return any(event.name in ends for event in found)


def _day(event: CaseEvent, bureau: Bureau) -> date:
    """The day on which it happened, which a clerk may have named; otherwise that on which it was written down."""
    named = event.facts.get("on")
    return date.fromisoformat(named) if isinstance(named, str) and named else bureau.calendar.local_date(event.at)


def _received(event: CaseEvent, bureau: Bureau) -> date:
    told = event.facts.get("received_on") or event.facts.get("received_at")
    if isinstance(told, str):
        return date.fromisoformat(told) if len(told) == 10 else bureau.calendar.local_date(datetime.fromisoformat(told))
    return bureau.calendar.local_date(event.at)
