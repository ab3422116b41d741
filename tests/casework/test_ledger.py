"""The ledger of a case: events are numbered, linked by hashes, and their text can be erased."""

from datetime import datetime

import pytest
from sqlalchemy import text

from casework.actions.assignment import assign, transfer
from casework.actions.closure import close, reopen
from casework.actions.correspondence import add_note, reply_to_citizen
from casework.actions.erasing import erase_event_text
from casework.actions.intake import add_to_case
from casework.actions.stepping import Walker
from casework.case import Case, CaseStatus, derive_status
from casework.disposition import Disposition
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.events import EventName, broken_links
from casework.message import CaseId, Message
from casework.outbox import OutboxState
from casework.store import SqlStore, SqlUnitOfWork
from tests.casework.a_bureau import a_clerk, a_complaint, a_letter, an_office


def test_a_new_case_has_a_deadline_a_unit_and_a_notice_to_that_unit(store: SqlStore, now: datetime) -> None:
    opened = store.write(lambda uow: a_complaint(uow, now=now))
    with store.read() as uow:
        case = uow.cases.get(opened.case.id)
        assert case.reference.startswith("ZMD-2026-000001-")
        assert case.due_on is not None
        # Regulations on Petition Work (2022), art. 23: within 15 days it is said whether the complaint is accepted.
        assert case.due_on.isoformat() == "2026-12-08"
        assert case.unit == "north-station"
        (notice,) = uow.outbox.list([OutboxState.DUE], limit=5)
        assert notice.to.value == "north@gaj.example"
        assert "排队" not in notice.reply.text


def test_the_status_always_follows_from_the_events(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> tuple[CaseId, list[CaseStatus]]:
        clerk = a_clerk(uow)
        case = a_complaint(uow, now=now).case
        seen = [case.status]
        seen.append(assign(case, clerk, uow, by=clerk, now=now).status)
        reply_to_citizen(case, "已了解，正在核实。", uow, staff=clerk, now=now)
        case = uow.cases.get(case.id)
        seen.append(case.status)
        _, _, message = a_letter(uow, now=now, text="谢谢，还有一点")
        seen.append(add_to_case(case, message, uow, office=an_office(), now=now).status)
        closed = close(uow.cases.get(case.id), Disposition.UPHELD, Walker(uow, an_office(), clerk, now))
        seen.append(closed.status)
        seen.append(reopen(closed, "当事人补充材料", Walker(uow, an_office(), clerk, now)).status)
        return case.id, seen

    case_id, seen = store.write(work)
    assert seen == [
        CaseStatus.NEW,
        CaseStatus.IN_PROGRESS,
        CaseStatus.WAITING,
        CaseStatus.IN_PROGRESS,
        CaseStatus.CLOSED,
        CaseStatus.NEW,
    ]
    with store.read() as uow:
        events = uow.cases.events(case_id)
        assert derive_status(events) is uow.cases.get(case_id).status
        assert broken_links(events) == ()


def test_a_letter_to_a_closed_case_reopens_it(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> Case:
        clerk = a_clerk(uow)
        case = close(a_complaint(uow, now=now).case, Disposition.ANSWERED, Walker(uow, an_office(), clerk, now))
        _, _, message = a_letter(uow, now=now, text="问题没有解决")
        return add_to_case(case, message, uow, office=an_office(), now=now)

    reopened = store.write(work)
    assert reopened.status is CaseStatus.NEW
    assert reopened.disposition is None


def test_erasing_a_text_keeps_the_chain_whole(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> CaseId:
        clerk = a_clerk(uow)
        case = a_complaint(uow, now=now).case
        moved = transfer(case, "bureau", "涉及多个单位", uow, office=an_office(), by=clerk, now=now)
        number = uow.cases.events(case.id)[-1].number
        erase_event_text(moved, number, "保存期限届满", uow, actor="system", now=now)
        return moved.id

    case_id = store.write(work)
    with store.read() as uow:
        events = uow.cases.events(case_id)
        assert events[-2].name is EventName.TRANSFERRED
        assert events[-2].text is None
        assert events[-2].text_digest
        assert events[-1].name is EventName.TEXT_ERASED
        assert broken_links(events) == ()


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE case_events SET actor = 'staff:99' WHERE number = 2", "event 2: was changed"),
        ("DELETE FROM case_events WHERE number = 1", "event 2: the number before it is missing"),
    ],
)
def test_a_tampered_ledger_is_noticed(store: SqlStore, now: datetime, tampering: str, said: str) -> None:
    opened = store.write(lambda uow: a_complaint(uow, now=now))
    store.write(lambda uow: uow.connection.execute(text(tampering)))
    with store.read() as uow:
        assert any(fault.startswith(said) for fault in broken_links(uow.cases.events(opened.case.id)))


def test_a_closed_case_cannot_be_closed_or_transferred_again(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        clerk = a_clerk(uow)
        closed = close(a_complaint(uow, now=now).case, Disposition.UPHELD, Walker(uow, an_office(), clerk, now))
        with pytest.raises(CaseworkConflict):
            close(closed, Disposition.UPHELD, Walker(uow, an_office(), clerk, now))
        with pytest.raises(CaseworkConflict):
            transfer(closed, "bureau", "why", uow, office=an_office(), by=clerk, now=now)

    store.write(work)


def test_an_ending_that_the_kind_does_not_allow_is_refused(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        with pytest.raises(CaseworkRejected, match="complaint cannot end as disclosed"):
            close(a_complaint(uow, now=now).case, Disposition.DISCLOSED, Walker(uow, an_office(), a_clerk(uow), now))

    store.write(work)


def test_notes_stay_in_the_internal_thread(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> tuple[Case, Message]:
        case = a_complaint(uow, now=now).case
        note = add_note(case, "请先电话联系", uow, staff=a_clerk(uow), now=now)
        return case, note

    case, note = store.write(work)
    with store.read() as uow:
        assert note.thread_id != case.thread_id
        assert note.text not in [message.text for message in uow.threads.messages(case.thread_id)]
        assert note.text in [message.text for message in uow.threads.messages_of_case(case.id)]
