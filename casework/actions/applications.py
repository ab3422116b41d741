"""The steps of an application for government information (Regulations on Open Government Information (2019)).

What the citizen is told goes out with the step, in the words that the clerk was shown and may have mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.actions.correspondence import write_to_citizen
from casework.actions.stepping import Walker, day_of, said
from casework.case import Case
from casework.errors import Refusal
from casework.events import EventName
from casework.fees import ChargedBy, reckon_fee
from casework.message import Attachment, MessageId
from casework.ports import UnitOfWork
from casework.reply_kinds import ApplicantKind
from casework.steps import Step

SUPPLEMENT_DAYS = range(1, 61)
"""A reasonable time to supplement; the law gives no number."""


def confirm_receipt(case: Case, walker: Walker, *, on: date | None = None, how: str = "") -> Case:
    """Record that both sides confirmed the receipt, from which the time to reply counts (art. 31)."""
    walker.require(Step.CONFIRM_RECEIPT, case)
    day = day_of(on, walker, case)
    return walker.note(
        case, EventName.RECEIPT_CONFIRMED, {"on": day.isoformat(), "how": how.strip()}, changes={"received_on": day}
    )


def set_applicant(case: Case, applicant: ApplicantKind, walker: Walker) -> Case:
    """Record what kind of person applies, which is a column of the annual report."""
    walker.require(Step.CLASSIFY, case)
    return walker.note(
        case, EventName.CLASSIFIED, {"applicant": applicant.value}, changes={"applicant": applicant.value}
    )


def ask_supplement(
    case: Case, words: str, working_days: int, walker: Walker, *, attachments: Sequence[Attachment] = ()
) -> Case:
    """Tell the applicant once, within 7 working days, everything that is missing and until when (art. 30)."""
    walker.require(Step.ASK_SUPPLEMENT, case)
    if working_days not in SUPPLEMENT_DAYS:
        raise Refusal("supplement_days", f"{working_days} working days are no reasonable time: give 1 to 60")
    message = write_to_citizen(
        case, said(words, "words"), walker.uow, staff=walker.staff, now=walker.now, attachments=attachments
    )
    facts = {"working_days": working_days, "message": message.id, "on": walker.today.isoformat()}
    return walker.note(case, EventName.SUPPLEMENT_ASKED, facts)


def record_supplement(case: Case, walker: Walker, *, on: date | None = None, message: MessageId | None = None) -> Case:
    """Record that the supplement came: the time to reply begins anew on that day (art. 30)."""
    walker.require(Step.RECORD_SUPPLEMENT, case)
    day = day_of(on, walker, case)
    facts: dict[str, object] = {"on": day.isoformat()}
    if message is not None:
        facts["message"] = message
    return walker.note(case, EventName.SUPPLEMENT_CAME, facts)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the bureau asks, and about what; kept as personal text."""

    whom: str
    address: str = ""
    about: str = ""

    def words(self) -> str:
        """As it is kept in the ledger."""
        return "\n".join(part for part in (self.whom.strip(), self.address.strip(), self.about.strip()) if part)


def ask_third_party(case: Case, asked: Asked, walker: Walker, *, on: date | None = None) -> Case:
    """Ask in writing somebody whose lawful rights disclosure may harm; they have 15 working days (art. 32)."""
    walker.require(Step.ASK_THIRD_PARTY, case)
    said(asked.whom, "whom")
    day = day_of(on, walker, case)
    return walker.note(case, EventName.THIRD_PARTY_ASKED, {"on": day.isoformat()}, text=asked.words())


def record_third_party(case: Case, agrees: bool | None, words: str, walker: Walker, *, on: date | None = None) -> Case:  # noqa: FBT001 - it is the subject
    """Record what the third party answered; None when it stayed silent and its time is over (art. 32)."""
    walker.require(Step.RECORD_THIRD_PARTY, case)
    day = day_of(on, walker, case)
    answer = "silent" if agrees is None else "agrees" if agrees else "objects"
    text = said(words, "words") if agrees is False else words.strip() or None
    return walker.note(case, EventName.THIRD_PARTY_ANSWERED, {"on": day.isoformat(), "answer": answer}, text=text)


def ask_organ(case: Case, asked: Asked, walker: Walker, *, on: date | None = None) -> Case:
    """Ask an organ that made the information together with us; 15 working days, silence consents (art. 34)."""
    walker.require(Step.ASK_ORGAN, case)
    said(asked.whom, "whom")
    day = day_of(on, walker, case)
    return walker.note(case, EventName.ORGAN_ASKED, {"on": day.isoformat()}, text=asked.words())


def record_organ(case: Case, words: str, walker: Walker, *, on: date | None = None) -> Case:
    """Record what the other organ answered."""
    walker.require(Step.RECORD_ORGAN, case)
    day = day_of(on, walker, case)
    return walker.note(case, EventName.ORGAN_ANSWERED, {"on": day.isoformat()}, text=words.strip() or None)


def ask_fee(
    case: Case,
    words: str,
    charged_by: ChargedBy,
    count: int,
    walker: Walker,
    *,
    attachments: Sequence[Attachment] = (),
) -> Case:
    """Tell the applicant what the handling costs and how it was reckoned (art. 42); it stops no time.

    `count` are the pieces or the pages asked for; earlier applications of the applicant in the same month count as
    pieces before them. Refusal when nothing is to be paid.
    """
    walker.require(Step.ASK_FEE, case)
    earlier = earlier_in_month(case, walker.uow) if charged_by is ChargedBy.PIECE else 0
    fen = reckon_fee(charged_by, count, earlier)
    if fen <= 0:
        raise Refusal("fee_nothing", "a fee of nothing is not asked for: it is free")
    message = write_to_citizen(
        case, said(words, "words"), walker.uow, staff=walker.staff, now=walker.now, attachments=attachments
    )
    facts = {
        "fen": fen,
        "charged_by": charged_by.value,
        "count": count,
        "earlier": earlier,
        "message": message.id,
        "on": walker.today.isoformat(),
    }
    return walker.note(case, EventName.FEE_ASKED, facts)


def earlier_in_month(case: Case, uow: UnitOfWork) -> int:
    """How many applications of the same applicant came earlier in the month of this one."""
    if case.received_on is None:
        return 0
    month = case.received_on.replace(day=1)
    return sum(
        other.kind is case.kind and other.id < case.id and other.received_on is not None and other.received_on >= month
        for other in uow.cases.of_party(case.party_id, limit=200)
    )


def record_fee(case: Case, walker: Walker, *, on: date | None = None) -> Case:
    """Record that the fee was paid."""
    walker.require(Step.RECORD_FEE, case)
    asked = [event for event in walker.uow.cases.events(case.id) if event.name is EventName.FEE_ASKED]
    facts = {"on": day_of(on, walker, case).isoformat(), "fen": asked[-1].facts["fen"]}
    return walker.note(case, EventName.FEE_PAID, facts)
