"""Erasing personal text from a ledger: what was written goes, that it was written and by whom stays provable."""

from __future__ import annotations

from datetime import datetime

from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkNotFound, CaseworkRejected
from casework.events import EventName
from casework.ports import UnitOfWork


def erase_event_text(case: Case, number: int, reason: str, uow: UnitOfWork, *, actor: str, now: datetime) -> Case:
    """Erase the text of one event and record that it was done; the chain of hashes stays whole.

    The reason is kept among the facts, so it must name the ground and no person.
    """
    if not reason.strip():
        raise CaseworkRejected("erasing needs a reason: name the rule that asks for it")
    found = next((event for event in uow.cases.events(case.id) if event.number == number), None)
    if found is None:
        raise CaseworkNotFound(f"case {case.reference} has no event {number}")
    if found.text is None:
        raise CaseworkConflict(f"event {number} of case {case.reference} holds no text")
    uow.cases.erase_text(case.id, number)
    facts = {"event": number, "because": reason.strip()}
    return uow.cases.append(case.id, EventName.TEXT_ERASED, at=now, actor=actor, facts=facts)
