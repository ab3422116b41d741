"""Verifying ledgers, the columns of the cases, the files that they name, and the seals; in pieces of bounded size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from casework.case import Case
from casework.errors import CaseworkNotFound
from casework.ledger import FaultKind, KeptLedger, LedgerFault, faults_of
from casework.message import CaseId
from casework.ports import BlobStore, Store, UnitOfWork
from casework.seal import BEGINNING, Seal, Sealing

_CASES_AT_ONCE: Final = 1_000
_EVENTS_AT_ONCE: Final = 20_000


def verify_case(case: Case, uow: UnitOfWork, blobs: BlobStore | None) -> list[LedgerFault]:
    """What is wrong with one case; with `blobs` its files are read too."""
    return _faults(uow.ledgers.kept_of(case.id), blobs)


def verify_all(
    store: Store, blobs: BlobStore | None, *, told: Callable[[int], None] = lambda _count: None
) -> Iterator[LedgerFault]:
    """What is wrong with any case, with the numbers given, and with the seals; `told` hears how many cases are done."""
    after, done = CaseId(0), 0
    while True:
        # A piece is read in one transaction: a case and its ledger of the same moment.
        with store.read() as uow:
            piece = uow.ledgers.kept(after=after, limit=_CASES_AT_ONCE, files=blobs is not None)
        for ledger in piece:
            yield from _faults(ledger, blobs)
        if len(piece) < _CASES_AT_ONCE:
            told(done + len(piece))
            break
        after, done = piece[-1].case_id, done + len(piece)
        told(done)
    yield from _verify_numbers(store)
    yield from verify_seals(store)


def seal(
    store: Store, *, now: datetime, told: Callable[[UnitOfWork, Seal], None] = lambda _uow, _seal: None
) -> Seal | None:
    """Seal what was written since the last seal; None when nothing was, or a colleague was quicker.

    `told` is called within the transaction that keeps the seal, e.g. to mail it away.
    """
    until = store.write(lambda uow: uow.ledgers.written_until())
    with store.read() as uow:
        last = uow.ledgers.last_seal()
    if last is not None and last.last_event_id >= until:
        return None
    sealing = Sealing(last.digest if last else BEGINNING)
    _bind(store, sealing, after=last.last_event_id if last else 0, until=until)
    number = last.id if last else 0

    def keep(uow: UnitOfWork) -> Seal | None:
        made = uow.ledgers.add_seal(at=now, last_event_id=until, digest=sealing.digest, after=number)
        if made is not None:
            told(uow, made)
        return made

    return store.write(keep)


def verify_seals(store: Store) -> Iterator[LedgerFault]:
    """Whether what every seal binds is there as it was; after the first that is broken the others say nothing."""
    before: Seal | None = None
    while True:
        with store.read() as uow:
            piece = uow.ledgers.seals(after=before.id if before else 0)
        if not piece:
            return
        for each in piece:
            if each.id != (before.id + 1 if before else 1):
                yield _of_seal(each, "the seal before it is missing")
                return
            sealing = Sealing(before.digest if before else BEGINNING)
            _bind(store, sealing, after=before.last_event_id if before else 0, until=each.last_event_id)
            if sealing.digest != each.digest:
                since = before.at.isoformat() if before else "the beginning"
                yield _of_seal(
                    each, f"events written between {since} and {each.at.isoformat()} are gone or were changed"
                )
                return
            before = each


def _faults(ledger: KeptLedger, blobs: BlobStore | None) -> list[LedgerFault]:
    found = faults_of(ledger)
    if blobs is None:
        return found
    for file in ledger.files:
        try:
            data = blobs.get(file.sha256)
        except CaseworkNotFound:
            found.append(LedgerFault(FaultKind.FILE, ledger.reference, f"{file.place}: the file is lost"))
            continue
        if hashlib.sha256(data).hexdigest() != file.sha256:
            found.append(LedgerFault(FaultKind.FILE, ledger.reference, f"{file.place}: the file was changed"))
    return found


def _verify_numbers(store: Store) -> Iterator[LedgerFault]:
    """Numbers are given without gaps and within the transaction of the case: what is missing was taken away."""
    with store.read() as uow:
        given = uow.ledgers.numbers_given()
    for beginning, (last, there) in given.items():
        if last != there:
            says = f"of the references {beginning}… {last} were given, and there are {there} cases"
            yield LedgerFault(FaultKind.NUMBER, "", says)


def _bind(store: Store, sealing: Sealing, *, after: int, until: int) -> None:
    while True:
        with store.read() as uow:
            piece = uow.ledgers.written(after=after, until=until, limit=_EVENTS_AT_ONCE)
        sealing.add(piece)
        if len(piece) < _EVENTS_AT_ONCE:
            return
        after = piece[-1].id


def _of_seal(broken: Seal, says: str) -> LedgerFault:
    return LedgerFault(FaultKind.SEAL, "", f"seal {broken.id}: {says}")
