"""What comes on paper, over the counter, by telephone, fax or suggestion box: a clerk enters it, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from casework.actions.intake import Arrival, OpenedCase, add_to_case, open_case
from casework.actions.stepping import Walker, said
from casework.bureau import Bureau
from casework.case import Case
from casework.commands import OpenCase
from casework.errors import CaseworkConflict, Refusal
from casework.kinds import CaseKind
from casework.message import Attachment, Author, CaseId, Direction, Message
from casework.party import ON_PAPER, Address, ChannelName, Language
from casework.reply_kinds import ApplicantKind
from casework.rights import Right, RightMissing, has_anywhere, may, may_know_writer, require
from casework.staff import Staff
from casework.thread import Audience, Thread

_MUST_CONFIRM = frozenset({ChannelName.LETTER, ChannelName.FAX})
"""An ordinary letter and a fax count from the day on which both sides confirm (art. 31)."""
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Paper:
    """What the clerk enters."""

    channel: ChannelName
    received_on: date
    kind: CaseKind
    words: str
    """What is asked, as the paper or the caller says it."""
    name: str = ""
    contact: str = ""
    unit: str = ""
    applicant: ApplicantKind = ApplicantKind.NATURAL_PERSON
    anonymous: bool = False
    registered_post: bool = False
    confirmed: bool = False
    """The receipt was confirmed with the applicant on that day."""
    accused: str = ""
    language: Language = "zh"
    attachments: tuple[Attachment, ...] = field(default=())
    """The scans."""

    def __repr__(self) -> str:
        """Keep names and words out of logs."""
        return f"Paper({self.channel.value}, {self.kind.value}, {self.received_on})"


def enter_paper(paper: Paper, nonce: str, walker: Walker) -> OpenedCase:
    """Open the case of a paper, under the same rules as any other.

    `nonce` comes with the form: the same form sent twice opens one case, and the second try is a CaseworkConflict that
    names it. Refusal when something is missing, RightMissing without the right.
    """
    text, address = _take_in(paper, nonce, walker)
    thread, message = _keep(paper, text, address, walker)
    return open_case(
        _command(paper, text),
        walker.uow,
        office=walker.office,
        thread=thread,
        message=message,
        now=walker.now,
        arrival=_arrival(paper, walker),
    )


def may_add_paper(case: Case, staff: Staff, bureau: Bureau) -> bool:
    """Whether an account can add paper to a case: who does not know its writer cannot tell whether it is the same."""
    return case.merged_into is None and may(staff, Right.WRITE, case, bureau) and may_know_writer(staff, case, bureau)


def add_paper(case: Case, paper: Paper, nonce: str, walker: Walker) -> Case:
    """Add what came on paper to a case of the same writer; the same form sent twice adds it once.

    RightMissing without the right to enter paper, to write in the case or to know who wrote it; Refusal when the case
    cannot take something that the clerk typed, as nothing of it is dropped.
    """
    _require_addable(case, paper, walker)
    text, address = _take_in(paper, nonce, walker)
    signed = "\n".join(line for line in (paper.name.strip(), paper.contact.strip()) if line)
    message = _keep(paper, f"{text}\n\n{signed}" if signed else text, address, walker, case_id=case.id)[1]
    facts = {
        "entered_by": walker.actor,
        "channel": paper.channel.value,
        "received_on": paper.received_on.isoformat(),
    }
    return add_to_case(case, message, walker.uow, office=walker.office, now=walker.now, facts=facts)


def paper_address(paper: Paper, nonce: str) -> Address:
    """Where the writer of a paper is filed; known already when the same form was sent before."""
    return Address(paper.channel, f"paper:{nonce}")


def _take_in(paper: Paper, nonce: str, walker: Walker) -> tuple[str, Address]:
    """The words of the paper, and where its writer is filed; CaseworkConflict the second time."""
    if not has_anywhere(walker.staff, Right.ENTER_PAPER):
        raise RightMissing(Right.ENTER_PAPER, walker.staff.unit)
    text = _checked(paper, walker)
    address = paper_address(paper, nonce)
    if (known := walker.uow.parties.find(address)) is not None:
        cases = walker.uow.cases.of_party(known.id, limit=1)
        raise CaseworkConflict(f"this form was sent before: it is case {cases[0].reference if cases else '?'}")
    return text, address


def _require_addable(case: Case, paper: Paper, walker: Walker) -> None:
    staff, bureau = walker.staff, walker.office.bureau
    require(staff, Right.WRITE, case, bureau)
    if not may_know_writer(staff, case, bureau):
        raise RightMissing(Right.SEE_UNNAMED if case.anonymous else Right.SEE_NAME, case.unit)
    if case.merged_into is not None:
        raise Refusal("goes_on", f"case {case.reference} was merged into another: add the paper there")
    if paper.accused and paper.accused != case.accused_unit:
        raise Refusal(
            "accused_elsewhere", f"case {case.reference} does not accuse {paper.accused}: enter the paper anew"
        )
    if (case.anonymous or paper.anonymous) and (paper.name.strip() or paper.contact.strip()):
        # The units read every message of the case.
        raise Refusal("unnamed_paper", "the writer stays unnamed to the units: take name and contact out")


def _checked(paper: Paper, walker: Walker) -> str:
    if paper.channel not in ON_PAPER:
        raise Refusal("choice", f"{paper.channel.value} is no channel that a clerk enters")
    if paper.received_on > walker.today:
        raise Refusal("day_ahead", f"{paper.received_on} lies ahead", day=paper.received_on)
    return said(paper.words, "words")


def _keep(
    paper: Paper, text: str, address: Address, walker: Walker, *, case_id: CaseId | None = None
) -> tuple[Thread, Message]:
    """Keep the words in a correspondence of their own; what is added to a case tells its writer in the words alone."""
    uow, now = walker.uow, walker.now
    name = paper.name.strip() if case_id is None else ""
    party = uow.parties.ensure(address, language=paper.language, name=name or None, now=now)
    thread = uow.threads.open(
        Audience.CITIZEN,
        language=paper.language,
        now=now,
        party_id=party.id,
        address=address,
        subject=text.splitlines()[0][:80],
        case_id=case_id,
    )
    message = uow.threads.add_message(
        thread.id, Direction.INBOUND, Author.CITIZEN, text, now=now, attachments=paper.attachments
    )
    return thread, message


def _command(paper: Paper, text: str) -> OpenCase:
    contact = paper.contact.strip()
    return OpenCase(
        paper.kind,
        subject=text.splitlines()[0][:80],
        details={"contact": contact} if contact else {},
        unit=paper.unit or None,
        anonymous=paper.anonymous,
        accused=paper.accused or None,
        applicant=paper.applicant,
    )


def _arrival(paper: Paper, walker: Walker) -> Arrival:
    zone = walker.office.bureau.calendar.time_zone
    at = walker.now if paper.received_on == walker.today else datetime.combine(paper.received_on, _NOON, tzinfo=zone)
    waits = (
        paper.kind is CaseKind.DISCLOSURE_APPLICATION
        and paper.channel in _MUST_CONFIRM
        and not paper.registered_post
        and not paper.confirmed
    )
    return Arrival(at, not waits, registered_post=paper.registered_post, entered_by=walker.staff.id)
