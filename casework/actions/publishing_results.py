"""Making the result of a finished case public, with nobody's name in it, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable

from casework.actions.office import Office
from casework.actions.stepping import Walker, said
from casework.bureau import Bureau
from casework.case import Case
from casework.errors import Refusal
from casework.events import CaseEvent, EventName
from casework.party import Party
from casework.ports import UnitOfWork
from casework.references import is_query_code
from casework.steps import Step
from casework.unnaming import Found, Known, find_telltales

NAMING_SLOTS = frozenset({"name", "applicant"})
"""What the citizen stated in these slots may be a name."""
NUMBER_SLOTS = frozenset({"identity", "proof_of_identity", "contact", "telephone", "phone"})
_LONGEST_NAME = 40


class NamesSomebody(Refusal):
    """Words that were to be made public tell who somebody is; `found` says what of it."""

    def __init__(self, found: tuple[Found, ...]) -> None:
        """Name what was found, for the clerk who wrote it."""
        shown = ", ".join(dict.fromkeys(one.words for one in found))
        super().__init__("names_somebody", f"these words tell who somebody is: {shown}; take them out", found=shown)
        self.found = found


def publish_result(case: Case, title: str, matter: str, answer: str, walker: Walker) -> Case:
    """Make the result public in words without names, which the clerk wrote for it.

    Refusal unless the bureau publishes results of this kind by class or the citizen consented; NamesSomebody when the
    words tell who they are.
    """
    walker.require(Step.PUBLISH_RESULT, case)
    if not may_be_published(case, walker.uow.cases.events(case.id), walker.office.bureau):
        message = f"results of this kind are public only with the citizen's consent: ask for it ({case.kind.value})"
        raise Refusal("no_consent", message)
    words = (said(title, "title"), said(matter, "matter"), said(answer, "words"))
    if found := telltales_in("\n".join(words), case, walker.uow, office=walker.office):
        raise NamesSomebody(found)
    result = walker.uow.results.publish(
        case.id,
        language=case.language,
        title=words[0],
        matter=words[1],
        answer=words[2],
        unit=case.unit,
        by=walker.staff.id,
        now=walker.now,
    )
    return walker.note(case, EventName.RESULT_PUBLISHED, {"result": result.id}, changes={"published_at": walker.now})


def withdraw_result(case: Case, reason: str, walker: Walker) -> Case:
    """Take a public result back."""
    walker.require(Step.WITHDRAW_RESULT, case)
    why = said(reason, "reason")
    walker.uow.results.withdraw(case.id, now=walker.now)
    return walker.note(case, EventName.RESULT_WITHDRAWN, text=why, changes={"published_at": None})


def may_be_published(case: Case, events: Iterable[CaseEvent], bureau: Bureau) -> bool:
    """Whether the bureau publishes results of this kind by class, or the citizen's last word on it was yes."""
    return case.kind in bureau.published_kinds or has_consented(events)


def has_consented(events: Iterable[CaseEvent]) -> bool:
    """Whether the citizen's last word on making the result public was yes."""
    said_so = [event.facts.get("given") for event in events if event.name is EventName.PUBLICATION_CONSENTED]
    return bool(said_so) and said_so[-1] is True


def telltales_in(words: str, case: Case, uow: UnitOfWork, *, office: Office) -> tuple[Found, ...]:
    """What in these words tells who wrote in this case."""
    stored = uow.cases.query_code_hash(case.id)
    known = _known(case, uow.parties.get(case.party_id), office.bureau)
    return find_telltales(words, known, is_code=lambda code: is_query_code(code, stored, office.secret))


def _known(case: Case, party: Party, bureau: Bureau) -> Known:
    stated = [words.strip() for slot, words in case.details.items() if slot in NAMING_SLOTS]
    names = [name for name in (party.name or "", *stated) if name and len(name) <= _LONGEST_NAME]
    units = [text for unit in bureau.units for text in (unit.telephone, unit.mail) if text]
    telephones = [telephone.number for telephone in (*bureau.telephones, *bureau.emergency)]
    return Known(
        names=tuple(names),
        addresses=tuple(point.address.value for point in party.contact_points),
        numbers=tuple(words for slot, words in case.details.items() if slot in NUMBER_SLOTS),
        published=(*bureau.mailboxes, *telephones, *units),
    )
