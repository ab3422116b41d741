"""Two systems that answer each other come to rest, even when the other one says nowhere that it is a program."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from casework.bureau import MailPolicy
from casework.inbox import InboxState
from casework.outbox import OutboxEntry, OutboxKind, OutboxState
from casework.store import SqlStore
from casework.store.blobs import DirectoryBlobs
from mail_gateway.composing import compose
from mail_gateway.parsing import parse
from mail_gateway.understanding import MailRoom, open_mail_room
from tests.mail_gateway.a_house import LI, House
from tests.mail_gateway.letters import SEALS, a_mail, letterhead, mail_office

FEW = MailPolicy(automatic_answers=4, automatic_hours=3)
ROUNDS = 30
"""Far more than the budget; the loop must have ended by itself before."""


@pytest.fixture
def house(store: SqlStore, tmp_path: Path, now: datetime) -> House:
    """A house whose bureau sends few automatic mails to one address."""
    office = mail_office()
    office = replace(office, bureau=replace(office.bureau, mail_policy=FEW))
    return House(store, open_mail_room(office, DirectoryBlobs(tmp_path / "blobs")), now)


def automatic_mails(house: House, to: str = LI) -> list[OutboxEntry]:
    with house.store.read() as uow:
        entries = uow.outbox.list(list(OutboxState), limit=200)
    return [entry for entry in reversed(entries) if entry.kind is OutboxKind.RECEIPT and entry.to.value == to]


def answer_everything(house: House, *, refers: bool) -> int:
    """An auto-responder at the other end, which writes no header of its kind; how many rounds until nothing came."""
    answered = 0
    for round_ in range(ROUNDS):
        mails = automatic_mails(house)
        if len(mails) == answered:
            return round_
        for number, receipt in enumerate(mails[answered:], start=answered):
            sent = parse(compose(receipt, letterhead(), now=house.now, read_blob=lambda _: b"").data)
            headers = {"In-Reply-To": sent.message_id or ""} if refers else {}
            text = f"Thank you for writing to us. Your number is {number}."
            house.bring(a_mail(text, subject=sent.subject, message_id=f"<a{number}@mail.example>", **headers))
        answered = len(mails)
        house.now += timedelta(minutes=1)
    return ROUNDS


@pytest.mark.parametrize("refers", [True, False], ids=["answering the receipt", "writing anew each time"])
def test_an_auto_responder_without_any_header_is_answered_only_so_often(house: House, refers: bool) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    assert answer_everything(house, refers=refers) < ROUNDS
    assert len(automatic_mails(house)) == FEW.automatic_answers
    held = house.entries(InboxState.HELD)
    assert len(held) == 1, "the letter beyond the budget is kept, and waits for a clerk"
    assert held[0].reading is not None
    assert held[0].reading.reasons[0] == "reason.answer_budget"
    assert held[0].facts["answered"] is False
    assert house.work() == []


def test_after_the_window_a_letter_is_answered_again(house: House) -> None:
    for number in range(FEW.automatic_answers + 1):
        house.bring(a_mail(message_id=f"<{number}@mail.example>"))
    house.now += timedelta(hours=FEW.automatic_hours, minutes=1)
    outcome = house.bring(a_mail(message_id="<later@mail.example>"))
    assert outcome.state is InboxState.HANDLED


def test_the_budget_of_one_address_leaves_others_theirs(house: House) -> None:
    for number in range(FEW.automatic_answers + 1):
        house.bring(a_mail(message_id=f"<{number}@mail.example>"))
    other = a_mail(sender="zhao@elsewhere.example", message_id="<z@elsewhere.example>")
    assert house.bring(other, mail_from="zhao@elsewhere.example").state is InboxState.HANDLED


def test_a_system_that_writes_of_one_case_from_ever_new_addresses_comes_to_rest_too(house: House) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    case = house.desk.cases[0]
    for number in range(9):
        sender = f"ticket{number}@robot.example"
        letter = a_mail(
            f"Re {case.reference}",
            sender=sender,
            message_id=f"<t{number}@robot.example>",
            **{"In-Reply-To": SEALS.message_id("reply-1", case.thread_id)},
        )
        outcome = house.bring(letter, mail_from=sender)
        assert outcome.state is InboxState.HELD
        assert outcome.reading is not None
        assert outcome.reading.guess == case.id
    answered = sum(len(automatic_mails(house, f"ticket{number}@robot.example")) for number in range(9))
    assert answered == FEW.automatic_answers
    # Whose case it is has lost nothing by it.
    own = a_mail(f"补充 {case.reference}", subject="补充", message_id="<own@mail.example>")
    assert house.bring(own).state is InboxState.HANDLED


def test_receipts_for_held_letters_come_out_of_the_same_budget(house: House) -> None:
    house.bring(a_mail("窗口态度不好", subject="投诉"))
    reference, stranger = house.reference(), "qian@elsewhere.example"
    for number in range(FEW.automatic_answers + 2):
        letter = a_mail(f"请问 {reference} 的进度", sender=stranger, message_id=f"<q{number}@elsewhere.example>")
        assert house.bring(letter, mail_from=stranger).state is InboxState.HELD
    assert len(automatic_mails(house, stranger)) == FEW.automatic_answers
    house.now += timedelta(hours=FEW.automatic_hours, minutes=1)
    letter = a_mail(f"请问 {reference} 的进度", sender=stranger, message_id="<later@elsewhere.example>")
    house.bring(letter, mail_from=stranger)
    assert len(automatic_mails(house, stranger)) == FEW.automatic_answers + 1


def test_each_letter_of_a_person_within_the_budget_is_answered(house: House, room: MailRoom) -> None:
    for number in range(room.office.bureau.mail_policy.automatic_answers):
        assert replace(house, room=room).bring(a_mail(message_id=f"<{number}@mail.example>")).state is (
            InboxState.HANDLED
        )
