"""Every deadline of one case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from casework.clocks.course import ClockEvent, Course
from casework.clocks.deadline import Deadline
from casework.clocks.pause import find_pausing
from casework.clocks.petition import find_acceptance, find_conclusion, find_ladder, find_objections
from casework.clocks.receipt import find_confirmation, find_receipt
from casework.clocks.reply import find_reply
from casework.clocks.supplement import find_supplementing
from casework.regime import ReceiptChannel, Regime
from casework.working_days import WorkCalendar


def deadlines(
    regime: Regime,
    channel: ReceiptChannel,
    events: Iterable[ClockEvent],
    calendar: WorkCalendar,
    *,
    today: date,
) -> tuple[Deadline, ...]:
    """What is due in a case, by whom and when, in the order in which it falls to them.

    Events may come in any order. The calendar is the bureau's; a regime of another country keeps that country's public
    holidays. CaseworkRejected says which event lacks what.
    """
    course = Course(regime, channel, tuple(events), calendar, today)
    receipt = find_receipt(course)
    supplementing = find_supplementing(course, receipt)
    pausing = find_pausing(course)
    found = (
        find_confirmation(course, receipt),
        supplementing.notice,
        *(each.deadline for each in supplementing.rounds),
        *pausing.deadlines,
        *find_acceptance(course, receipt),
        *find_objections(course),
        find_reply(course, receipt, supplementing, pausing),
        *find_conclusion(course),
        *find_ladder(course),
    )
    return tuple(deadline for deadline in found if deadline is not None)
