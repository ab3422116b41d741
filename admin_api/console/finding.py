"""Finding a case for whoever is signed in, and saying how far it has come."""

from __future__ import annotations

from admin_api.access import may_see
from admin_api.pages import Visit
from casework.case import Case
from casework.errors import CaseworkNotFound
from casework.ports import UnitOfWork
from casework.references import parse_reference
from casework.staff import Staff


def signed_in(visit: Visit) -> Staff:
    """Who is signed in on a staff page."""
    if visit.session is None:
        raise ValueError("a staff page is only made for somebody who is signed in")
    return visit.session.staff


def find_case(reference: str, uow: UnitOfWork, *, visit: Visit) -> Case:
    """The case, if this account may see it; CaseworkNotFound also when it may not."""
    bureau = visit.context.office.bureau
    canonical = parse_reference(reference, bureau.reference_prefix)
    case = uow.cases.find(canonical) if canonical else None
    if case is None or not may_see(signed_in(visit), case, bureau):
        raise CaseworkNotFound(f"there is no case {reference[:40]!r} for this account")
    return case


def fingerprint(case: Case, uow: UnitOfWork) -> str:
    """A word that changes whenever the case or its conversation does."""
    return f"{uow.cases.get(case.id).version}.{uow.threads.get(case.thread_id).last_number}"
