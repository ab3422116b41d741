"""A case as a clerk sees it: what was said, what was done, how far each reply has come, and what may be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from admin_api.access import may_read_all, may_see, shown_details
from admin_api.console.case_handling import HandlingView, compose_handling, ending_in_words
from admin_api.console.finding import fingerprint, signed_in
from admin_api.deadline import Deadline, deadline_of
from admin_api.evidence import Proof, Weighing, proof_of, weighing_of
from admin_api.pages import Visit
from casework.actions.correspondence import is_taken_over
from casework.bureau import Unit
from casework.case import Case
from casework.disposition import ALLOWED, Disposition
from casework.events import CaseEvent, EventName
from casework.message import Attachment, CaseId, Direction, Message
from casework.naming import name_applicant
from casework.outbox import OutboxEntry
from casework.party import Party
from casework.ports import UnitOfWork
from casework.reply_kinds import ApplicantKind
from casework.rights import Right, has_anywhere, may_know_writer
from casework.staff import Staff
from casework.thread import Thread

SHOWN_AS_PICTURE: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MOST_MESSAGES: Final = 500


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of the correspondence, or a note among colleagues."""

    message: Message
    author: str
    delivery: OutboxEntry | None
    """How far it has come, for what we sent."""
    pictures: Sequence[Attachment]
    files: Sequence[Attachment]
    elsewhere: bool
    """Said in the same conversation without belonging to this case."""
    weighing: Weighing | None = None
    """The evidence on which a letter was placed."""
    proof: Proof | None = None
    """What was found out about who sent it."""


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of the ledger in words."""

    event: CaseEvent
    actor: str
    says: str
    is_new: bool
    """Happened since the page was made that a stale form came from."""


@dataclass(frozen=True, slots=True)
class SplitOff:
    """That the case is one of several matters of one letter."""

    part: str
    of: str
    mail: str
    """The inbox entry that has the letter whole; empty for accounts that may not see it."""
    sisters: Sequence[Case]


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything on the page of a case."""

    case: Case
    deadline: Deadline
    basis: str
    """The limit and the rule that it rests on, in words."""
    unit: Unit
    party: Party | None
    """None when the account may not see who wrote."""
    thread: Thread
    address: str
    """Where replies go; empty when it may not be seen."""
    undeliverable: bool
    facts: Sequence[tuple[str, str]]
    """What the citizen stated: label and words."""
    messages: Sequence[MessageView]
    events: Sequence[EventView]
    """Latest first."""
    assignee: Staff | None
    speaker: Staff | None
    """Who has taken the conversation over, while the assistant is silent."""
    colleagues: Sequence[Staff]
    """To whom the case can be given."""
    units: Sequence[Unit]
    """To which it can be transferred."""
    dispositions: Sequence[Disposition]
    others: Sequence[Case]
    """Other cases of the same citizen that the account may see."""
    fingerprint: str
    handling: HandlingView
    split: SplitOff | None = None
    """Set when the case came of a letter that a clerk split."""


def compose_case(case: Case, uow: UnitOfWork, *, visit: Visit, seen_version: int | None = None) -> CaseView:
    """The view of `case`; events after `seen_version` are marked as new."""
    bureau, staff = visit.context.office.bureau, signed_in(visit)
    today = bureau.calendar.local_date(visit.context.clock())
    colleagues = {colleague.id: colleague for colleague in uow.accounts.list_staff()}
    names = {f"staff:{colleague.id}": colleague.display_name for colleague in colleagues.values()}
    named = may_know_writer(staff, case, bureau)
    thread, party = uow.threads.get(case.thread_id), uow.parties.get(case.party_id)
    ledger = uow.cases.events(case.id)
    split = _split(ledger, uow, visit=visit)
    sisters = {sister.id for sister in split.sisters} if split else set()
    speaker = colleagues.get(thread.taken_over_by) if thread.taken_over_by is not None else None
    return CaseView(
        case=case,
        deadline=deadline_of(case, today),
        basis=_basis(case, ledger, visit),
        unit=bureau.unit(case.unit),
        party=party if named else None,
        thread=thread,
        address=thread.address.value if thread.address and named else "",
        undeliverable=any(
            point.undeliverable_since is not None and point.address == thread.address for point in party.contact_points
        ),
        facts=[
            (visit.say_or(f"slot.{slot}", slot.replace("_", " ")), visit.say_or(f"slot_value.{words}", words))
            for slot, words in shown_details(case, named=named).items()
        ],
        messages=_messages(case, thread, uow, visit=visit, names=names, named=named),
        events=[_event(event, visit, names, seen_version) for event in reversed(ledger)],
        assignee=colleagues.get(case.assignee) if case.assignee is not None else None,
        speaker=speaker if is_taken_over(thread, visit.context.clock()) else None,
        colleagues=[other for other in colleagues.values() if other.active and may_see(other, case, bureau)],
        units=[unit for unit in bureau.units if unit.slug != case.unit],
        dispositions=ALLOWED[case.kind],
        others=[
            other
            for other in uow.cases.of_party(case.party_id, limit=10)
            if named
            and other.id not in {case.id, *sisters}
            and may_see(staff, other, bureau)
            and may_know_writer(staff, other, bureau)
        ],
        fingerprint=fingerprint(case, uow),
        handling=compose_handling(case, ledger, names, uow, visit=visit),
        split=split,
    )


def _split(ledger: Sequence[CaseEvent], uow: UnitOfWork, *, visit: Visit) -> SplitOff | None:
    """From what letter the case was split, with the sister cases that this account may see."""
    event = next((event for event in reversed(ledger) if event.name is EventName.SPLIT), None)
    if event is None:
        return None
    staff, bureau = signed_in(visit), visit.context.office.bureau
    named = event.facts.get("sisters")
    found = [uow.cases.find(str(reference)) for reference in (named if isinstance(named, list) else [])]
    return SplitOff(
        part=str(event.facts.get("part", "")),
        of=str(event.facts.get("of", "")),
        mail=str(event.facts.get("inbox", "")) if has_anywhere(staff, Right.TRIAGE) else "",
        sisters=[case for case in found if case is not None and may_see(staff, case, bureau)],
    )


def _messages(
    case: Case, thread: Thread, uow: UnitOfWork, *, visit: Visit, names: Mapping[str, str], named: bool
) -> list[MessageView]:
    """What belongs to the case, and the rest of its conversation where this account may read all of it."""
    staff, bureau = signed_in(visit), visit.context.office.bureau
    found = {message.id: message for message in uow.threads.messages_of_case(case.id)}
    if may_read_all(staff, uow.cases.of_thread(thread.id), bureau):
        after = max(0, thread.last_number - _MOST_MESSAGES)
        for message in uow.threads.messages(thread.id, after=after, limit=_MOST_MESSAGES):
            found.setdefault(message.id, message)
    ordered = sorted(found.values(), key=lambda message: (message.created_at, message.id))
    party = uow.parties.get(case.party_id) if named else None
    letters = [message.id for message in ordered if message.direction is Direction.INBOUND and message.mail is not None]
    # Domains tell who a citizen is, who may wish to stay unnamed.
    arrivals = uow.inbox.arrivals_of(letters) if named else {}

    def shown(case_id: CaseId) -> str | None:
        found = uow.cases.get(case_id)
        return found.reference if may_see(staff, found, bureau) else None

    return [
        MessageView(
            message=message,
            author=_author(message, visit, names, party),
            delivery=uow.outbox.of_message(message.id) if message.direction is Direction.OUTBOUND else None,
            pictures=[one for one in message.attachments if one.content_type in SHOWN_AS_PICTURE],
            files=[one for one in message.attachments if one.content_type not in SHOWN_AS_PICTURE],
            elsewhere=message.case_id != case.id,
            weighing=weighing_of(arrivals[message.id].facts, shown) if message.id in arrivals else None,
            proof=proof_of(arrivals[message.id].facts) if message.id in arrivals else None,
        )
        for message in ordered
    ]


def _author(message: Message, visit: Visit, names: Mapping[str, str], party: Party | None) -> str:
    if message.staff_id is not None:
        return names.get(f"staff:{message.staff_id}", visit.say("author.staff"))
    if message.direction is Direction.INBOUND and party is not None and party.name:
        return party.name
    return visit.say(f"author.{message.author.value}")


def _event(event: CaseEvent, visit: Visit, names: Mapping[str, str], seen_version: int | None) -> EventView:
    kind = event.actor.partition(":")[0]
    actor = names.get(event.actor) or visit.say(f"actor.{kind}")
    return EventView(
        event, actor, describe_event(event, visit, names), seen_version is not None and event.number > seen_version
    )


def describe_event(event: CaseEvent, visit: Visit, names: Mapping[str, str]) -> str:
    """One event in a sentence."""
    bureau, facts = visit.context.office.bureau, event.facts
    unit_names = {unit.slug: unit.name.in_(visit.language) for unit in bureau.units}
    disposition = facts.get("disposition")
    fen = facts.get("fen")
    key = event.name.value
    if event.name is EventName.DEADLINE_SET and not facts.get("due_on"):
        key = "deadline.none"
    return visit.say(
        f"event.{key}",
        to=names.get(f"staff:{facts.get('to')}", unit_names.get(str(facts.get("to")), "")),
        origin=unit_names.get(str(facts.get("from")), ""),
        unit=unit_names.get(str(facts.get("unit")), ""),
        due_on=_day(facts.get("due_on"), visit),
        detail=facts.get("detail", "") or _class_in_words(facts, visit),
        disposition=visit.say(f"disposition.{disposition}") if disposition else "",
        part=facts.get("part", ""),
        of=facts.get("of", ""),
        on=_day(facts.get("on"), visit),
        days=facts.get("working_days", facts.get("days", "")),
        ending=ending_in_words(facts.get("ending"), visit),
        other=facts.get("with", ""),
        into=facts.get("into", ""),
        grade=facts.get("grade", ""),
        round=facts.get("round", ""),
        number=facts.get("number", ""),
        level=visit.say_or(f"reminder_level.{facts.get('level')}", ""),
        route=visit.say_or(f"route.{facts.get('route')}", ""),
        outcome=visit.say_or(f"remedy_outcome.{facts.get('outcome')}", ""),
        answer=visit.say_or(f"third_party_answer.{facts.get('answer')}", ""),
        yuan=f"{fen / 100:.2f}" if isinstance(fen, int) else "",
        count=facts.get("count", ""),
    )


def _class_in_words(facts: Mapping[str, object], visit: Visit) -> str:
    """What a case was classed as, or whether consent was given."""
    if "given" in facts:
        return visit.say("consent.given" if facts["given"] else "consent.not_given")
    if applicant := facts.get("applicant"):
        return name_applicant(ApplicantKind(str(applicant)), visit.language)
    return visit.say_or(f"petition_class.{facts.get('petition_class')}", "")


def _basis(case: Case, ledger: Sequence[CaseEvent], visit: Visit) -> str:
    """The limit that was set, with its rule; the rule in the visitor's language while the bureau still has it so."""
    setting = next((event for event in reversed(ledger) if event.name is EventName.DEADLINE_SET), None)
    if setting is None or not setting.facts.get("unit"):
        return ""
    basis = str(setting.facts.get("basis", ""))
    commitment = visit.context.office.bureau.commitments.get(case.kind)
    if commitment is not None and commitment.basis.zh == basis:
        basis = commitment.basis.in_(visit.language)
    return visit.say(
        f"limit.{setting.facts.get('unit')}",
        number=setting.facts.get("number", ""),
        start_on=_day(setting.facts.get("start_on"), visit),
        basis=basis,
    )


def _day(written: object, visit: Visit) -> str:
    """A date of the ledger as people write it."""
    return visit.day(date.fromisoformat(written)) if isinstance(written, str) and written else ""
