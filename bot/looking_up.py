"""Looking up what the engine must know: few queries, and none for a plain question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.engine import MOST_CASES, Conversation, Incoming, Known, LookUp, Outlook, Wanted, wanted
from casework.actions.correspondence import is_taken_over
from casework.actions.office import Office
from casework.case import Case, CaseStatus
from casework.message import CaseId
from casework.next_step import next_step
from casework.party import PartyId
from casework.ports import UnitOfWork
from casework.query_tries import count_wrong, may_try
from casework.references import is_query_code
from casework.standing import Mark, standing_of
from casework.thread import Thread
from knowledge.retrieval import KnowledgeBase


class Lookup:
    """Gathers `Known` for one message."""

    def __init__(self, knowledge: Callable[[], KnowledgeBase], office: Office) -> None:
        """Answer from what `knowledge` gives when a message is decided."""
        self._knowledge = knowledge
        self._office = office

    def known(
        self,
        conversation: Conversation,
        message: Incoming,
        thread: Thread,
        uow: UnitOfWork,
        *,
        case_id: CaseId | None,
        now: datetime,
    ) -> Known:
        """What is known when this message is decided."""
        asked = wanted(conversation, message, self._office.bureau.reference_prefix)
        taken_over = is_taken_over(thread, now)
        look_up, found = self._look_up(asked, thread, uow, now)
        case = _case_of(uow, thread, case_id, taken_over=taken_over)
        own_cases = self._own(asked, thread.party_id, uow)
        told = (found,) if found else own_cases[:MOST_CASES]
        # Taken once, so that what is found is in the library even when another one takes its place meanwhile.
        knowledge = self._knowledge()
        return Known(
            find=knowledge.find,
            library=knowledge.library,
            bureau=self._office.bureau,
            taken_over=taken_over,
            case=case,
            is_anothers=case is not None and case.party_id != thread.party_id,
            look_up=look_up,
            found=found,
            own_cases=own_cases,
            outlooks={one.reference: self._outlook(one, uow, now) for one in told},
        )

    def _outlook(self, case: Case, uow: UnitOfWork, now: datetime) -> Outlook:
        standing = standing_of(uow.cases.events(case.id))
        today = self._office.bureau.calendar.local_date(now)
        step = next_step(case, standing, uow.deadlines.of_case(case.id), today)
        return Outlook(step, is_rated=standing.has(Mark.RATED))

    def _own(self, asked: Wanted, party_id: PartyId | None, uow: UnitOfWork) -> tuple[Case, ...]:
        return tuple(uow.cases.of_party(party_id)) if asked.own_cases and party_id is not None else ()

    def _look_up(self, asked: Wanted, thread: Thread, uow: UnitOfWork, now: datetime) -> tuple[LookUp, Case | None]:
        """A case by its reference; who tries codes learns nothing, not even whether the case exists."""
        if asked.reference is None:
            return LookUp.NOT_ASKED, None
        case = uow.cases.find(asked.reference)
        if case is not None and thread.party_id is not None and case.party_id == thread.party_id:
            return LookUp.FOUND, case
        if not asked.codes:
            return LookUp.CODE_MISSING, None
        source = f"thread {thread.id}"
        if not may_try(uow.doors, asked.reference, source, now=now):
            return LookUp.TOO_MANY, None
        if case is not None and self._opens(asked.codes, case, uow):
            return LookUp.FOUND, case
        count_wrong(uow.doors, asked.reference, source, now=now)
        return LookUp.REFUSED, None

    def _opens(self, codes: tuple[str, ...], case: Case, uow: UnitOfWork) -> bool:
        stored = uow.cases.query_code_hash(case.id)
        return any(is_query_code(code, stored, self._office.secret) for code in codes)


def _case_of(uow: UnitOfWork, thread: Thread, case_id: CaseId | None, *, taken_over: bool) -> Case | None:
    """The case that a message belongs to: the one the door matched, or the one a person speaks about."""
    if case_id is not None:
        return uow.cases.get(case_id)
    if not taken_over:
        return None
    cases = uow.cases.of_thread(thread.id)
    return next((case for case in cases if case.status is not CaseStatus.CLOSED), cases[0] if cases else None)
