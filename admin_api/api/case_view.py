"""Putting a case together for the API: its ledger, its deadline and its correspondence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from admin_api.access import shown_details
from admin_api.api.schemas.cases import (
    CaseDetail,
    DeadlineView,
    EventView,
    LikelyView,
    allowed_dispositions,
    party_name,
    summary_members,
)
from admin_api.api.schemas.correspondence import MessageView
from casework.case import Case
from casework.likely import LikelyCase
from casework.message import CaseId
from casework.ports import UnitOfWork


def compose_case(
    uow: UnitOfWork, case: Case, *, today: date, named: bool, likely: Sequence[LikelyCase] = ()
) -> CaseDetail:
    """Everything about a case; without `named` nothing that tells who the citizen is."""
    events = uow.cases.events(case.id)
    messages = uow.threads.messages_of_case(case.id)
    # Domains tell who a citizen is, who may wish to stay unnamed.
    arrivals = uow.inbox.arrivals_of([message.id for message in messages]) if named else {}
    return CaseDetail(
        **summary_members(case, today),
        party=party_name(uow.parties.get(case.party_id)) if named else None,
        thread_id=case.thread_id if named else None,
        taken_over_by=uow.threads.get(case.thread_id).taken_over_by,
        details=shown_details(case, named=named),
        deadline=DeadlineView.of(case, events, today),
        allowed_dispositions=allowed_dispositions(case),
        events=[EventView.of(event, named=named) for event in events],
        messages=[
            MessageView.of(
                message,
                case=case.reference,
                named=named,
                facts=arrivals[message.id].facts if message.id in arrivals else None,
                shown=lambda case_id: case.reference if case_id == case.id else None,
            )
            for message in messages
        ],
        likely=[LikelyView.of(one) for one in likely],
    )


def reference_of(uow: UnitOfWork, case_id: CaseId | None) -> str | None:
    """The reference of a case, where there is one."""
    return uow.cases.get(case_id).reference if case_id is not None else None
