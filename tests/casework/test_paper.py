"""What a clerk enters from paper: receipt by channel, once, with the same clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from casework.actions import applications
from casework.actions.correspondence import reply_to_citizen
from casework.actions.intake import OpenedCase, open_case
from casework.actions.paper import Paper, add_paper, enter_paper, may_add_paper
from casework.actions.relating import merge
from casework.actions.stepping import Walker
from casework.case import Case
from casework.commands import OpenCase
from casework.errors import CaseworkConflict, Refusal
from casework.events import EventName
from casework.kinds import CaseKind
from casework.outbox import OutboxKind, OutboxState
from casework.party import ON_PAPER, ChannelName
from casework.rights import RightMissing
from casework.staff import Role, Staff
from casework.standing import Mark, standing_of
from casework.store import SqlStore
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_bureau, a_clerk, a_letter, an_office
from tests.casework.test_retaining import everything

TODAY = date(2026, 11, 23)
LETTER = Paper(
    ChannelName.LETTER, date(2026, 11, 20), CaseKind.DISCLOSURE_APPLICATION, "申请公开2025年户籍统计信息", name="某人"
)


def enter(store: SqlStore, paper: Paper, now: datetime, nonce: str = "a", staff: Staff | None = None) -> OpenedCase:
    def work(uow: SqlUnitOfWork) -> OpenedCase:
        clerk = staff or next(iter(uow.accounts.list_staff()), None) or a_clerk(uow)
        return enter_paper(paper, nonce, Walker(uow, an_office(), clerk, now))

    return store.write(work)


@pytest.mark.parametrize("channel", sorted(ON_PAPER))
def test_every_channel_on_paper_opens_a_case_with_its_clock(
    channel: ChannelName, store: SqlStore, now: datetime
) -> None:
    case = enter(store, replace(LETTER, channel=channel, received_on=TODAY), now).case
    waits = channel in {ChannelName.LETTER, ChannelName.FAX}
    assert case.channel is channel
    assert case.received_on == (None if waits else TODAY)
    # A fax has no day by which it must be confirmed; an ordinary letter is confirmed on the day it comes (art. 31).
    assert (case.due_on is None) == (channel is ChannelName.FAX)


def test_an_ordinary_letter_counts_from_the_day_on_which_both_sides_confirm(store: SqlStore, now: datetime) -> None:
    case = enter(store, LETTER, now).case
    with store.read() as uow:
        assert standing_of(uow.cases.events(case.id)).has(Mark.UNCONFIRMED)

    def confirm(uow: SqlUnitOfWork) -> date | None:
        walker = Walker(uow, an_office(), next(iter(uow.accounts.list_staff())), now)
        return applications.confirm_receipt(uow.cases.get(case.id), walker, how="电话确认").due_on

    # Confirmed on Monday 2026-11-23: working day 20 is 2026-12-21.
    assert store.write(confirm) == date(2026, 12, 21)


def test_signed_post_counts_from_the_day_it_was_signed_for(store: SqlStore, now: datetime) -> None:
    case = enter(store, replace(LETTER, registered_post=True), now).case
    # Friday 2026-11-20; 11-23 is working day 1 and 12-18 working day 20.
    assert (case.received_on, case.due_on) == (date(2026, 11, 20), date(2026, 12, 18))


def test_the_same_form_sent_twice_opens_one_case(store: SqlStore, now: datetime) -> None:
    first = enter(store, LETTER, now)
    with pytest.raises(CaseworkConflict, match=first.case.reference):
        enter(store, LETTER, now)
    assert enter(store, LETTER, now, nonce="b").case.id != first.case.id


def test_a_day_ahead_an_empty_paper_and_a_missing_right_are_refused(store: SqlStore, now: datetime) -> None:
    with pytest.raises(Refusal):
        enter(store, replace(LETTER, received_on=date(2026, 11, 24)), now)
    with pytest.raises(Refusal):
        enter(store, replace(LETTER, words="  "), now)
    handler = Staff(next(iter([a.id for a in [store.write(a_clerk)]])), "x", "X", "bureau", Role.HANDLER)
    with pytest.raises(RightMissing, match="enter_paper"):
        enter(store, LETTER, now, staff=handler)


def test_what_answers_a_paper_is_kept_and_not_sent_over_any_channel(store: SqlStore, now: datetime) -> None:
    case = enter(store, LETTER, now).case

    def answer(uow: SqlUnitOfWork) -> None:
        reply_to_citizen(uow.cases.get(case.id), "请补充", uow, staff=next(iter(uow.accounts.list_staff())), now=now)

    store.write(answer)
    with store.read() as uow:
        kinds = {entry.kind for entry in uow.outbox.list(list(OutboxState), limit=50)}
        assert kinds == {OutboxKind.NOTICE}
        assert [message.text for message in uow.threads.messages_of_case(case.id)][-1] == "请补充"


AGAIN = Paper(ChannelName.TELEPHONE, TODAY, CaseKind.COMPLAINT, "又来电催促", name="某人", contact="13800000000")


def add(store: SqlStore, case: Case, paper: Paper, now: datetime, staff: Staff) -> Case:
    return store.write(
        lambda uow: add_paper(uow.cases.get(case.id), paper, "more", Walker(uow, an_office(), staff, now))
    )


def a_complaint_on_paper(store: SqlStore, now: datetime, **changes: Any) -> tuple[Case, Staff]:
    case = enter(store, replace(LETTER, kind=CaseKind.COMPLAINT, **changes), now).case
    with store.read() as uow:
        return case, next(iter(uow.accounts.list_staff()))


def test_what_is_added_to_a_case_keeps_all_that_the_clerk_typed_and_says_who_entered_it(
    store: SqlStore, now: datetime
) -> None:
    case, clerk = a_complaint_on_paper(store, now)
    add(store, case, replace(AGAIN, received_on=date(2026, 11, 20)), now, clerk)
    with store.read() as uow:
        message = uow.threads.messages_of_case(case.id)[-1]
        event = uow.cases.events(case.id)[-1]
        assert message.text == "又来电催促\n\n某人\n13800000000"
        assert uow.cases.of_thread(message.thread_id) == [uow.cases.get(case.id)]
    assert event.name is EventName.MESSAGE_RECEIVED
    assert event.facts == {
        "message": message.id,
        "entered_by": f"staff:{clerk.id}",
        "channel": "telephone",
        "received_on": "2026-11-20",
    }


def test_what_was_added_is_erased_with_its_case(store: SqlStore, now: datetime) -> None:
    case, clerk = a_complaint_on_paper(store, now)
    add(store, case, AGAIN, now, clerk)

    def erase(uow: SqlUnitOfWork) -> None:
        uow.erasures.erase(case, now=now)
        uow.erasures.erase_party(case, now=now)

    store.write(erase)
    left = everything(store)
    assert not [word for word in (AGAIN.words, AGAIN.name, AGAIN.contact) if word in left]


@pytest.mark.parametrize(
    ("opened", "added", "key"),
    [
        ({}, {"accused": "north-station"}, "accused_elsewhere"),
        ({"anonymous": True}, {}, "unnamed_paper"),
        ({}, {"anonymous": True}, "unnamed_paper"),
    ],
    ids=["accuses somebody else", "the case is unnamed", "the caller stays unnamed"],
)
def test_what_a_case_cannot_take_is_refused_and_nothing_is_dropped(
    opened: dict[str, Any], added: dict[str, Any], key: str, store: SqlStore, now: datetime
) -> None:
    case, clerk = a_complaint_on_paper(store, now, **opened)
    with pytest.raises(Refusal) as refused:
        add(store, case, replace(AGAIN, **added), now, clerk)
    assert refused.value.key == key
    with store.read() as uow:
        assert uow.cases.get(case.id) == case


def test_what_was_merged_takes_no_paper(store: SqlStore, now: datetime) -> None:
    case, clerk = a_complaint_on_paper(store, now)

    def merge_in(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now)
        command = OpenCase(CaseKind.COMPLAINT, "又来信")
        first, second = (
            open_case(command, uow, office=an_office(), thread=thread, message=message, now=now).case for _ in range(2)
        )
        return merge(second, first, Walker(uow, an_office(), clerk, now))

    merged = store.write(merge_in)
    assert may_add_paper(case, clerk, a_bureau())
    assert not may_add_paper(merged, clerk, a_bureau())
    with pytest.raises(Refusal) as refused:
        add(store, merged, AGAIN, now, clerk)
    assert refused.value.key == "goes_on"


def test_who_may_not_know_the_writer_of_a_case_adds_nothing_to_it(store: SqlStore, now: datetime) -> None:
    case, _ = a_complaint_on_paper(store, now, anonymous=True)
    officer = store.write(
        lambda uow: uow.accounts.add_staff(
            "officer",
            display_name="",
            unit="bureau",
            role=Role.DISCLOSURE_OFFICER,
            language="zh",
            mail="",
            password_hash="x",
        )
    )
    with pytest.raises(RightMissing, match="see_unnamed"):
        add(store, case, replace(AGAIN, name="", contact=""), now, officer)
