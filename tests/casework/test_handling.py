"""Applications and complaints on their way by the law: steps, second persons, deadlines that move, endings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from casework.actions import applications, assignment, complaints, drafting, extending, finishing, relating
from casework.actions.intake import Arrival, open_case
from casework.actions.office import Office
from casework.actions.stepping import Walker
from casework.case import Case, CaseStatus
from casework.commands import OpenCase
from casework.disposition import Disposition
from casework.errors import Refusal
from casework.events import EventName, broken_links
from casework.kinds import CaseKind, PetitionClass
from casework.link import Relation
from casework.party import Address, ChannelName
from casework.reply_kinds import ApplicantKind, ReplyKind
from casework.rights import RightMissing
from casework.staff import Role, Staff
from casework.standing import standing_of
from casework.steps import SecondPersonWanted, Step, StepClosed, open_steps
from casework.store import SqlStore
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_bureau, a_letter, an_office, open_case_of

Act = Callable[[Case, Walker], Case]


@dataclass
class House:
    """A case, and the people of the bureau who work on it, day after day."""

    store: SqlStore
    office: Office
    people: dict[Role, Staff]
    case: Case
    now: datetime

    def do(self, role: Role, act: Act, *, on: date | None = None) -> Case:
        """Let somebody act, on another day if one is named."""
        if on is not None:
            self.now = datetime.combine(on, self.now.timetz())

        def work(uow: SqlUnitOfWork) -> Case:
            return act(uow.cases.get(self.case.id), Walker(uow, self.office, self.people[role], self.now))

        self.case = self.store.write(work)
        return self.case

    @property
    def due(self) -> date | None:
        """What the bureau owes next."""
        return self.case.due_on

    def deadlines(self) -> dict[str, tuple[str, date | None]]:
        """State and date of each deadline, as they are kept."""
        with self.store.read() as uow:
            return {one.name: (one.state, one.due_on) for one in uow.deadlines.of_case(self.case.id)}

    def open_for(self, role: Role) -> set[Step]:
        """The steps that somebody may take now."""
        with self.store.read() as uow:
            standing = standing_of(uow.cases.events(self.case.id))
            return set(open_steps(uow.cases.get(self.case.id), standing, self.people[role], self.office.bureau))


def a_house(store: SqlStore, now: datetime, kind: CaseKind, unit: str = "bureau") -> House:
    office = an_office(a_bureau())

    def work(uow: SqlUnitOfWork) -> tuple[dict[Role, Staff], Case]:
        people = {
            role: uow.accounts.add_staff(
                role.value,
                display_name=role.value,
                unit="north-station" if role is Role.HANDLER and unit != "bureau" else "bureau",
                role=role,
                language="zh",
                mail="",
                password_hash="x",
            )
            for role in Role
        }
        _, thread, message = a_letter(uow, now=now)
        return people, open_case_of(kind, uow, thread, message, unit=unit, now=now, office=office)

    people, case = store.write(work)
    return House(store, office, people, case, now)


@pytest.fixture
def application(store: SqlStore, now: datetime) -> House:
    """Received on Monday 2026-11-23."""
    return a_house(store, now, CaseKind.DISCLOSURE_APPLICATION)


@pytest.fixture
def complaint(store: SqlStore, now: datetime) -> House:
    return a_house(store, now, CaseKind.COMPLAINT)


def test_an_application_is_due_in_twenty_working_days_of_its_receipt(application: House) -> None:
    # 2026-11-24 is working day 1; there is no holiday before 2026-12-21, working day 20.
    assert application.due == date(2026, 12, 21)
    assert application.case.regime == "cn-ogi-2019"
    assert application.case.received_on == date(2026, 11, 23)


def test_a_supplement_begins_the_time_anew_and_silence_ends_it(application: House) -> None:
    asked = date(2026, 11, 25)
    application.do(Role.HANDLER, lambda c, w: applications.ask_supplement(c, "请说明所需信息的年份", 10, w), on=asked)
    assert application.case.status is CaseStatus.NEW or application.case.status is CaseStatus.WAITING
    # Working day 10 after 11-25 is 12-09.
    assert application.deadlines()["supplement"] == ("running", date(2026, 12, 9))
    with pytest.raises(StepClosed, match="it is supplement_asked"):
        application.do(Role.HANDLER, lambda c, w: applications.ask_supplement(c, "再补", 5, w))
    application.do(Role.HANDLER, applications.record_supplement, on=date(2026, 12, 2))
    # Anew from 12-02: working day 20 is 12-30.
    assert application.due == date(2026, 12, 30)


def test_the_time_in_which_a_third_party_is_asked_does_not_count(application: House) -> None:
    application.do(
        Role.HANDLER,
        lambda c, w: applications.ask_third_party(c, applications.Asked("示例公司"), w),
        on=date(2026, 11, 30),
    )
    assert application.deadlines()["reply"][0] == "paused"
    assert application.due is None
    application.do(
        Role.HANDLER,
        lambda c, w: applications.record_third_party(c, True, "", w),
        on=date(2026, 12, 4),
    )
    # 12-01 to 12-04 are four working days: 12-21 moves to 12-25.
    assert application.due == date(2026, 12, 25)


def test_more_time_wants_the_consent_of_the_head_and_never_more_than_the_law_allows(application: House) -> None:
    with pytest.raises(Refusal, match="the law allows 1 to 20"):
        application.do(Role.HANDLER, lambda c, w: extending.propose_extension(c, 21, "涉及面广", w))
    application.do(Role.HANDLER, lambda c, w: extending.propose_extension(c, 20, "涉及面广", w))
    assert application.due == date(2026, 12, 21)
    with pytest.raises(RightMissing, match="grant_extension"):
        application.do(Role.HANDLER, lambda c, w: extending.grant_extension(c, "延期告知", w))
    application.do(Role.DISCLOSURE_OFFICER, lambda c, w: extending.grant_extension(c, "您的申请延期答复", w))
    # Twenty working days after 12-21; 2027-01-01 is a holiday, and the notice for 2027 is not out yet.
    assert application.due is not None
    assert application.due > date(2027, 1, 15)


def test_a_proposal_is_not_consented_to_by_whoever_made_it(application: House) -> None:
    application.do(Role.DISCLOSURE_OFFICER, lambda c, w: extending.propose_extension(c, 5, "核对", w))
    with pytest.raises(SecondPersonWanted):
        application.do(Role.DISCLOSURE_OFFICER, lambda c, w: extending.grant_extension(c, "延期告知", w))


def test_a_reply_passes_three_levels_and_only_then_ends_the_case(application: House) -> None:
    application.do(
        Role.HANDLER, lambda c, w: drafting.draft_reply(c, ReplyKind.PARTLY_DISCLOSED.value, "部分公开如下", w)
    )
    with pytest.raises(RightMissing):
        application.do(Role.HANDLER, drafting.review_draft)
    with pytest.raises(StepClosed, match="it is not reviewed"):
        application.do(Role.DISCLOSURE_OFFICER, drafting.clear_draft)
    application.do(Role.REVIEWER, drafting.review_draft)
    application.do(Role.DISCLOSURE_OFFICER, drafting.clear_draft)
    assert application.case.status is not CaseStatus.CLOSED
    application.do(Role.LEADER, drafting.approve, on=date(2026, 12, 18))
    case = application.case
    assert (case.status, case.disposition) == (CaseStatus.CLOSED, Disposition.PARTLY_DISCLOSED)
    assert case.reply_kind is ReplyKind.PARTLY_DISCLOSED
    assert application.deadlines()["reply"] == ("met", date(2026, 12, 21))
    with application.store.read() as uow:
        said = [message.text for message in uow.threads.messages_of_case(case.id)]
        assert "部分公开如下" in said
        assert broken_links(uow.cases.events(case.id)) == ()


def test_nobody_lets_their_own_draft_pass(application: House) -> None:
    application.do(Role.REVIEWER, lambda c, w: drafting.draft_reply(c, ReplyKind.NOT_HELD.value, "不掌握", w))
    with pytest.raises(SecondPersonWanted):
        application.do(Role.REVIEWER, drafting.review_draft)
    application.do(Role.LEADER, drafting.review_draft)
    application.do(Role.DISCLOSURE_OFFICER, drafting.clear_draft)
    with pytest.raises(SecondPersonWanted):
        application.do(Role.LEADER, drafting.approve)


def test_a_returned_draft_begins_anew(application: House) -> None:
    application.do(Role.HANDLER, lambda c, w: drafting.draft_reply(c, ReplyKind.DISCLOSED.value, "甲", w))
    application.do(Role.REVIEWER, lambda c, w: drafting.return_draft(c, "请写明依据", w))
    with pytest.raises(StepClosed):
        application.do(Role.LEADER, drafting.approve)
    application.do(Role.HANDLER, lambda c, w: drafting.draft_reply(c, ReplyKind.DISCLOSED.value, "乙", w))
    assert Step.REVIEW in application.open_for(Role.REVIEWER)


def test_what_kind_of_person_applies_is_recorded_for_the_report(application: House) -> None:
    application.do(Role.INTAKE, lambda c, w: applications.set_applicant(c, ApplicantKind.RESEARCH_BODY, w))
    assert application.case.applicant is ApplicantKind.RESEARCH_BODY


def test_a_day_that_lies_ahead_or_before_the_receipt_is_refused(application: House) -> None:
    application.do(Role.HANDLER, lambda c, w: applications.ask_supplement(c, "补正", 5, w))
    for day in (date(2026, 11, 24), date(2026, 11, 20)):
        with pytest.raises(Refusal):
            application.do(Role.HANDLER, lambda c, w, day=day: applications.record_supplement(c, w, on=day))  # type: ignore[misc]


def test_a_complaint_is_accepted_concluded_reviewed_and_reviewed_again(complaint: House) -> None:
    assert complaint.due == date(2026, 12, 8)
    complaint.do(Role.HANDLER, lambda c, w: complaints.accept(c, "您反映的事项已受理", w), on=date(2026, 11, 25))
    # 60 days after 11-25 is Sunday 2027-01-24, which moves to Monday.
    assert complaint.due == date(2027, 1, 25)
    complaint.do(Role.HANDLER, lambda c, w: drafting.draft_reply(c, Disposition.NOT_UPHELD.value, "处理意见", w))
    complaint.do(Role.REVIEWER, drafting.review_draft)
    complaint.do(Role.LEADER, drafting.approve, on=date(2026, 12, 10))
    assert complaint.case.disposition is Disposition.NOT_UPHELD
    for number, upheld in enumerate((False, True), 1):
        complaint.do(Role.INTAKE, lambda c, w: complaints.ask_review(c, "不服", w, by_citizen=True))
        complaint.do(Role.LEADER, lambda c, w, kept=upheld: complaints.record_review(c, kept, "复查意见", w))  # type: ignore[misc]
        name = "review" if number == 1 else "re_review"
        assert complaint.deadlines()[name][0] == "met"
    with pytest.raises(Refusal, match="review and re-review are over"):
        complaint.do(Role.INTAKE, lambda c, w: complaints.ask_review(c, "还是不服", w, by_citizen=True))


def test_what_is_not_ours_is_told_where_to_go_and_ends(complaint: House) -> None:
    complaint.do(Role.HANDLER, lambda c, w: complaints.refuse_acceptance(c, "请向法院提出", w, reason="涉法涉诉"))
    assert complaint.case.disposition is Disposition.REFERRED
    assert complaint.deadlines()["acceptance"][0] == "met"


def test_a_unit_gives_back_what_is_not_of_its_remit(complaint: House) -> None:
    def hand_down(case: Case, walker: Walker) -> Case:
        return assignment.transfer(
            case, "north-station", "属你所", walker.uow, office=walker.office, by=walker.staff, now=walker.now
        )

    complaint.do(Role.INTAKE, hand_down)
    assert complaint.case.unit == "north-station"
    complaint.do(Role.INTAKE, lambda c, w: complaints.object_to_transfer(c, "不属我所辖区", w))
    assert complaint.case.unit == "bureau"


def test_an_accused_unit_must_not_have_the_case_when_it_is_named(store: SqlStore, now: datetime) -> None:
    house = a_house(store, now, CaseKind.COMPLAINT, unit="north-station")
    with pytest.raises(Refusal, match="the unit accused has the case"):
        house.do(
            Role.INTAKE,
            lambda c, w: complaints.classify(c, PetitionClass.ACCUSATION, w, accused_unit="north-station"),
        )


def test_a_poor_rating_opens_a_case_again(complaint: House) -> None:
    complaint.do(Role.HANDLER, lambda c, w: drafting.draft_reply(c, Disposition.ANSWERED.value, "已处理", w))
    complaint.do(Role.REVIEWER, drafting.review_draft)
    complaint.do(Role.LEADER, drafting.approve)
    rated = complaint.store.write(
        lambda uow: finishing.rate(
            uow.cases.get(complaint.case.id), 1, "没有解决", uow, office=complaint.office, now=complaint.now
        )
    )
    assert (rated.status, rated.rating) == (CaseStatus.NEW, 1)
    assert rated.due_on is not None


def test_merging_ends_one_case_of_the_same_writer_and_both_ledgers_tell_it(store: SqlStore, now: datetime) -> None:
    house = a_house(store, now, CaseKind.COMPLAINT)

    def again(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now, text="还是那件事")
        return open_case_of(CaseKind.COMPLAINT, uow, thread, message, unit="bureau", now=now, office=house.office)

    other = store.write(again)
    house.do(Role.INTAKE, lambda c, w: relating.merge(c, w.uow.cases.get(other.id), w))
    assert house.case.disposition is Disposition.DUPLICATE
    assert house.case.merged_into == other.id
    with store.read() as uow:
        assert EventName.LINKED in [event.name for event in uow.cases.events(other.id)]
        (link,) = uow.links.of_case(other.id)
        assert link.relation is Relation.MERGED


def test_a_case_of_another_writer_is_linked_and_never_merged(store: SqlStore, now: datetime) -> None:
    house = a_house(store, now, CaseKind.COMPLAINT)

    def by_another(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now, address=Address(ChannelName.WEB_CHAT, "another"))
        return open_case_of(CaseKind.COMPLAINT, uow, thread, message, unit="bureau", now=now, office=house.office)

    other = store.write(by_another)
    with pytest.raises(Refusal, match="different writers"):
        house.do(Role.INTAKE, lambda c, w: relating.merge(c, w.uow.cases.get(other.id), w))
    house.do(Role.INTAKE, lambda c, w: relating.link(c, w.uow.cases.get(other.id), Relation.SAME_MATTER, w))
    assert house.case.status is CaseStatus.NEW


def test_a_case_that_came_during_an_outage_counts_from_the_day_it_came(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now)
        command = OpenCase(CaseKind.DISCLOSURE_APPLICATION, "统计信息", {"description": "统计信息"}, unit="bureau")
        came = Arrival(now - timedelta(days=5))
        return open_case(command, uow, office=an_office(), thread=thread, message=message, now=now, arrival=came).case

    case = store.write(work)
    assert case.received_on == date(2026, 11, 18)
    assert case.due_on == date(2026, 12, 16)
