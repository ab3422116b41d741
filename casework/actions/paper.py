"""What comes on paper, over the counter, by telephone, fax or suggestion box: a clerk enters it, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from casework.actions.intake import Arrival, OpenedCase, add_to_case, open_case
from casework.actions.stepping import Walker, said
from casework.case import Case
from casework.commands import OpenCase
from casework.errors import CaseworkConflict, Refusal
from casework.kinds import CaseKind
from casework.message import Attachment, Author, Direction, Message
from casework.party import ON_PAPER, Address, ChannelName, Language
from casework.reply_kinds import ApplicantKind
from casework.rights import Right, RightMissing, has_anywhere, require
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
    text, thread, message = _take_in(paper, nonce, walker)
    return open_case(
        _command(paper, text),
        walker.uow,
        office=walker.office,
        thread=thread,
        message=message,
        now=walker.now,
        arrival=_arrival(paper, walker),
    )


def add_paper(case: Case, paper: Paper, nonce: str, walker: Walker) -> Case:
    """Add what came on paper to a case that is here already; the same form sent twice adds it once.

    RightMissing without the right to enter paper, or to write in the case.
    """
    require(walker.staff, Right.WRITE, case, walker.office.bureau)
    _, _, message = _take_in(paper, nonce, walker)
    return add_to_case(case, message, walker.uow, office=walker.office, now=walker.now)


def paper_address(paper: Paper, nonce: str) -> Address:
    """Where the writer of a paper is filed; known already when the same form was sent before."""
    return Address(paper.channel, f"paper:{nonce}")


def _take_in(paper: Paper, nonce: str, walker: Walker) -> tuple[str, Thread, Message]:
    """The words of the paper, and the correspondence in which they are kept; CaseworkConflict the second time."""
    if not has_anywhere(walker.staff, Right.ENTER_PAPER):
        raise RightMissing(Right.ENTER_PAPER, walker.staff.unit)
    text = _checked(paper, walker)
    address = paper_address(paper, nonce)
    if (known := walker.uow.parties.find(address)) is not None:
        cases = walker.uow.cases.of_party(known.id, limit=1)
        raise CaseworkConflict(f"this form was sent before: it is case {cases[0].reference if cases else '?'}")
    return (text, *_keep(paper, text, address, walker))


def _checked(paper: Paper, walker: Walker) -> str:
    if paper.channel not in ON_PAPER:
        raise Refusal("choice", f"{paper.channel.value} is no channel that a clerk enters")
    if paper.received_on > walker.today:
        raise Refusal("day_ahead", f"{paper.received_on} lies ahead", day=paper.received_on)
    return said(paper.words, "words")


def _keep(paper: Paper, text: str, address: Address, walker: Walker) -> tuple[Thread, Message]:
    uow, now = walker.uow, walker.now
    party = uow.parties.ensure(address, language=paper.language, name=paper.name.strip() or None, now=now)
    subject = text.splitlines()[0][:80]
    thread = uow.threads.open(
        Audience.CITIZEN, language=paper.language, now=now, party_id=party.id, address=address, subject=subject
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
