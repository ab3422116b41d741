"""Letters that are issued: numbered without gaps, kept as they were sent, true to the step that they tell of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from casework.actions import applications, complaints, drafting, extending
from casework.actions.intake import open_case
from casework.actions.letter_dates import foresee_until
from casework.actions.lettering import (
    NumberTaken,
    Press,
    SetLetter,
    issue_letter,
    issue_with,
    record_posting,
    send_letter,
)
from casework.actions.office import Office
from casework.actions.stepping import Walker
from casework.case import Case
from casework.commands import OpenCase
from casework.errors import CaseworkConflict, CaseworkUnavailable, Refusal
from casework.events import EventName, broken_links
from casework.fees import ChargedBy
from casework.kinds import CaseKind
from casework.letter import Letter, LetterKind
from casework.letters import Letterhead, LetterText, compose_letter, letter_words
from casework.outbox import OutboxKind, OutboxState
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.rights import RightMissing
from casework.staff import Role, Staff
from casework.store import SqlStore, open_store
from tests.casework import a_case_with_letters as letters
from tests.casework.a_bureau import CITIZEN, a_letter, an_office
from tests.casework.a_case_with_letters import a_press, a_reachable_bureau

PAPER = Address(ChannelName.LETTER, "paper:1")
Step = Callable[[Case, SetLetter, Walker], object]


@dataclass
class Room:
    """A case, the people who work on it, and the press."""

    store: SqlStore
    press: Press
    office: Office
    people: dict[Role, Staff]
    case: Case
    now: datetime

    def compose(self, kind: LetterKind, *, ending: str = "", **changed: object) -> LetterText:
        with self.store.read() as uow:
            case = uow.cases.get(self.case.id)
        return compose_letter(
            kind,
            case,
            {**letters.GIVEN[kind], **changed},
            wording=letter_words(),
            bureau=self.office.bureau,
            party_name="王小明",
            language="zh",
            today=self.office.bureau.calendar.local_date(self.now),
            ending=ending,
        )

    def issue(self, role: Role, text: LetterText, step: Step | None = None) -> Letter:
        """Take a step and issue its letter in one unit of work, as the console does."""

        def work(uow: UnitOfWork, letter: SetLetter) -> Letter:
            walker = Walker(uow, self.office, self.people[role], self.now)
            if step is not None:
                step(uow.cases.get(self.case.id), letter, walker)
            return issue_letter(uow.cases.get(self.case.id), letter, walker)

        return issue_with(self.store, self.press, self.case, text, work)

    def do(self, role: Role, act: Callable[[Case, Walker], object]) -> None:
        def work(uow: UnitOfWork) -> object:
            return act(uow.cases.get(self.case.id), Walker(uow, self.office, self.people[role], self.now))

        self.store.write(work)

    def letters(self) -> list[Letter]:
        with self.store.read() as uow:
            return list(uow.letters.of_case(self.case.id))


def a_room(store: SqlStore, now: datetime, folder: Path, kind: CaseKind, address: Address = CITIZEN) -> Room:
    office = replace(an_office(), bureau=a_reachable_bureau())

    def work(uow: UnitOfWork) -> tuple[dict[Role, Staff], Case]:
        people = {
            role: uow.accounts.add_staff(
                role.value, display_name=role.value, unit="bureau", role=role, language="zh", mail="", password_hash="x"
            )
            for role in Role
        }
        if address.channel is ChannelName.WEB_CHAT:
            _, thread, message = a_letter(uow, now=now, address=address)
        else:
            thread, message = letters.a_paper_thread(uow, address, now=now)
        command = OpenCase(kind, "监控设备采购合同", {"facts": "情况"}, unit="bureau")
        return people, open_case(command, uow, office=office, thread=thread, message=message, now=now).case

    people, case = store.write(work)
    return Room(store, a_press(folder), office, people, case, now)


@pytest.fixture
def application(store: SqlStore, now: datetime, tmp_path: Path) -> Room:
    return a_room(store, now, tmp_path / "blobs", CaseKind.DISCLOSURE_APPLICATION)


@pytest.fixture
def complaint(store: SqlStore, now: datetime, tmp_path: Path) -> Room:
    return a_room(store, now, tmp_path / "blobs", CaseKind.COMPLAINT)


def as_text(text: LetterText, head: Letterhead) -> bytes:
    """A quick way of setting, for what is about numbers alone."""
    return f"{head.bureau}\n{text.plain()}".encode()


def ask_supplement(case: Case, letter: SetLetter, walker: Walker) -> object:
    return applications.ask_supplement(case, letter.text.plain(), 10, walker, attachments=(letter.pdf,))


def test_a_notice_to_supplement_goes_out_with_its_pdf_and_is_kept_as_it_went(application: Room) -> None:
    letter = application.issue(Role.HANDLER, application.compose(LetterKind.SUPPLEMENT), ask_supplement)
    assert letter.number == "ZMD-补正告知〔2026〕1号"
    with application.store.read() as uow:
        (entry,) = [one for one in uow.outbox.list([OutboxState.DUE], limit=9) if one.kind is OutboxKind.STAFF]
        events = uow.cases.events(application.case.id)
        assert list(uow.letters.to_post(limit=9)) == []
    assert [file.name for file in entry.reply.attachments] == ["ZMD-补正告知〔2026〕1号.pdf"]
    assert entry.reply.attachments[0].content_type == "application/pdf"
    assert letter.number in entry.reply.text
    assert letter.message_id == entry.message_id
    for digest in (letter.pdf_sha256, letter.docx_sha256):
        assert hashlib.sha256(application.press.blobs.get(digest)).hexdigest() == digest
    issued = next(event for event in events if event.name is EventName.LETTER_ISSUED)
    assert issued.facts["number"] == letter.number
    assert issued.facts["pdf_sha256"] == letter.pdf_sha256
    assert "王小明" not in str(issued.facts)
    assert issued.text is None
    assert letter.facts == {"working_days": 10}
    assert broken_links(events) == ()


def test_the_date_that_the_letter_names_is_the_one_that_the_clock_reckons(application: Room) -> None:
    text = application.compose(LetterKind.SUPPLEMENT)
    application.issue(Role.HANDLER, text, ask_supplement)
    with application.store.read() as uow:
        due = next(one.due_on for one in uow.deadlines.of_case(application.case.id) if one.name == "supplement")
    assert due is not None
    assert f"不迟于{due.year}年{due.month}月{due.day}日" in text.body


def foreseen(room: Room, kind: LetterKind, **given: object) -> date | None:
    with room.store.read() as uow:
        case, events = uow.cases.get(room.case.id), uow.cases.events(room.case.id)
    bureau = room.office.bureau
    today = bureau.calendar.local_date(room.now)
    return foresee_until(kind, case, events, given, bureau=bureau, today=today)


def owed(room: Room) -> date | None:
    with room.store.read() as uow:
        return uow.cases.get(room.case.id).due_on


def extended(room: Room, days: int) -> tuple[date | None, date | None, date | None]:
    """What was owed, what the letter would say, and what is owed when the extension was granted."""
    before = owed(room)
    room.do(Role.HANDLER, partial(_propose, days))
    until = foreseen(room, LetterKind.EXTENSION, days=days)
    room.do(Role.LEADER, lambda case, walker: extending.grant_extension(case, "延期", walker))
    return before, until, owed(room)


def test_a_letter_of_acceptance_or_extension_names_the_day_that_the_clock_reckons(complaint: Room) -> None:
    until = foreseen(complaint, LetterKind.ACCEPTANCE)
    complaint.do(Role.HANDLER, lambda case, walker: complaints.accept(case, "受理", walker))
    assert until == owed(complaint)
    before, until, after = extended(complaint, 20)
    assert before is not None
    assert until == after == before + timedelta(days=20)


def test_the_extension_of_an_application_names_the_day_that_the_clock_reckons(application: Room) -> None:
    before, until, after = extended(application, 12)
    # 2026-12-22 is working day 1; with New Year's Day off, 2027-01-07 is working day 12.
    assert (before, until, after) == (date(2026, 12, 21), date(2027, 1, 7), date(2027, 1, 7))
    assert foreseen(application, LetterKind.EXTENSION) is None
    assert foreseen(application, LetterKind.WITHDRAWN) is None


def _propose(days: int, case: Case, walker: Walker) -> Case:
    return extending.propose_extension(case, days, "情况复杂", walker)


def test_the_day_to_supplement_by_is_foreseen_too(application: Room) -> None:
    until = foreseen(application, LetterKind.SUPPLEMENT, working_days=10)
    application.issue(Role.HANDLER, application.compose(LetterKind.SUPPLEMENT), ask_supplement)
    with application.store.read() as uow:
        kept = {one.name: one.due_on for one in uow.deadlines.of_case(application.case.id)}
    assert until == kept["supplement"]


def test_a_letter_to_a_third_party_is_printed_and_waits_to_be_posted(application: Room) -> None:
    def step(case: Case, letter: SetLetter, walker: Walker) -> object:
        return applications.ask_third_party(case, applications.Asked("示例科技有限公司"), walker)

    letter = application.issue(Role.HANDLER, application.compose(LetterKind.THIRD_PARTY), step)
    assert letter.message_id is None
    with application.store.read() as uow:
        assert [one.id for one in uow.letters.to_post(limit=9)] == [letter.id]
    application.do(Role.INTAKE, lambda _, walker: record_posting(letter, date(2026, 11, 23), "挂号信 XA123", walker))
    with application.store.read() as uow:
        assert list(uow.letters.to_post(limit=9)) == []
        posted = uow.cases.events(application.case.id)[-1]
        kept = uow.letters.get(letter.id)
    assert (posted.name, posted.facts["number"], posted.text) == (
        EventName.LETTER_POSTED,
        letter.number,
        "挂号信 XA123",
    )
    assert (kept.delivered_on, kept.delivered_how) == (date(2026, 11, 23), "挂号信 XA123")
    with pytest.raises(CaseworkConflict, match="already"):
        application.do(Role.INTAKE, lambda _, walker: record_posting(letter, None, "再寄", walker))


def test_a_letter_is_not_posted_before_it_was_issued_nor_tomorrow(application: Room) -> None:
    letter = application.issue(Role.HANDLER, application.compose(LetterKind.SUPPLEMENT), ask_supplement)
    application.now += timedelta(days=1)
    for day in (date(2026, 11, 22), date(2026, 11, 25)):
        with pytest.raises(Refusal):
            application.do(Role.INTAKE, partial(_post, letter, day))
    application.do(Role.INTAKE, lambda _, walker: record_posting(letter, None, "当面交付", walker))


def _post(letter: Letter, day: date, _: Case, walker: Walker) -> Letter:
    return record_posting(letter, day, "寄", walker)


def test_what_answers_paper_is_printed(store: SqlStore, now: datetime, tmp_path: Path) -> None:
    room = a_room(store, now, tmp_path, CaseKind.DISCLOSURE_APPLICATION, PAPER)
    letter = room.issue(Role.HANDLER, room.compose(LetterKind.SUPPLEMENT), ask_supplement)
    assert letter.message_id is None
    with store.read() as uow:
        assert [one.number for one in uow.letters.to_post(limit=9)] == [letter.number]
        assert [one for one in uow.outbox.list([OutboxState.DUE], limit=9) if one.kind is OutboxKind.STAFF] == []


def test_a_receipt_is_sent_without_a_step(complaint: Room) -> None:
    def work(uow: UnitOfWork, letter: SetLetter) -> Letter:
        walker = Walker(uow, complaint.office, complaint.people[Role.INTAKE], complaint.now)
        case = uow.cases.get(complaint.case.id)
        return issue_letter(send_letter(case, letter.text.plain(), walker, attachments=(letter.pdf,)), letter, walker)

    letter = issue_with(complaint.store, complaint.press, complaint.case, complaint.compose(LetterKind.RECEIPT), work)
    assert letter.message_id is not None


def test_a_letter_before_its_step_is_refused_and_takes_no_number(application: Room) -> None:
    for kind in (LetterKind.SUPPLEMENT, LetterKind.EXTENSION, LetterKind.FEE, LetterKind.WITHDRAWN):
        with pytest.raises(Refusal, match="take the step first"):
            application.issue(Role.HANDLER, application.compose(kind))
    assert application.letters() == []
    letter = application.issue(Role.HANDLER, application.compose(LetterKind.SUPPLEMENT), ask_supplement)
    assert letter.number.endswith("〕1号")


def test_a_letter_with_a_blank_is_refused(application: Room) -> None:
    text = application.compose(LetterKind.SUPPLEMENT).reworded("请补正：＿＿＿＿")
    with pytest.raises(Refusal, match="blank"):
        application.issue(Role.HANDLER, text, ask_supplement)


def test_a_letter_without_the_right_is_refused(application: Room) -> None:
    with pytest.raises(RightMissing):
        application.issue(Role.INSPECTOR, application.compose(LetterKind.RECEIPT))


def reviewed(room: Room, ending: str, words: str) -> None:
    room.do(Role.HANDLER, lambda case, walker: drafting.draft_reply(case, ending, words, walker))
    room.do(Role.REVIEWER, drafting.review_draft)
    if room.case.kind is CaseKind.DISCLOSURE_APPLICATION:
        room.do(Role.DISCLOSURE_OFFICER, drafting.clear_draft)


def approve(case: Case, letter: SetLetter, walker: Walker) -> object:
    return drafting.approve(case, walker, attachments=(letter.pdf,))


def test_a_decision_goes_out_in_the_words_that_were_reviewed(application: Room) -> None:
    text = application.compose(LetterKind.DECISION, ending="disclosed")
    reviewed(application, "disclosed", text.words)
    with pytest.raises(Refusal, match="word for word"):
        application.issue(Role.LEADER, text.reworded("另一番话"), approve)
    other = application.compose(LetterKind.DECISION, ending="other").reworded(text.words)
    with pytest.raises(Refusal, match="word for word"):
        application.issue(Role.LEADER, other, approve)
    letter = application.issue(Role.LEADER, text.reworded(text.words), approve)
    assert letter.number == "ZMD-公开答复〔2026〕1号"
    assert letter.message_id is not None
    assert letter.facts == {"ending": "disclosed"}


def test_an_opinion_goes_out_in_the_words_that_were_reviewed(complaint: Room) -> None:
    text = complaint.compose(LetterKind.OPINION, ending="upheld")
    reviewed(complaint, "upheld", text.words)
    assert complaint.issue(Role.LEADER, text, approve).title == "信访事项处理意见书"


def test_a_review_letter_says_what_was_decided(complaint: Room) -> None:
    opinion = complaint.compose(LetterKind.OPINION, ending="not_upheld")
    reviewed(complaint, "not_upheld", opinion.words)
    complaint.issue(Role.LEADER, opinion, approve)
    complaint.do(Role.INTAKE, lambda case, walker: complaints.ask_review(case, "不服", walker, by_citizen=True))

    def decide(case: Case, letter: SetLetter, walker: Walker) -> object:
        return complaints.record_review(case, True, letter.text.plain(), walker, attachments=(letter.pdf,))

    with pytest.raises(Refusal, match="what was decided"):
        complaint.issue(Role.LEADER, complaint.compose(LetterKind.REVIEW, ending="first_changed"), decide)
    letter = complaint.issue(Role.LEADER, complaint.compose(LetterKind.REVIEW, ending="first_upheld"), decide)
    assert letter.title == "信访事项复查意见书"
    assert letter.message_id is not None


def test_acceptance_extension_and_refusal_take_the_letter_with_them(complaint: Room) -> None:
    def accept(case: Case, letter: SetLetter, walker: Walker) -> object:
        return complaints.accept(case, letter.text.plain(), walker, attachments=(letter.pdf,))

    def grant(case: Case, letter: SetLetter, walker: Walker) -> object:
        return extending.grant_extension(case, letter.text.plain(), walker, attachments=(letter.pdf,))

    accepted = complaint.issue(Role.HANDLER, complaint.compose(LetterKind.ACCEPTANCE), accept)
    complaint.do(Role.HANDLER, lambda case, walker: extending.propose_extension(case, 10, "案情复杂", walker))
    extended = complaint.issue(Role.LEADER, complaint.compose(LetterKind.EXTENSION), grant)
    assert accepted.message_id != extended.message_id
    assert None not in (accepted.message_id, extended.message_id)


def test_a_fee_is_asked_with_its_letter(application: Room) -> None:
    def ask(case: Case, letter: SetLetter, walker: Walker) -> object:
        words = letter.text.plain()
        return applications.ask_fee(case, words, ChargedBy.PIECE, 13, walker, attachments=(letter.pdf,))

    with pytest.raises(Refusal, match="the letter says 30050, the step 30000"):
        application.issue(Role.HANDLER, application.compose(LetterKind.FEE), ask)
    letter = application.issue(Role.HANDLER, application.compose(LetterKind.FEE, amount=30_000), ask)
    assert letter.message_id is not None
    assert letter.facts == {"amount": 30_000, "until": "2026-12-10"}


def test_what_is_not_accepted_is_refused_with_its_letter(complaint: Room) -> None:
    def refuse(case: Case, letter: SetLetter, walker: Walker) -> object:
        words = letter.text.plain()
        return complaints.refuse_acceptance(case, words, walker, reason="不属于本机关", attachments=(letter.pdf,))

    text = complaint.compose(LetterKind.NON_ACCEPTANCE)
    assert complaint.issue(Role.HANDLER, text, refuse).message_id is not None


def test_two_writers_give_every_number_once_and_leave_no_gap(application: Room, store_url: str) -> None:
    application.press = replace(application.press, pdf=as_text, docx=as_text)
    text = application.compose(LetterKind.RECEIPT)
    # Each with a store of its own, as two processes have.
    other = replace(application, store=open_store(store_url))
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(room.issue, Role.INTAKE, text) for room in (application, other) * 6]
        found = [one.result() for one in tries]
    other.store.close()
    assert sorted(letter.number for letter in found) == sorted(f"ZMD-收件〔2026〕{place}号" for place in range(1, 13))
    # Each letter says the number under which it is kept.
    assert all(letter.number in letter.body for letter in found)
    assert len({letter.pdf_sha256 for letter in found}) == 12


def test_a_number_that_another_took_meanwhile_is_never_given_twice(application: Room) -> None:
    text = application.compose(LetterKind.RECEIPT)
    stale = application.press.set_letter(text, application.case, place=1)
    application.issue(Role.INTAKE, text)
    with pytest.raises(NumberTaken):
        application.do(Role.INTAKE, lambda case, walker: issue_letter(case, stale, walker))
    assert application.issue(Role.INTAKE, text).number == "ZMD-收件〔2026〕2号"


def test_a_step_that_fails_leaves_no_gap(application: Room) -> None:
    def fail(case: Case, letter: SetLetter, walker: Walker) -> object:
        issue_letter(case, letter, walker)
        raise CaseworkUnavailable("the power went")

    text = application.compose(LetterKind.RECEIPT)
    with pytest.raises(CaseworkUnavailable):
        application.issue(Role.INTAKE, text, fail)
    assert application.issue(Role.INTAKE, text).number == "ZMD-收件〔2026〕1号"


def test_each_series_and_each_year_counts_from_one(application: Room) -> None:
    receipts = [application.issue(Role.INTAKE, application.compose(LetterKind.RECEIPT)) for _ in range(2)]
    repeated = application.issue(Role.INTAKE, application.compose(LetterKind.NOT_PROCESSED_AGAIN))
    application.now = application.now.replace(year=2027, month=1, day=4)
    later = application.issue(Role.INTAKE, application.compose(LetterKind.RECEIPT))
    assert [one.number for one in (*receipts, repeated, later)] == [
        "ZMD-收件〔2026〕1号",
        "ZMD-收件〔2026〕2号",
        "ZMD-不予重复处理〔2026〕1号",
        "ZMD-收件〔2027〕1号",
    ]
