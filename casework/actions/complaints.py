"""The steps of a complaint (Regulations on Petition Work (2022)): class, acceptance, objection, review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casework.actions.closure import end
from casework.actions.correspondence import write_to_citizen
from casework.actions.stepping import Walker, day_of, said
from casework.case import Case
from casework.disposition import Disposition
from casework.errors import Refusal
from casework.events import CaseEvent, EventName
from casework.kinds import PetitionClass
from casework.message import Attachment, StaffId
from casework.standing import Mark, standing_of
from casework.steps import Step


def classify(
    case: Case,
    petition_class: PetitionClass,
    walker: Walker,
    *,
    accused_unit: str | None = None,
    accused_staff: StaffId | None = None,
) -> Case:
    """Say what a complaint amounts to, and whom it accuses: they and their unit see it no more (arts. 29 to 31)."""
    walker.require(Step.CLASSIFY, case)
    bureau = walker.office.bureau
    if petition_class is not PetitionClass.ACCUSATION and (accused_unit or accused_staff):
        raise Refusal("no_accusation", "only an accusation accuses somebody: call it one, or name nobody")
    if accused_unit and case.unit in bureau.under(bureau.unit(accused_unit).slug) and accused_unit != bureau.root.slug:
        raise Refusal("accused_has_it", "the unit accused has the case: transfer it to a unit above first")
    changes = {
        "petition_class": petition_class.value,
        "accused_unit": accused_unit,
        "accused_staff": accused_staff,
    }
    return walker.note(
        case, EventName.CLASSIFIED, {key: value for key, value in changes.items() if value}, changes=changes
    )


def accept(case: Case, words: str, walker: Walker, *, attachments: Sequence[Attachment] = ()) -> Case:
    """Tell the writer that the bureau accepts the matter, how it is handled and until when (art. 23)."""
    walker.require(Step.ACCEPT, case)
    message = write_to_citizen(
        case, said(words, "words"), walker.uow, staff=walker.staff, now=walker.now, attachments=attachments
    )
    return walker.note(case, EventName.ACCEPTED, {"on": walker.today.isoformat(), "message": message.id})


def refuse_acceptance(
    case: Case, words: str, walker: Walker, *, reason: str, attachments: Sequence[Attachment] = ()
) -> Case:
    """Tell the writer that it is not ours and where to go (art. 23), and end the case."""
    walker.require(Step.NOT_ACCEPT, case)
    why = said(reason, "reason")
    message = write_to_citizen(
        case, said(words, "words"), walker.uow, staff=walker.staff, now=walker.now, attachments=attachments
    )
    facts = {"on": walker.today.isoformat(), "message": message.id}
    refused = walker.note(case, EventName.NOT_ACCEPTED, facts, text=why)
    return end(refused, Disposition.REFERRED, walker)


def object_to_transfer(case: Case, reason: str, walker: Walker) -> Case:
    """Give a case back that is not of the own remit, within 5 working days and with the reason (art. 23)."""
    walker.require(Step.OBJECT_TRANSFER, case)
    back = next(
        (event for event in reversed(walker.uow.cases.events(case.id)) if event.name is EventName.TRANSFERRED), None
    )
    if back is None:
        raise Refusal("never_transferred", "the case was never transferred")
    giver = walker.office.bureau.unit(str(back.facts["from"]))
    return walker.note(
        case,
        EventName.TRANSFER_OBJECTED,
        {"from": case.unit, "to": giver.slug, "on": walker.today.isoformat()},
        text=said(reason, "reason"),
        changes={"unit": giver.slug, "assignee": None},
    )


def ask_review(case: Case, words: str, walker: Walker, *, by_citizen: bool, on: date | None = None) -> Case:
    """Record that the writer asks for a review, or after it for a re-review, within 30 days of the opinion."""
    review_round = next_round(walker.uow.cases.events(case.id))
    day = day_of(on, walker, case)
    actor = f"citizen:{case.party_id}" if by_citizen else None
    facts = {"on": day.isoformat(), "round": review_round}
    return walker.note(case, EventName.REVIEW_ASKED, facts, text=words.strip() or None, actor=actor)


def next_round(events: Sequence[CaseEvent]) -> int:
    """1 when a review may be asked for, 2 when a re-review may; Refusal when neither may, or one is under way."""
    decided = [event for event in events if event.name in (EventName.DECIDED, EventName.REVIEW_DECIDED)]
    if not decided:
        raise Refusal("no_opinion", "there is no written opinion yet that could be reviewed")
    if any(event.name is EventName.REVIEW_DECIDED and event.facts.get("round") == 2 for event in events):
        raise Refusal("review_over", "review and re-review are over: the same facts are not taken up again (art. 36)")
    if standing_of(events).has(Mark.REVIEW_OPEN):
        raise Refusal("review_open", "a review was asked for and is not decided yet")
    return 1 + sum(event.name is EventName.REVIEW_DECIDED for event in events)


def record_review(
    case: Case,
    upheld: bool,  # noqa: FBT001 - it is the subject
    words: str,
    walker: Walker,
    *,
    attachments: Sequence[Attachment] = (),
) -> Case:
    """Decide on a review: the opinion stands or is changed; the writer reads the decision (arts. 35 and 36)."""
    standing = walker.require(Step.RECORD_REVIEW, case)
    message = write_to_citizen(
        case, said(words, "words"), walker.uow, staff=walker.staff, now=walker.now, attachments=attachments
    )
    facts = {
        "round": min(standing.reviews, 2),
        "upheld": upheld,
        "on": walker.today.isoformat(),
        "message": message.id,
    }
    return walker.note(case, EventName.REVIEW_DECIDED, facts)


def is_final(marks: frozenset[Mark]) -> bool:
    """Whether review and re-review are over."""
    return Mark.REVIEWED_TWICE in marks
