"""What the law asks for next in a case, as its page shows it: steps, the draft, deadlines, letters, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from admin_api.access import may_see
from admin_api.console.finding import signed_in
from admin_api.console.redaction_view import RedactionView, compose_redactions
from admin_api.pages import Visit
from admin_api.step_letters import LETTERS
from admin_api.taking_steps import FIELDS
from casework.actions.deriving import DerivedDeadline, derive_deadlines
from casework.actions.drafting import lacks_redacted
from casework.actions.lettering import SENT_ALONE
from casework.annual.entries import RemedyOutcome, Route
from casework.bureau import Unit
from casework.case import Case
from casework.disposition import ALLOWED
from casework.events import CaseEvent
from casework.fees import ChargedBy
from casework.kinds import CaseKind, PetitionClass
from casework.letter import Letter
from casework.letters import kinds_for
from casework.link import Relation
from casework.naming import name_applicant, name_reply
from casework.ports import UnitOfWork
from casework.reply_kinds import ApplicantKind, ReplyKind
from casework.rights import is_accused
from casework.staff import Staff
from casework.standing import Draft, standing_of
from casework.steps import Step, open_steps, rule_of


@dataclass(frozen=True, slots=True)
class StepView:
    """One step that this account may take now, with the facts that its form asks for."""

    step: Step
    basis: str
    fields: Sequence[str]
    labels: Mapping[str, str]
    """For a field that means more than its name says here: the name of its label."""
    has_letter: bool
    """Whether a letter goes out with it, which can be looked at before."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """Another case, how it is related, and which way."""

    case: Case
    relation: Relation


@dataclass(frozen=True, slots=True)
class HandlingView:
    """What stands beside the correspondence."""

    steps: Sequence[StepView]
    draft: Draft | None
    draft_by: str
    draft_passed: Sequence[str]
    draft_ending: str
    deadlines: Sequence[DerivedDeadline]
    letters: Sequence[Letter]
    redactions: Sequence[RedactionView]
    may_redact: bool
    lacks_redacted: bool
    """The draft discloses in part, and no redacted document goes with it."""
    links: Sequence[LinkView]
    endings: Sequence[tuple[str, str]]
    """What a reply may end with: value and words."""
    choices: Mapping[str, Sequence[tuple[str, str]]]
    """For each field that is chosen from a list: value and words."""


def compose_handling(
    case: Case, ledger: Sequence[CaseEvent], names: Mapping[str, str], uow: UnitOfWork, *, visit: Visit
) -> HandlingView:
    """The view; what the account may not see is not in it."""
    staff, bureau = signed_in(visit), visit.context.office.bureau
    standing = standing_of(ledger)
    draft = standing.draft
    return HandlingView(
        steps=[
            StepView(
                step,
                rule_of(step).basis.in_(visit.language),
                _fields(step, case),
                _labels(step, case),
                has_letter=step in LETTERS or step in (Step.DRAFT, Step.SEND_LETTER),
            )
            for step in open_steps(case, standing, staff, bureau)
        ],
        draft=draft,
        draft_by=names.get(draft.by, "") if draft else "",
        draft_passed=[names.get(actor, "") for actor in draft.passed_by] if draft else [],
        draft_ending=ending_in_words(draft.facts.get("ending"), visit) if draft else "",
        deadlines=derive_deadlines(
            case, ledger, office=visit.context.office, now=visit.context.clock(), language=visit.language
        ),
        letters=uow.letters.of_case(case.id),
        redactions=compose_redactions(case, ledger, uow, visit=visit),
        may_redact=case.kind is CaseKind.DISCLOSURE_APPLICATION
        and Step.DRAFT in open_steps(case, standing, staff, bureau),
        lacks_redacted=lacks_redacted(draft),
        links=_links(case, uow, visit=visit),
        endings=_endings(case, visit),
        choices=_choices(case, uow, visit=visit),
    )


def ending_in_words(ending: object, visit: Visit) -> str:
    """A reply kind or a disposition in words."""
    if isinstance(ending, str) and ending in set(ReplyKind):
        return name_reply(ReplyKind(ending), visit.language)
    return visit.say_or(f"disposition.{ending}", str(ending or ""))


def _fields(step: Step, case: Case) -> tuple[str, ...]:
    """What a form asks for: an application is classed by its applicant, a complaint by what it amounts to."""
    if step is Step.CLASSIFY:
        is_application = case.kind is CaseKind.DISCLOSURE_APPLICATION
        return ("applicant",) if is_application else ("petition_class", "accused_unit", "accused_staff")
    if step is Step.DRAFT:
        others = ("redacted",) if case.kind is CaseKind.COMPLAINT else ("decision", "basis")
        return tuple(name for name in FIELDS[step] if name not in others)
    return FIELDS[step]


def _labels(step: Step, case: Case) -> Mapping[str, str]:
    if step is Step.DRAFT and case.kind is CaseKind.COMPLAINT:
        return {"words": "found"}
    return {"words": "earlier"} if step is Step.SEND_LETTER else {}


def _endings(case: Case, visit: Visit) -> list[tuple[str, str]]:
    if case.kind is CaseKind.DISCLOSURE_APPLICATION:
        return [(kind.value, ending_in_words(kind.value, visit)) for kind in ReplyKind]
    return [(one.value, visit.say(f"disposition.{one.value}")) for one in ALLOWED[case.kind]]


def _choices(case: Case, uow: UnitOfWork, *, visit: Visit) -> Mapping[str, Sequence[tuple[str, str]]]:
    bureau = visit.context.office.bureau

    def named(unit: Unit) -> str:
        return unit.name.in_(visit.language)

    def placed(one: Staff) -> str:
        return f"{one.display_name} · {named(bureau.unit(one.unit))}"

    nobody = ("", visit.say("field.nobody"))
    return {
        "ending": _endings(case, visit),
        "answer": [(one, visit.say(f"third_party_answer.{one}")) for one in ("agrees", "objects", "silent")],
        "charged_by": [(one.value, visit.say(f"charged_by.{one.value}")) for one in ChargedBy],
        "route": [(one.value, visit.say(f"route.{one.value}")) for one in Route],
        "outcome": [
            (one.value, visit.say(f"remedy_outcome.{one.value}"))
            for one in RemedyOutcome
            if one is not RemedyOutcome.PENDING
        ],
        "letter_kind": [
            (kind.value, visit.say(f"letter_kind.{kind.value}")) for kind in SENT_ALONE if kind in kinds_for(case.kind)
        ],
        "relation": [(one.value, visit.say(f"relation.{one.value}")) for one in Relation if one is not Relation.MERGED],
        "petition_class": [(one.value, visit.say(f"petition_class.{one.value}")) for one in PetitionClass],
        "applicant": [(one.value, name_applicant(one, visit.language)) for one in ApplicantKind],
        "accused_unit": [nobody, *((unit.slug, named(unit)) for unit in bureau.units if unit.parent is not None)],
        "accused_staff": [nobody, *((str(one.id), placed(one)) for one in uow.accounts.list_staff())],
    }


def _links(case: Case, uow: UnitOfWork, *, visit: Visit) -> list[LinkView]:
    staff, bureau = signed_in(visit), visit.context.office.bureau
    found = []
    for link in uow.links.of_case(case.id):
        other = uow.cases.get(link.other_id if link.case_id == case.id else link.case_id)
        if may_see(staff, other, bureau) and not is_accused(staff, other, bureau):
            found.append(LinkView(other, link.relation))
    return found
