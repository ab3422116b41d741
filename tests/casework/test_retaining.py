"""Retention: when the time is over the text goes, the ledger stays whole, and what is held or still wanted stays."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from casework.actions.closure import close
from casework.actions.correspondence import reply_to_citizen
from casework.actions.intake import add_to_case
from casework.actions.retaining import delete_files, due_erasures, erase_again, erase_due, hold, release
from casework.actions.stepping import Walker
from casework.actions.verifying import verify_all
from casework.bureau import Bureau, Retention, Words
from casework.case import Case
from casework.disposition import Disposition
from casework.errors import CaseworkConflict, CaseworkNotFound
from casework.events import EventName
from casework.inbox import Arrival, InboxState, RawMail
from casework.kinds import CaseKind
from casework.message import Attachment, Author, Direction
from casework.party import Address, ChannelName
from casework.retention import Erasure
from casework.rights import RightMissing
from casework.staff import Role, Staff
from casework.store import SqlStore, SqlUnitOfWork
from casework.store.blobs import DirectoryBlobs
from casework.store.tables import metadata
from tests.casework.a_bureau import a_bureau, a_clerk, a_complaint, a_letter, an_office

SECRET_WORDS = "张三住在解放路十二号"
LATER = datetime(2032, 1, 5, 2, 0, tzinfo=UTC)
HOME = Address(ChannelName.EMAIL, "zhangsan@b.example")


def a_keeping_bureau(years: int = 5) -> Bureau:
    rule = Retention(years, Words("档案管理规定", "Rules on files"))
    return replace(a_bureau(), retention={CaseKind.COMPLAINT: rule})


@pytest.fixture
def blobs(tmp_path: Path) -> DirectoryBlobs:
    return DirectoryBlobs(tmp_path / "blobs")


@pytest.fixture
def clerk(store: SqlStore) -> Staff:
    return store.write(a_clerk)


def a_closed_case(store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime, *, home: Address = HOME) -> Case:
    """A case that holds personal text in every place that may hold any."""
    photograph = blobs.put(SECRET_WORDS.encode())

    def work(uow: SqlUnitOfWork) -> Case:
        raw = RawMail(home.value, ("duty@gaj.example",), SECRET_WORDS.encode(), "192.0.2.1")
        arrival, _ = uow.inbox.add(Arrival(home.channel, f"<{home.value}>", home.value, now, raw_mail=raw))
        uow.inbox.finish(arrival, InboxState.HANDLED, now=now)
        made = a_complaint(uow, now=now, address=home, subject=SECRET_WORDS).case
        files = (Attachment("张三.png", "image/png", 30, photograph),)
        uow.threads.add_message(
            made.thread_id,
            Direction.INBOUND,
            Author.CITIZEN,
            SECRET_WORDS,
            now=now,
            case_id=made.id,
            attachments=files,
            inbox_id=arrival,
        )
        uow.parties.name_unnamed(made.party_id, "张三")
        reply_to_citizen(made, f"您好，{SECRET_WORDS}", uow, staff=clerk, now=now)
        for entry in uow.outbox.claim("w", list(ChannelName), now=now, lease=timedelta(minutes=1), limit=5):
            uow.connection.exec_driver_sql(f"UPDATE outbox SET state = 'delivered' WHERE id = {entry.id}")
        return close(
            uow.cases.get(made.id), Disposition.UPHELD, Walker(uow, an_office(), clerk, now), reason=SECRET_WORDS
        )

    return store.write(work)


def everything(store: SqlStore) -> str:
    """Whatever the database holds, as text."""
    with store.read() as uow:
        rows = [
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for table in metadata.sorted_tables
            for row in uow.connection.execute(select(table))
            for value in row
        ]
    return "\n".join(rows)


def test_nothing_is_due_while_the_bureau_has_set_no_years(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    a_closed_case(store, blobs, clerk, now)
    with store.read() as uow:
        assert due_erasures(uow, a_bureau(), now=LATER) == []
    assert erase_due(store, a_bureau(), now=LATER) == 0
    assert SECRET_WORDS in everything(store)


def test_when_the_time_is_over_no_table_holds_the_words_and_the_ledger_is_whole(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    case = a_closed_case(store, blobs, clerk, now)
    assert erase_due(store, a_keeping_bureau(), now=LATER) == 1
    left = everything(store)
    for word in (SECRET_WORDS, "张三", HOME.value, "排队两小时"):
        assert word not in left
    with store.read() as uow:
        last = uow.cases.events(case.id)[-1]
        (listed,) = uow.erasures.latest(limit=5)
    assert last.name is EventName.TEXT_ERASED
    assert last.facts["rule"] == "complaint: 5 years from closing (档案管理规定)"
    assert last.facts["party"] is True
    assert listed.reference == case.reference
    assert listed.counts["attachments"] == listed.counts["mails"] == 1
    assert list(verify_all(store, blobs)) == []
    assert erase_due(store, a_keeping_bureau(), now=LATER) == 0


@pytest.mark.parametrize(
    ("today", "due"), [("2031-11-23", False), ("2031-11-24", True)], ids=["on the day", "on the day after"]
)
def test_the_time_runs_from_the_day_of_closing_and_is_over_when_it_has_passed(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime, today: str, due: bool
) -> None:
    a_closed_case(store, blobs, clerk, now)
    at = datetime.fromisoformat(f"{today}T01:00:00+00:00")
    with store.read() as uow:
        assert bool(due_erasures(uow, a_keeping_bureau(), now=at)) is due


def test_a_leap_day_is_kept_rather_longer() -> None:
    rule = Retention(5, Words("", ""))
    assert rule.closed_before(date(2028, 2, 29)) == date(2023, 2, 28)
    assert rule.closed_before(date(2029, 3, 1)) == date(2024, 3, 1)


def test_what_is_held_stays_until_it_is_released(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    case = a_closed_case(store, blobs, clerk, now)

    def hire(uow: SqlUnitOfWork) -> Staff:
        return uow.accounts.add_staff(
            "inspector",
            display_name="",
            unit="bureau",
            role=Role.INSPECTOR,
            language="zh",
            mail="",
            password_hash="x",
        )

    inspector = store.write(hire)
    bureau = a_keeping_bureau()
    with pytest.raises(RightMissing):
        store.write(lambda uow: hold(case, "复议", uow, bureau=bureau, staff=clerk, now=now))
    held = store.write(lambda uow: hold(case, "复议案 7 号", uow, bureau=bureau, staff=inspector, now=now))
    assert held.held
    with pytest.raises(CaseworkConflict):
        store.write(lambda uow: hold(held, "复议", uow, bureau=bureau, staff=inspector, now=now))
    assert erase_due(store, bureau, now=LATER) == 0
    store.write(lambda uow: release(held, "复议已结", uow, bureau=bureau, staff=inspector, now=now))
    assert erase_due(store, bureau, now=LATER) == 1
    assert list(verify_all(store, blobs)) == []


def test_who_wrote_stays_while_a_younger_case_of_theirs_is_there(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    old = a_closed_case(store, blobs, clerk, now)
    store.write(lambda uow: a_complaint(uow, now=LATER - timedelta(days=9), address=HOME, subject="新的事"))
    assert erase_due(store, a_keeping_bureau(), now=LATER) == 1
    with store.read() as uow:
        assert uow.parties.get(old.party_id).name == "张三"
        assert uow.cases.events(old.id)[-1].facts["party"] is False


def test_a_merged_case_is_kept_as_long_as_the_one_that_handles_it(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    case = a_closed_case(store, blobs, clerk, now)
    going_on = store.write(lambda uow: a_complaint(uow, now=now, address=HOME)).case
    store.write(
        lambda uow: uow.connection.exec_driver_sql(f"UPDATE cases SET merged_into = {going_on.id} WHERE id = {case.id}")
    )
    assert erase_due(store, a_keeping_bureau(), now=LATER) == 0


def test_a_file_is_deleted_when_nobody_names_it_any_more(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    other = Address(ChannelName.EMAIL, "lisi@b.example")
    a_closed_case(store, blobs, clerk, now)
    young = a_closed_case(store, blobs, clerk, LATER - timedelta(days=9), home=other)
    digest = blobs.put(SECRET_WORDS.encode())
    assert erase_due(store, a_keeping_bureau(), now=LATER) == 1
    assert delete_files(store, blobs, now=LATER, kept=frozenset) == 0
    assert blobs.get(digest)
    store.write(lambda uow: uow.erasures.erase(young, now=LATER))
    assert delete_files(store, blobs, now=LATER, kept=lambda: frozenset({digest})) == 0
    store.write(lambda uow: uow.erasures.let_go([digest], LATER))
    assert delete_files(store, blobs, now=LATER, kept=frozenset) == 1
    with pytest.raises(CaseworkNotFound):
        blobs.get(digest)
    assert delete_files(store, blobs, now=LATER, kept=frozenset) == 0


def test_a_file_that_somebody_puts_again_meanwhile_is_left(tmp_path: Path) -> None:
    blobs = DirectoryBlobs(tmp_path)
    digest = blobs.put(b"once more")
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    long_ago = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (long_ago, long_ago))
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    blobs.put(b"once more")
    assert blobs.delete(digest, unless_kept_since=hour_ago) is False
    assert blobs.get(digest) == b"once more"
    os.utime(path, (long_ago, long_ago))
    assert blobs.delete(digest, unless_kept_since=hour_ago) is True
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_a_backup_brought_back_is_erased_again_once(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    case = a_closed_case(store, blobs, clerk, now)
    erasure = store.write(lambda uow: _noted_elsewhere(uow, case))
    assert store.write(lambda uow: erase_again(erasure, uow, now=LATER))
    assert not store.write(lambda uow: erase_again(erasure, uow, now=LATER))
    assert SECRET_WORDS not in everything(store)
    with store.read() as uow:
        assert uow.cases.events(case.id)[-1].facts["first_erased_at"] == LATER.isoformat()
    assert list(verify_all(store, blobs)) == []


def test_what_is_written_after_an_erasure_has_a_time_of_its_own(
    store: SqlStore, blobs: DirectoryBlobs, clerk: Staff, now: datetime
) -> None:
    case = a_closed_case(store, blobs, clerk, now)
    erase_due(store, a_keeping_bureau(), now=LATER)

    def write_again(uow: SqlUnitOfWork) -> Case:
        _, _, message = a_letter(uow, now=LATER, address=HOME, text="还有一点")
        return add_to_case(uow.cases.get(case.id), message, uow, office=an_office(), now=LATER)

    reopened = store.write(write_again)
    assert reopened.erased_at is None
    assert list(verify_all(store, blobs)) == []


def _noted_elsewhere(uow: SqlUnitOfWork, case: Case) -> Erasure:
    return Erasure(case.reference, case.version, "complaint: 5 years", LATER)
