"""Figures and the annual report over the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.api.authentication import Scope
from casework.kinds import CaseKind
from casework.staff import Role
from tests.admin_api.api_desk import Desk, add_staff, running_desk

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def test_the_figures_of_a_period_are_told_by_unit_and_together(desk: Desk) -> None:
    desk.open_case()
    desk.open_case(unit="household", writer="web-2")
    said = desk.get("/figures", **NOVEMBER, by="unit").json()
    assert (said["first"], said["last"], said["by"]) == ("2026-11-01", "2026-11-30", "unit")
    assert {name: group["received"] for name, group in said["groups"].items()} == {"exit-entry": 1, "household": 1}
    assert said["together"]["open"] == 2
    assert said["together"]["rates"]["response"] == {"counted": 0, "of": 2, "percent": 0.0}
    assert said["together"]["rates"]["call_back"]["percent"] is None
    assert said["levels"] == {"own": 2, "lower": 0}


def test_without_a_period_this_year_is_counted(desk: Desk) -> None:
    assert desk.get("/figures").json()["first"] == "2026-01-01"


def test_a_period_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    assert desk.get("/figures", **{"from": "2026-02-01", "to": "2026-01-01"}).status_code == 422


def test_an_account_of_a_unit_counts_its_own_cases_and_no_annual_report(desk: Desk) -> None:
    desk.open_case(unit="household")
    key = desk.key_for(desk.clerk, Scope.FIGURES_READ)
    assert desk.get("/figures", key, **NOVEMBER).json()["together"]["received"] == 0
    assert desk.get("/reports/annual/2026", key).status_code == 403


def test_the_annual_report_tells_its_cells_its_gaps_and_its_findings(desk: Desk) -> None:
    officer = add_staff(desk.store, "disclosure", Role.DISCLOSURE_OFFICER, "bureau")
    said = desk.get("/reports/annual/2026", desk.key_for(officer, Scope.FIGURES_READ)).json()
    assert said["may_be_issued"]
    assert said["cells"]["applications.received.total"] == 0
    assert "chapters.problems" in said["gaps"]
    assert [finding["kind"] for finding in said["findings"]] == ["last_year_unknown"]
    assert said["issued"] == []


def test_the_report_of_2012_counts_complaints_by_level(desk: Desk) -> None:
    desk.open_case()
    desk.open_case(kind=CaseKind.CONSULTATION, writer="web-2")
    said = desk.get("/reports/annual/2026", form="seed-2012").json()
    assert said["cells"]["complaints.total.count"] == 1


@pytest.mark.parametrize(("year", "form"), [("1999", "2021"), ("x", "2021"), ("2026", "1990")])
def test_a_report_that_there_is_no_form_for_is_refused(desk: Desk, year: str, form: str) -> None:
    assert desk.get(f"/reports/annual/{year}", form=form).status_code == 422
