"""Who may do what: the table, the refusals, and that a queue shows exactly what may be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from casework.bureau import Bureau, Unit, Words
from casework.case import Case
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import StaffId
from casework.ports import QueueFilter
from casework.rights import (
    Reach,
    Right,
    RightMissing,
    has,
    may,
    may_know_writer,
    reach_of,
    require,
    roles_with,
    sight_of,
)
from casework.staff import Role, Staff
from casework.store import SqlStore
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_bureau, a_complaint, a_letter, an_office, open_case_of


def a_wider_bureau() -> Bureau:
    south = Unit("south-station", Words("城南派出所", "South Station"), "police_station", parent="bureau")
    desk = Unit("south-desk", Words("城南户籍室", "South Desk"), "window", parent="south-station")
    return replace(a_bureau(), units=(*a_bureau().units, south, desk))


BUREAU = a_wider_bureau()
UNITS = [unit.slug for unit in BUREAU.units]


def staff_of(role: Role, unit: str, number: int = 7) -> Staff:
    return Staff(StaffId(number), "n", "N", unit, role)


def test_every_role_has_its_rights_and_the_law_names_who_consents() -> None:
    assert set(roles_with(Right.APPROVE)) == {Role.LEADER}
    assert set(roles_with(Right.CLEAR)) == {Role.DISCLOSURE_OFFICER}
    # Regulations on Open Government Information (2019), art. 33: the head of the disclosure office.
    assert reach_of(Role.DISCLOSURE_OFFICER, Right.GRANT_EXTENSION, CaseKind.DISCLOSURE_APPLICATION) is Reach.ALL
    assert reach_of(Role.DISCLOSURE_OFFICER, Right.GRANT_EXTENSION, CaseKind.COMPLAINT) is Reach.NONE
    assert Role.ADMINISTRATOR not in roles_with(Right.APPROVE)


@pytest.mark.parametrize("role", Role)
def test_a_right_over_the_own_unit_reaches_those_below_and_no_others(role: Role) -> None:
    someone = staff_of(role, "south-station")
    for right in Right:
        if reach_of(role, right) is Reach.OWN:
            assert has(someone, right, "south-desk", BUREAU)
            assert not has(someone, right, "north-station", BUREAU)
            assert not has(someone, right, "bureau", BUREAU)


def test_a_refusal_says_which_right_is_missing_where_and_who_has_it(store: SqlStore, now: datetime) -> None:
    case = store.write(lambda uow: a_complaint(uow, now=now)).case
    with pytest.raises(RightMissing, match=r"the right to approve in unit .* it belongs to leader"):
        require(staff_of(Role.INTAKE, "bureau"), Right.APPROVE, case, BUREAU)


def accusing(case: Case, unit: str | None, person: int | None = None) -> Case:
    return replace(case, accused_unit=unit, accused_staff=StaffId(person) if person else None)


@pytest.mark.parametrize("role", Role)
def test_whoever_is_accused_sees_neither_the_case_nor_its_writer(role: Role, store: SqlStore, now: datetime) -> None:
    case = accusing(store.write(lambda uow: a_complaint(uow, now=now)).case, "south-station")
    inside = staff_of(role, "south-desk")
    assert not any(may(inside, right, case, BUREAU) for right in Right)
    assert not may_know_writer(inside, case, BUREAU)
    person = accusing(case, None, 7)
    assert not any(may(staff_of(role, "bureau"), right, person, BUREAU) for right in Right)


def test_what_accuses_the_bureau_is_seen_by_inspectors_and_the_intake(store: SqlStore, now: datetime) -> None:
    case = accusing(store.write(lambda uow: a_complaint(uow, now=now)).case, "bureau")
    seen = {role for role in Role if may(staff_of(role, "bureau"), Right.SEE, case, BUREAU)}
    assert seen == {Role.INSPECTOR, Role.INTAKE}


def test_a_queue_shows_exactly_what_may_be_seen(store: SqlStore, now: datetime) -> None:
    """Every role, in every unit, over cases of each kind, unit and accused."""

    def fill(uow: SqlUnitOfWork) -> list[Case]:
        party, thread, message = a_letter(uow, now=now)
        assert party.id == thread.party_id
        made = []
        for kind in CaseKind:
            for unit in UNITS:
                for accused, person in ((None, None), ("south-station", None), ("bureau", None), (None, 7)):
                    case = open_case_of(kind, uow, thread, message, unit=unit, now=now, office=an_office(BUREAU))
                    changes = {"accused_unit": accused, "accused_staff": person}
                    made.append(
                        uow.cases.append(case.id, EventName.CLASSIFIED, at=now, actor="system", changes=changes)
                    )
        return made

    cases = store.write(fill)
    with store.read() as uow:
        for role in Role:
            for unit in UNITS:
                someone = staff_of(role, unit)
                shown = uow.cases.queue(QueueFilter(sight=sight_of(someone, BUREAU)), limit=500)
                allowed = {case.id for case in cases if may(someone, Right.SEE, case, BUREAU)}
                assert {case.id for case in shown} == allowed, (role, unit)
