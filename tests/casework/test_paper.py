"""What a clerk enters from paper: receipt by channel, once, with the same clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from casework.actions import applications
from casework.actions.correspondence import reply_to_citizen
from casework.actions.intake import OpenedCase
from casework.actions.paper import Paper, enter_paper
from casework.actions.stepping import Walker
from casework.errors import CaseworkConflict, Refusal
from casework.kinds import CaseKind
from casework.outbox import OutboxKind, OutboxState
from casework.party import ON_PAPER, ChannelName
from casework.rights import RightMissing
from casework.staff import Role, Staff
from casework.standing import Mark, standing_of
from casework.store import SqlStore
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_clerk, an_office

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
