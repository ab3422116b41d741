"""Erasing personal text when the time for which it is kept is over, and holding a case back from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from casework.bureau import Bureau
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import CaseId
from casework.ports import BlobStore, Store, UnitOfWork
from casework.retention import Erasure
from casework.rights import Right, require
from casework.staff import Staff

AT_ONCE: Final = 500
"""Cases that one run erases at most; the next run goes on."""
_FILES_AT_ONCE: Final = 2_000
_SETTLING: Final = timedelta(hours=1)
"""A file that was put within this time may belong to a message that is not committed yet."""


@dataclass(frozen=True, slots=True)
class DueErasure:
    """A case whose time is over, and the rule."""

    case: Case
    rule: str


def hold(case: Case, reason: str, uow: UnitOfWork, *, bureau: Bureau, staff: Staff, now: datetime) -> Case:
    """Keep a case whole, whatever the rules of retention say, for a review or a court."""
    require(staff, Right.VERIFY, case, bureau)
    if case.held:
        raise CaseworkConflict(f"case {case.reference} is held already")
    return _mark(case, EventName.HELD, reason, uow, staff=staff, now=now)


def release(case: Case, reason: str, uow: UnitOfWork, *, bureau: Bureau, staff: Staff, now: datetime) -> Case:
    """Let the rules of retention reach a case again."""
    require(staff, Right.VERIFY, case, bureau)
    if not case.held:
        raise CaseworkConflict(f"case {case.reference} is not held")
    return _mark(case, EventName.RELEASED, reason, uow, staff=staff, now=now)


def due_erasures(uow: UnitOfWork, bureau: Bureau, *, now: datetime, limit: int = AT_ONCE) -> Sequence[DueErasure]:
    """The cases whose personal text must be erased now, by kind and id; none while the bureau has set no years."""
    found: list[DueErasure] = []
    for kind in bureau.retention:
        found += _due_of(kind, uow, bureau, now=now, limit=limit - len(found))
    return found


def erase_due(
    store: Store,
    bureau: Bureau,
    *,
    now: datetime,
    limit: int = AT_ONCE,
    before_party: Callable[[UnitOfWork, Case], None] = lambda _uow, _case: None,
) -> int:
    """Erase what is due, each case in a transaction of its own; how many there were.

    `before_party` lets other floors forget what they keep of who wrote.
    """
    with store.read() as uow:
        due = due_erasures(uow, bureau, now=now, limit=limit)
    done = 0
    for one in due:
        erasure = store.write(
            lambda uow, one=one: _erase_if_due(one, uow, now=now, before_party=before_party)  # type: ignore[misc]
        )
        if erasure is not None:
            done += 1
    return done


def erase_again(
    erasure: Erasure,
    uow: UnitOfWork,
    *,
    now: datetime,
    before_party: Callable[[UnitOfWork, Case], None] = lambda _uow, _case: None,
) -> bool:
    """Erase after a restore what had been erased since the backup was made; False when nothing of it came back."""
    found = uow.cases.find(erasure.reference)
    if found is None:
        return False
    case = uow.cases.get(found.id, lock=True)
    if case.erased_at is not None or case.held:
        return False
    _erase(case, erasure.rule, uow, now=now, before_party=before_party, first_at=erasure.at)
    return True


def delete_files(store: Store, blobs: BlobStore, *, now: datetime, kept: Callable[[], frozenset[str]]) -> int:
    """Delete the files that only erased cases named; how many. `kept` names those of other floors."""
    with store.read() as uow:
        if not uow.erasures.has_files_to_delete():
            return 0
    digests = store.write(lambda uow: uow.erasures.files_to_delete(limit=_FILES_AT_ONCE, kept=kept()))
    done = 0
    for digest in digests:
        if blobs.delete(digest, unless_kept_since=now - _SETTLING):
            store.write(lambda uow, digest=digest: uow.erasures.file_deleted(digest))  # type: ignore[misc]
            done += 1
    return done


def _due_of(kind: CaseKind, uow: UnitOfWork, bureau: Bureau, *, now: datetime, limit: int) -> Iterator[DueErasure]:
    rule = bureau.retention[kind]
    calendar = bureau.calendar
    last_day = rule.closed_before(calendar.local_date(now))
    before = datetime.combine(last_day, time(), calendar.time_zone)
    text = f"{kind.value}: {rule.years} years from closing ({rule.basis.zh})"
    for case in uow.erasures.due(kind, closed_before=before, limit=max(limit, 0), after=CaseId(0)):
        yield DueErasure(case, text)


def _erase_if_due(
    due: DueErasure, uow: UnitOfWork, *, now: datetime, before_party: Callable[[UnitOfWork, Case], None]
) -> Erasure | None:
    """None when the case was reopened, held or erased since it was looked up."""
    case = uow.cases.get(due.case.id, lock=True)
    if case.version != due.case.version or case.held or case.erased_at is not None:
        return None
    return _erase(case, due.rule, uow, now=now, before_party=before_party)


def _erase(
    case: Case,
    rule: str,
    uow: UnitOfWork,
    *,
    now: datetime,
    before_party: Callable[[UnitOfWork, Case], None],
    first_at: datetime | None = None,
) -> Erasure:
    counts = uow.erasures.erase(case, now=now)
    party_too = uow.erasures.is_last_of_party(case)
    if party_too:
        before_party(uow, case)
        uow.erasures.erase_party(case, now=now)
    facts: dict[str, object] = {"rule": rule, "counts": dict(counts), "party": party_too, "until_event": case.version}
    if first_at is not None:
        facts["first_erased_at"] = first_at.isoformat()
    uow.cases.append(case.id, EventName.TEXT_ERASED, at=now, actor="system", facts=facts)
    erasure = Erasure(case.reference, case.version, rule, first_at or now, counts, party_too)
    uow.erasures.note(erasure)
    return erasure


def _mark(case: Case, name: EventName, reason: str, uow: UnitOfWork, *, staff: Staff, now: datetime) -> Case:
    if not reason.strip():
        raise CaseworkRejected("holding a case and letting it go need a reason: name the proceedings")
    return uow.cases.append(
        case.id,
        name,
        at=now,
        actor=f"staff:{staff.id}",
        text=reason.strip(),
        changes={"held": name is EventName.HELD},
    )
