"""Carrying out what the engine decided, on casework, and telling what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine import Fact, Keyed
from bot.engine.moments import day
from casework.actions.announcing import alert_staff
from casework.actions.finishing import rate, withdraw_as_citizen
from casework.actions.intake import Arrival, OpenedCase, add_to_case, open_case
from casework.actions.office import Office
from casework.actions.own_case import may_rate
from casework.case import Case, CaseStatus
from casework.commands import (
    AddToCase,
    AlertStaff,
    Command,
    DeclineEntries,
    OpenCase,
    RateAnswer,
    RateCase,
    RecordEnquiry,
    WithdrawCase,
)
from casework.enquiry import Enquiry, EnquiryId
from casework.message import Message
from casework.party import ChannelName
from casework.ports import UnitOfWork
from casework.standing import standing_of
from casework.thread import Thread

MOST_ALERTS = 3
ALERT_WINDOW = timedelta(minutes=10)


@dataclass
class Outcome:
    """What the commands of one turn produced."""

    opened: OpenedCase | None = None
    joined: Case | None = None
    enquiries: list[Enquiry] = field(default_factory=list)

    @property
    def case(self) -> Case | None:
        """The case that this turn is about."""
        return self.opened.case if self.opened else self.joined


@dataclass(frozen=True, slots=True)
class Clerk:
    """Carries out commands for one message of one thread."""

    uow: UnitOfWork
    office: Office
    thread: Thread
    message: Message
    now: datetime
    received_at: datetime
    """When the message was taken in; a case that it opens counts from then."""

    def carry_out(self, commands: tuple[Command, ...], *, began: int) -> Outcome:
        """Run every command in order; `began` is the number of the message with which the matter began."""
        outcome = Outcome()
        for command in commands:
            self._carry_out(command, outcome, began)
        return outcome

    def facts(self, outcome: Outcome) -> dict[str, Fact]:
        """What the commands produced, as facts for texts."""
        prefix = self.office.bureau.reference_prefix
        facts: dict[str, Fact] = {"enquiry": ", ".join(enquiry.reference(prefix) for enquiry in outcome.enquiries)}
        if outcome.opened:
            case = outcome.opened.case
            facts |= {
                "reference": case.reference,
                "query_code": outcome.opened.query_code,
                "unit": self.office.bureau.unit(case.unit).name.in_(self.thread.language),
                "due": self._due(case),
            }
        return facts

    def _carry_out(self, command: Command, outcome: Outcome, began: int) -> None:
        match command:
            case OpenCase():
                outcome.opened = self._open(command, began)
            case AddToCase():
                outcome.joined = self._add(command)
            case RecordEnquiry():
                recorded = self.uow.enquiries.add(
                    command, thread_id=self.thread.id, message_id=self.message.id, now=self.now
                )
                outcome.enquiries.append(recorded)
            case WithdrawCase():
                self._withdraw(command)
            case RateCase():
                self._rate(command)
            case RateAnswer():
                self.uow.enquiries.rate(
                    EnquiryId(command.enquiry), command.helpful, thread_id=self.thread.id, now=self.now
                )
            case DeclineEntries():
                self.uow.enquiries.decline(self.thread.id)
            case AlertStaff():
                self._alert(command)

    def _alert(self, command: AlertStaff) -> None:
        """Tell staff, but not for each of many cries in a row."""
        if self.uow.doors.hit(f"alert:{self.thread.id}", now=self.now, window=ALERT_WINDOW) <= MOST_ALERTS:
            alert_staff(
                command.reason,
                self.uow,
                bureau=self.office.bureau,
                notices=self.office.notices,
                thread=self.thread.id,
                now=self.now,
            )

    def _open(self, command: OpenCase, began: int) -> OpenedCase:
        opened = open_case(
            command,
            self.uow,
            office=self.office,
            thread=self.thread,
            message=self.message,
            now=self.now,
            arrival=Arrival(self.received_at),
        )
        if self.message.mail is not None:
            self.uow.threads.set_case(self.thread.id, opened.case.id)
        self._join_what_was_said(opened.case, began)
        return opened

    def _join_what_was_said(self, case: Case, began: int) -> None:
        """Everything said since the matter began belongs to the case: officers read it, and its attachments."""
        if not 0 < began < self.message.number:
            return
        after = began - 1
        while said := self.uow.threads.messages(self.thread.id, after=after):
            after = said[-1].number
            for message in said:
                if message.case_id is None and message.number < self.message.number:
                    self.uow.threads.set_message_case(message.id, case.id)

    def _add(self, command: AddToCase) -> Case | None:
        case = self.uow.cases.find(command.reference)
        if case is None:
            return None
        return add_to_case(case, self.message, self.uow, office=self.office, now=self.now, reopens=command.reopens)

    def _withdraw(self, command: WithdrawCase) -> None:
        """Take a case back that is this citizen's own; whoever ended it meanwhile was quicker."""
        case = self._own(command.reference)
        if case is not None and case.status is not CaseStatus.CLOSED:
            self.uow.threads.set_message_case(self.message.id, case.id)
            withdraw_as_citizen(case, self.message.text, self.uow, office=self.office, now=self.now)

    def _rate(self, command: RateCase) -> None:
        """Record a grade of a case of this citizen's own, once for each ending."""
        case = self._own(command.reference)
        if case is not None and may_rate(case, standing_of(self.uow.cases.events(case.id))):
            rate(case, command.grade, "", self.uow, office=self.office, now=self.now)

    def _own(self, reference: str) -> Case | None:
        """A case of the party whose thread this is, locked."""
        case = self.uow.cases.find(reference)
        is_own = case is not None and case.party_id == self.thread.party_id
        return self.uow.cases.get(case.id, lock=True) if case is not None and is_own else None

    def _due(self, case: Case) -> Fact:
        commitment = self.office.bureau.commitments.get(case.kind)
        if case.due_on is None or commitment is None:
            return ""
        return Keyed("filed.due", {"due_on": day(case.due_on), "basis": commitment.basis.in_(self.thread.language)})


def is_mail(thread: Thread) -> bool:
    """Whether a thread is an exchange of letters."""
    return thread.address is not None and thread.address.channel is ChannelName.EMAIL
