"""Steps of a case as they come in from a form or a program: which facts each wants, and the action that takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from casework.actions import (
    applications,
    complaints,
    drafting,
    extending,
    finishing,
    publishing_results,
    relating,
    remedies,
    retaining,
)
from casework.actions.lettering import SetLetter, issue_letter, send_letter
from casework.actions.stepping import Walker, said
from casework.annual.entries import RemedyOutcome, Route
from casework.case import Case
from casework.errors import Refusal
from casework.fees import ChargedBy
from casework.kinds import CaseKind, PetitionClass
from casework.letter import LetterKind
from casework.letter_facts import TO_OTHERS
from casework.link import Relation
from casework.message import Attachment, MessageId, StaffId
from casework.reply_kinds import ApplicantKind
from casework.steps import Step

T = TypeVar("T", ApplicantKind, ChargedBy, LetterKind, PetitionClass, Relation, RemedyOutcome, Route)


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives with a step; each step says in `FIELDS` what of it it reads."""

    words: str = ""
    """What the citizen is told, or what the reply says."""
    reason: str = ""
    days: int = 0
    on: date | None = None
    """The day on which it happened, when that is not today."""
    ending: str = ""
    answer: str = ""
    """`agrees`, `objects` or `silent`."""
    whom: str = ""
    address: str = ""
    about: str = ""
    other: str = ""
    """Reference of another case."""
    relation: str = Relation.SAME_MATTER.value
    petition_class: str = ""
    accused_unit: str = ""
    accused_staff: int | None = None
    applicant: str = ""
    charged_by: str = ""
    count: int = 0
    payment: str = ""
    """How a fee can be paid."""
    decision: str = ""
    """What an opinion decides, where `words` are the facts that it rests on."""
    basis: str = ""
    """The law that an opinion rests on."""
    letter_kind: str = ""
    title: str = ""
    matter: str = ""
    upheld: bool = False
    route: str = ""
    """What was done against a reply: `review`, `direct_suit` or `suit_after_review`."""
    outcome: str = ""
    """`upheld`, `corrected` or `other`."""
    message: int | None = None
    redacted: tuple[str, ...] = ()
    """SHA-256 of the redacted documents that go with a reply."""
    attachments: tuple[Attachment, ...] = ()
    """The letter that goes with what the citizen is told."""


FIELDS: Mapping[Step, tuple[str, ...]] = {
    Step.CONFIRM_RECEIPT: ("on", "reason"),
    Step.ASK_SUPPLEMENT: ("words", "days"),
    Step.RECORD_SUPPLEMENT: ("on",),
    Step.ASK_THIRD_PARTY: ("whom", "address", "about", "on"),
    Step.RECORD_THIRD_PARTY: ("answer", "words", "on"),
    Step.ASK_ORGAN: ("whom", "address", "about", "on"),
    Step.RECORD_ORGAN: ("words", "on"),
    Step.PROPOSE_EXTENSION: ("days", "reason"),
    Step.GRANT_EXTENSION: ("words",),
    Step.REFUSE_EXTENSION: ("reason",),
    Step.ASK_FEE: ("charged_by", "count", "payment"),
    Step.RECORD_FEE: ("on",),
    Step.ACCEPT: ("words",),
    Step.NOT_ACCEPT: ("reason", "words"),
    Step.CLASSIFY: ("petition_class", "accused_unit", "accused_staff", "applicant"),
    Step.OBJECT_TRANSFER: ("reason",),
    Step.DRAFT: ("ending", "words", "decision", "basis", "redacted", "reason"),
    Step.REVIEW: ("reason",),
    Step.CLEAR: ("reason",),
    Step.APPROVE: (),
    Step.APPROVE_OPINION: (),
    Step.RETURN_DRAFT: ("reason",),
    Step.WITHDRAW: ("words", "on"),
    Step.RECORD_REVIEW: ("upheld", "words"),
    Step.FILE_REMEDY: ("route", "on"),
    Step.END_REMEDY: ("route", "outcome", "on"),
    Step.LINK: ("other", "relation"),
    Step.MERGE: ("other",),
    Step.SUPERVISE: ("words",),
    Step.SEND_LETTER: ("letter_kind", "words"),
    Step.PUBLISH_RESULT: ("title", "matter", "words"),
    Step.WITHDRAW_RESULT: ("reason",),
    Step.HOLD: ("reason",),
    Step.RELEASE: ("reason",),
}
"""The facts that each step reads, in the order in which a form asks for them."""


def take_step(
    step: Step,
    case: Case,
    given: Given,
    walker: Walker,
    *,
    find: Callable[[str], Case | None],
    letter: SetLetter | None = None,
) -> Case:
    """Take a step; `find` gives the case of a reference, if this account sees it. A letter is issued with its step.

    RightMissing, StepClosed or SecondPersonWanted when it may not be taken, CaseworkRejected when a fact is missing.
    """
    told = given if letter is None else replace(given, words=letter.text.plain())
    files = () if letter is None or letter.text.kind in TO_OTHERS else (letter.pdf,)
    taken = _ACTIONS[step](case, replace(told, attachments=files), walker, find)
    if letter is None:
        return taken
    issue_letter(taken, letter, walker)
    return walker.uow.cases.get(case.id)


def _other(given: Given, find: Callable[[str], Case | None]) -> Case:
    other = find(given.other.strip()) if given.other.strip() else None
    if other is None:
        raise Refusal(
            "no_case", f"there is no case {given.other[:40]!r}: check the reference", reference=given.other[:40]
        )
    return other


def _answer(given: Given) -> bool | None:
    if given.answer not in ("agrees", "objects", "silent"):
        raise Refusal("missing_answer", "say whether the third party agrees, objects or stayed silent")
    return None if given.answer == "silent" else given.answer == "agrees"


def _classify(case: Case, given: Given, walker: Walker) -> Case:
    if case.kind is CaseKind.DISCLOSURE_APPLICATION:
        return applications.set_applicant(case, _one_of(ApplicantKind, given.applicant), walker)
    return complaints.classify(
        case,
        _one_of(PetitionClass, given.petition_class),
        walker,
        accused_unit=given.accused_unit or None,
        accused_staff=StaffId(given.accused_staff) if given.accused_staff is not None else None,
    )


def _send(case: Case, given: Given, walker: Walker) -> Case:
    _one_of(LetterKind, given.letter_kind)
    return send_letter(case, given.words, walker, attachments=given.attachments)


def _keep_whole(action: Callable[..., Case], step: Step, case: Case, given: Given, walker: Walker) -> Case:
    walker.require(step, case)
    reason = said(given.reason, "reason")
    return action(case, reason, walker.uow, bureau=walker.office.bureau, staff=walker.staff, now=walker.now)


def _one_of(choices: type[T], said: str) -> T:
    if said not in [choice.value for choice in choices]:
        raise Refusal("choice", f"{said[:40]!r} is none of {', '.join(choice.value for choice in choices)}")
    return choices(said)


_Action = Callable[[Case, Given, Walker, Callable[[str], Case | None]], Case]
_ACTIONS: Mapping[Step, _Action] = {
    Step.CONFIRM_RECEIPT: lambda c, g, w, _f: applications.confirm_receipt(c, w, on=g.on, how=g.reason),
    Step.ASK_SUPPLEMENT: lambda c, g, w, _f: applications.ask_supplement(
        c, g.words, g.days, w, attachments=g.attachments
    ),
    Step.RECORD_SUPPLEMENT: lambda c, g, w, _f: applications.record_supplement(
        c, w, on=g.on, message=MessageId(g.message) if g.message is not None else None
    ),
    Step.ASK_THIRD_PARTY: lambda c, g, w, _f: applications.ask_third_party(c, _asked(g), w, on=g.on),
    Step.RECORD_THIRD_PARTY: lambda c, g, w, _f: applications.record_third_party(c, _answer(g), g.words, w, on=g.on),
    Step.ASK_ORGAN: lambda c, g, w, _f: applications.ask_organ(c, _asked(g), w, on=g.on),
    Step.RECORD_ORGAN: lambda c, g, w, _f: applications.record_organ(c, g.words, w, on=g.on),
    Step.PROPOSE_EXTENSION: lambda c, g, w, _f: extending.propose_extension(c, g.days, g.reason, w),
    Step.GRANT_EXTENSION: lambda c, g, w, _f: extending.grant_extension(c, g.words, w, attachments=g.attachments),
    Step.REFUSE_EXTENSION: lambda c, g, w, _f: extending.refuse_extension(c, g.reason, w),
    Step.ASK_FEE: lambda c, g, w, _f: applications.ask_fee(
        c,
        g.words or said(g.payment, "payment"),
        _one_of(ChargedBy, g.charged_by),
        g.count,
        w,
        attachments=g.attachments,
    ),
    Step.RECORD_FEE: lambda c, g, w, _f: applications.record_fee(c, w, on=g.on),
    Step.ACCEPT: lambda c, g, w, _f: complaints.accept(c, g.words, w, attachments=g.attachments),
    Step.NOT_ACCEPT: lambda c, g, w, _f: complaints.refuse_acceptance(
        c, g.words, w, reason=g.reason, attachments=g.attachments
    ),
    Step.CLASSIFY: lambda c, g, w, _f: _classify(c, g, w),
    Step.OBJECT_TRANSFER: lambda c, g, w, _f: complaints.object_to_transfer(c, g.reason, w),
    Step.DRAFT: lambda c, g, w, _f: drafting.draft_reply(c, g.ending, g.words, w, reason=g.reason, redacted=g.redacted),
    Step.REVIEW: lambda c, g, w, _f: drafting.review_draft(c, w, note=g.reason),
    Step.CLEAR: lambda c, g, w, _f: drafting.clear_draft(c, w, note=g.reason),
    Step.APPROVE: lambda c, g, w, _f: drafting.approve(c, w, attachments=g.attachments),
    Step.APPROVE_OPINION: lambda c, g, w, _f: drafting.approve(c, w, attachments=g.attachments),
    Step.RETURN_DRAFT: lambda c, g, w, _f: drafting.return_draft(c, g.reason, w),
    Step.WITHDRAW: lambda c, g, w, _f: finishing.withdraw(c, g.words, w, on=g.on),
    Step.RECORD_REVIEW: lambda c, g, w, _f: complaints.record_review(
        c, g.upheld, g.words, w, attachments=g.attachments
    ),
    Step.FILE_REMEDY: lambda c, g, w, _f: remedies.file_remedy(c, _one_of(Route, g.route), w, on=g.on),
    Step.END_REMEDY: lambda c, g, w, _f: remedies.end_remedy(
        c, _one_of(Route, g.route), _one_of(RemedyOutcome, g.outcome), w, on=g.on
    ),
    Step.LINK: lambda c, g, w, f: relating.link(c, _other(g, f), _one_of(Relation, g.relation), w),
    Step.MERGE: lambda c, g, w, f: relating.merge(c, _other(g, f), w),
    Step.SEND_LETTER: lambda c, g, w, _f: _send(c, g, w),
    Step.SUPERVISE: lambda c, g, w, _f: finishing.supervise(c, g.words, w),
    Step.PUBLISH_RESULT: lambda c, g, w, _f: publishing_results.publish_result(c, g.title, g.matter, g.words, w),
    Step.WITHDRAW_RESULT: lambda c, g, w, _f: publishing_results.withdraw_result(c, g.reason, w),
    Step.HOLD: lambda c, g, w, _f: _keep_whole(retaining.hold, Step.HOLD, c, g, w),
    Step.RELEASE: lambda c, g, w, _f: _keep_whole(retaining.release, Step.RELEASE, c, g, w),
}


def _asked(given: Given) -> applications.Asked:
    return applications.Asked(given.whom, given.address, given.about)
