"""What a caller can see of the store: what lies outside the own units is answered as if it did not exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from admin_api.access import may_read_all, may_see, units_seen_by
from admin_api.api.authentication import Caller
from admin_api.api.errands import Errand
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkNotFound
from casework.message import Message, MessageId, ThreadId
from casework.party import PartyId
from casework.ports import UnitOfWork
from casework.references import parse_reference
from casework.rights import is_accused, may_know_writer
from casework.thread import Audience, Thread


def get_case(uow: UnitOfWork, reference: str, caller: Caller) -> Case:
    """The case that the caller means by `reference`, in any spelling that citizens are forgiven; CaseworkNotFound."""
    canonical = parse_reference(reference, caller.bureau.reference_prefix)
    case = uow.cases.find(canonical) if canonical else None
    if case is None or not may_see(caller.staff, case, caller.bureau):
        raise CaseworkNotFound(f"there is no case {reference[:40]!r} that this key can see: check the reference")
    return case


def get_case_to_change(uow: UnitOfWork, reference: str, errand: Errand, *, version: int | None) -> Case:
    """The case, locked; CaseworkConflict when it is not the version that the request was made from."""
    case = uow.cases.get(get_case(uow, reference, errand.caller).id, lock=True)
    for expected in (version, errand.if_match):
        if expected is not None and expected != case.version:
            raise CaseworkConflict(
                f"case {case.reference} is at version {case.version}, not {expected}: load it again and decide anew"
            )
    return case


@dataclass(frozen=True, slots=True)
class ThreadSight:
    """What a caller sees of one thread."""

    thread: Thread
    cases: tuple[Case, ...]
    """The cases of the thread that the caller sees."""
    whole: bool
    """Whether the caller sees all messages, also those that belong to no case."""
    named: bool
    """Whether the caller sees who writes here."""

    def shows(self, message: Message) -> bool:
        """Whether the caller sees the message."""
        return self.whole or message.case_id in {case.id for case in self.cases}


def look_at_thread(uow: UnitOfWork, thread_id: ThreadId, caller: Caller) -> ThreadSight:
    """The thread, as far as the caller sees it; CaseworkNotFound when that is nothing.

    A chat may hold matters of several units: a clerk sees the messages of the own cases, and the rest only when all
    may be read. A case whose writer wishes to stay unnamed is never shown beside one that has the name.
    """
    thread = uow.threads.get(thread_id)
    all_cases = _cases_of(uow, thread)
    seen = tuple(case for case in all_cases if may_see(caller.staff, case, caller.bureau))
    sees_everything = may_see_everything(caller) and not accuses_caller(all_cases, caller)
    if not seen and not sees_everything:
        raise CaseworkNotFound(f"there is no thread {thread_id} that this key can see")
    with_name = tuple(case for case in seen if may_know_writer(caller.staff, case, caller.bureau))
    whole = sees_everything or may_read_all(caller.staff, all_cases, caller.bureau)
    return ThreadSight(thread, with_name or seen, whole=whole, named=bool(with_name) or not seen)


def get_message(uow: UnitOfWork, message_id: MessageId, caller: Caller) -> tuple[Message, ThreadSight]:
    """The message and its thread; CaseworkNotFound when the caller does not see it."""
    message = uow.threads.get_message(message_id)
    case = uow.cases.get(message.case_id) if message.case_id is not None else None
    if (
        case is not None
        and may_see(caller.staff, case, caller.bureau)
        and not may_know_writer(caller.staff, case, caller.bureau)
    ):
        return message, ThreadSight(uow.threads.get(message.thread_id), (case,), whole=False, named=False)
    sight = look_at_thread(uow, message.thread_id, caller)
    if not sight.shows(message):
        raise CaseworkNotFound(f"there is no message {message_id} that this key can see")
    return message, sight


def cases_of_party(uow: UnitOfWork, party_id: PartyId, caller: Caller) -> tuple[Case, ...]:
    """The party's cases that the caller may connect with its name, latest first."""
    return tuple(
        case
        for case in uow.cases.of_party(party_id, limit=200)
        if may_see(caller.staff, case, caller.bureau) and may_know_writer(caller.staff, case, caller.bureau)
    )


def may_see_party(uow: UnitOfWork, party_id: PartyId, caller: Caller) -> bool:
    """Whether the caller sees the party: a unit sees those who write to it under their name."""
    cases = uow.cases.of_party(party_id, limit=200)
    if may_see_everything(caller):
        return not cases or not all(is_accused(caller.staff, case, caller.bureau) for case in cases)
    return bool(cases_of_party(uow, party_id, caller))


def accuses_caller(cases: Iterable[Case], caller: Caller) -> bool:
    """Whether one of these cases accuses the caller or the caller's unit."""
    return any(is_accused(caller.staff, case, caller.bureau) for case in cases)


def may_see_everything(caller: Caller) -> bool:
    """Whether no unit bounds what the caller sees."""
    return units_seen_by(caller.staff, caller.bureau) is None


def _cases_of(uow: UnitOfWork, thread: Thread) -> tuple[Case, ...]:
    if thread.audience is Audience.INTERNAL:
        return (uow.cases.get(thread.case_id),) if thread.case_id is not None else ()
    return tuple(uow.cases.of_thread(thread.id))
