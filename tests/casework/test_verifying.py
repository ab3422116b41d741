"""Verifying: a planted edit, a deleted event, a swapped file, an edited column are each found and named."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from casework.actions.assignment import assign
from casework.actions.closure import close
from casework.actions.stepping import Walker
from casework.actions.verifying import seal, verify_all, verify_case
from casework.case import Case
from casework.disposition import Disposition
from casework.ledger import FaultKind, LedgerFault
from casework.message import Attachment, Author, Direction
from casework.store import SqlStore, SqlUnitOfWork
from casework.store.blobs import DirectoryBlobs
from tests.casework.a_bureau import a_clerk, a_complaint, an_office


@pytest.fixture
def blobs(tmp_path: Path) -> DirectoryBlobs:
    return DirectoryBlobs(tmp_path / "blobs")


@pytest.fixture
def case(store: SqlStore, blobs: DirectoryBlobs, now: datetime) -> Case:
    """A closed case with an attachment."""
    sha256 = blobs.put(b"a photograph")

    def work(uow: SqlUnitOfWork) -> Case:
        clerk = a_clerk(uow)
        made = a_complaint(uow, now=now).case
        files = (Attachment("照片.png", "image/png", 12, sha256),)
        uow.threads.add_message(
            made.thread_id, Direction.INBOUND, Author.CITIZEN, "见附件", now=now, case_id=made.id, attachments=files
        )
        assign(made, clerk, uow, by=clerk, now=now)
        return close(uow.cases.get(made.id), Disposition.UPHELD, Walker(uow, an_office(), clerk, now), reason="已核实")

    return store.write(work)


def tamper(store: SqlStore, statement: str) -> None:
    store.write(lambda uow: uow.connection.execute(text(statement)))


def found(store: SqlStore, blobs: DirectoryBlobs | None = None) -> list[LedgerFault]:
    return list(verify_all(store, blobs))


def test_what_nobody_touched_is_whole(store: SqlStore, blobs: DirectoryBlobs, case: Case, now: datetime) -> None:
    seal(store, now=now)
    assert found(store, blobs) == []
    with store.read() as uow:
        assert verify_case(case, uow, blobs) == []


@pytest.mark.parametrize(
    ("tampering", "kind", "says"),
    [
        ("UPDATE case_events SET actor = 'staff:99' WHERE number = 2", FaultKind.CHAIN, "event 2: was changed"),
        (
            "UPDATE case_events SET name = 'case.loved' WHERE number = 3",
            FaultKind.CHAIN,
            "'case.loved' is no event that we know",
        ),
        ("UPDATE case_event_texts SET text = '其他'", FaultKind.CHAIN, "event 4: its text was changed"),
        ("UPDATE cases SET status = 'new'", FaultKind.COLUMN, "status is new, the ledger says closed"),
        ("UPDATE cases SET disposition = 'not_upheld'", FaultKind.COLUMN, "disposition is not_upheld"),
        ("UPDATE cases SET unit = 'bureau'", FaultKind.COLUMN, "unit is bureau, the ledger says north-station"),
        ("UPDATE cases SET assignee = 77", FaultKind.COLUMN, "assignee is 77"),
        ("UPDATE cases SET rating = 5", FaultKind.COLUMN, "rating is 5, the ledger says empty"),
        ("UPDATE cases SET held = true", FaultKind.COLUMN, "held is True, the ledger says False"),
        ("UPDATE cases SET closed_at = opened_at, opened_at = '2026-01-01'", FaultKind.COLUMN, "opened_at is 2026-01"),
    ],
)
def test_what_was_edited_is_named(store: SqlStore, case: Case, tampering: str, kind: FaultKind, says: str) -> None:
    tamper(store, tampering)
    faults = found(store)
    assert [fault for fault in faults if fault.kind is kind and says in fault.says], faults
    assert {fault.reference for fault in faults} == {case.reference}


def test_an_event_in_the_middle_that_is_gone_is_named(store: SqlStore, case: Case) -> None:
    tamper(store, "DELETE FROM case_events WHERE number = 2")
    says = [fault.says for fault in found(store)]
    assert "event 3: the number before it is missing" in says
    assert "event 3: does not carry the hash of the event before it" in says


def test_an_end_that_is_gone_is_seen_by_the_version_of_the_case(store: SqlStore, case: Case) -> None:
    tamper(store, "DELETE FROM case_event_texts")
    tamper(store, "DELETE FROM case_events WHERE number = 4")
    says = [fault.says for fault in found(store)]
    assert "version is 4, the ledger says 3" in says
    assert "status is closed, the ledger says in_progress" in says


def test_facts_that_are_no_json_any_more_are_a_fault_and_no_crash(store: SqlStore, case: Case) -> None:
    if store.engine.dialect.name == "sqlite":
        tamper(store, "UPDATE case_events SET facts = '{broken', at = 'yesterday' WHERE number = 2")
    else:
        tamper(store, "UPDATE case_events SET facts = '[1]' WHERE number = 2")
    assert any(fault.says == "event 2: was changed after it was written" for fault in found(store))


def test_a_file_that_was_swapped_or_lost_is_named(
    store: SqlStore, blobs: DirectoryBlobs, case: Case, tmp_path: Path
) -> None:
    (file,) = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    file.write_bytes(b"another photograph")
    (swapped,) = found(store, blobs)
    assert swapped.kind is FaultKind.FILE
    assert swapped.says.endswith("the file was changed")
    file.unlink()
    (lost,) = found(store, blobs)
    assert lost.says.endswith("the file is lost")
    assert found(store) == []


def test_a_tail_that_is_gone_with_its_columns_edited_is_seen_by_the_seal_alone(
    store: SqlStore, case: Case, now: datetime
) -> None:
    first = seal(store, now=now)
    assert first is not None
    tamper(store, "DELETE FROM case_event_texts")
    tamper(store, "DELETE FROM case_events WHERE number = 4")
    tamper(
        store,
        "UPDATE cases SET version = 3, status = 'in_progress', disposition = NULL, closed_at = NULL, closed_on = NULL",
    )
    (fault,) = found(store)
    assert fault.kind is FaultKind.SEAL
    assert fault.says.startswith("seal 1: events written between the beginning and 2026-11-23")


def test_a_case_that_was_taken_away_whole_is_missed_by_its_number(store: SqlStore, case: Case, now: datetime) -> None:
    store.write(lambda uow: a_complaint(uow, now=now))
    for table in ("case_event_texts", "case_deadlines", "case_signatures", "case_terms"):
        tamper(store, f"DELETE FROM {table}")
    tamper(store, f"DELETE FROM case_events WHERE case_id = {case.id}")
    tamper(store, "DELETE FROM attachments")
    tamper(store, "UPDATE messages SET case_id = NULL")
    tamper(store, f"DELETE FROM cases WHERE id = {case.id}")
    (fault,) = found(store)
    assert fault.kind is FaultKind.NUMBER
    assert fault.says == "of the references ZMD-2026-… 2 were given, and there are 1 cases"


def test_a_seal_continues_the_one_before_and_is_made_only_when_something_was_written(
    store: SqlStore, case: Case, now: datetime
) -> None:
    first = seal(store, now=now)
    assert seal(store, now=now + timedelta(days=1)) is None
    store.write(lambda uow: a_complaint(uow, now=now))
    second = seal(store, now=now + timedelta(days=2))
    assert first is not None
    assert second is not None
    assert (first.id, second.id) == (1, 2)
    assert second.digest != first.digest
    assert found(store) == []
    tamper(store, "DELETE FROM ledger_seals WHERE id = 1")
    (fault,) = found(store)
    assert fault.says == "seal 2: the seal before it is missing"


def test_verifying_goes_through_the_cases_in_pieces(
    store: SqlStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.actions.verifying._CASES_AT_ONCE", 2)
    monkeypatch.setattr("casework.actions.verifying._EVENTS_AT_ONCE", 3)
    for _ in range(5):
        store.write(lambda uow: a_complaint(uow, now=now))
    seal(store, now=now)
    done: list[int] = []
    assert list(verify_all(store, None, told=done.append)) == []
    assert done == [2, 4, 5]
