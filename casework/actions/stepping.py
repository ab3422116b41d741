"""Taking a step: is it open, may this account take it, and what is written down of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from casework.actions.office import Office
from casework.actions.reckoning import reckon
from casework.case import Case
from casework.errors import Refusal
from casework.events import EventName
from casework.ports import UnitOfWork
from casework.staff import Staff
from casework.standing import Standing, standing_of
from casework.steps import Step, require_step


@dataclass(frozen=True, slots=True)
class Walker:
    """Who takes steps in a case, within one unit of work."""

    uow: UnitOfWork
    office: Office
    staff: Staff
    now: datetime

    @property
    def actor(self) -> str:
        """How the ledger names them."""
        return f"staff:{self.staff.id}"

    @property
    def today(self) -> date:
        """The date on the bureau's wall."""
        return self.office.bureau.calendar.local_date(self.now)

    def require(self, step: Step, case: Case) -> Standing:
        """Where the case stands; RightMissing, StepClosed or SecondPersonWanted unless the step may be taken now."""
        standing = standing_of(self.uow.cases.events(case.id))
        require_step(step, case, standing, self.staff, self.office.bureau)
        return standing

    def note(
        self,
        case: Case,
        name: EventName,
        facts: Mapping[str, object] | None = None,
        *,
        text: str | None = None,
        changes: Mapping[str, object] | None = None,
        actor: str | None = None,
    ) -> Case:
        """Write an event, and reckon every deadline of the case anew."""
        after = self.uow.cases.append(
            case.id, name, at=self.now, actor=actor or self.actor, facts=facts, text=text, changes=changes
        )
        return reckon(after, self.uow, office=self.office, now=self.now)


def day_of(on: date | None, walker: Walker, case: Case) -> date:
    """The day on which something happened: today unless another is named, which is neither ahead nor before receipt."""
    day = on or walker.today
    if day > walker.today:
        raise Refusal("day_ahead", f"{day} lies ahead: name the day on which it happened", day=day)
    if case.received_on is not None and day < case.received_on:
        raise Refusal(
            "day_early", f"{day} lies before the day of receipt, {case.received_on}", day=day, receipt=case.received_on
        )
    return day


def said(text: str, what: str) -> str:
    """The words, which must not be missing; Refusal names what they are, such as `words` or `reason`."""
    if not text.strip():
        raise Refusal(f"missing_{what}", f"{what} is missing: write it")
    return text.strip()
