"""Ending a case with a disposition, and opening it again."""

from __future__ import annotations

from casework.actions.asking_rating import ask_for_rating
from casework.actions.stepping import Walker
from casework.case import Case, CaseStatus
from casework.disposition import Disposition, is_allowed
from casework.errors import CaseworkConflict, CaseworkRejected, Refusal
from casework.events import EventName
from casework.kinds import CaseKind

WITHOUT_REPLY = frozenset({Disposition.REFERRED, Disposition.WITHDRAWN, Disposition.DUPLICATE})
"""How an application may end without a reply that was drafted, reviewed and approved."""


def close(case: Case, disposition: Disposition, walker: Walker, *, reason: str = "") -> Case:
    """Close a case on a clerk's word; an application that is decided ends with its approved reply instead."""
    if case.status is CaseStatus.CLOSED:
        raise CaseworkConflict(f"case {case.reference} is already closed")
    if not is_allowed(case.kind, disposition):
        raise CaseworkRejected(f"a {case.kind.value} cannot end as {disposition.value}; see the endings it allows")
    if case.kind is CaseKind.DISCLOSURE_APPLICATION and disposition not in WITHOUT_REPLY:
        raise Refusal("draft_first", "an application ends with a reply that was drafted, reviewed and approved")
    return end(case, disposition, walker, reason=reason)


def end(case: Case, disposition: Disposition, walker: Walker, *, reason: str = "") -> Case:
    """End a case and ask how content the citizen is; the conversation goes back to the assistant."""
    if walker.uow.cases.get(case.id).status is CaseStatus.CLOSED:
        raise CaseworkConflict(f"case {case.reference} is already closed")
    walker.uow.threads.set_taken_over(case.thread_id, None, walker.now)
    ended = walker.note(
        case,
        EventName.CLOSED,
        {"disposition": disposition.value},
        text=reason.strip() or None,
        changes={"disposition": disposition.value, "closed_at": walker.now, "closed_on": walker.today},
    )
    ask_for_rating(ended, walker.uow, office=walker.office, now=walker.now)
    return ended


def reopen(case: Case, reason: str, walker: Walker) -> Case:
    """Open a closed case again, with the reason."""
    if case.status is not CaseStatus.CLOSED:
        raise CaseworkConflict(f"case {case.reference} is not closed")
    if not reason.strip():
        raise CaseworkRejected("reopening needs a reason")
    return walker.note(
        case,
        EventName.REOPENED,
        text=reason.strip(),
        changes={"disposition": None, "closed_at": None, "closed_on": None, "assignee": None},
    )
