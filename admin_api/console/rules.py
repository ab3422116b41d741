"""The rules that time the cases: each regime with its articles, and what the bureau must still confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from admin_api.console.frame import show_page
from admin_api.pages import Visit
from admin_api.visits import staff_visit
from casework.actions.deriving import name_setting
from casework.case_clock import regime_of
from casework.kinds import CaseKind
from casework.regime import Regime, Rule
from casework.regime_files import load_regimes

router = APIRouter(prefix="/rules")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as the page shows it."""

    rule: Rule
    words: str


@dataclass(frozen=True, slots=True)
class RegimeView:
    """One regime, with what the bureau has settled of it."""

    regime: Regime
    name: str
    kinds: tuple[CaseKind, ...]
    rules: tuple[RuleRow, ...]
    unconfirmed: tuple[str, ...]
    """Settings that the law leaves open and the bureau has not confirmed, in words."""


@router.get("")
def show_rules(visit: Annotated[Visit, Depends(staff_visit)]) -> HTMLResponse:
    """Every regime that is law for cases of this bureau now, and the years whose calendar is announced."""
    calendar = visit.context.office.bureau.calendar
    today = calendar.local_date(visit.context.clock())
    years = [(year, calendar.is_announced(year)) for year in range(today.year - 1, today.year + 2)]
    return show_page(visit, "console/rules.html", room="rules", regimes=_regimes(visit, today), years=years)


def _regimes(visit: Visit, today: date) -> list[RegimeView]:
    bureau = visit.context.office.bureau
    found = []
    for slug, plain in load_regimes().items():
        if plain.jurisdiction != "CN" or not plain.in_force_on(today):
            continue
        regime = regime_of(plain.kinds[0], slug, bureau) or plain
        found.append(
            RegimeView(
                regime,
                regime.name.in_(visit.language),
                plain.kinds,
                tuple(RuleRow(rule, rule.words.in_(visit.language)) for rule in regime.rules.values()),
                tuple(
                    name_setting(name, visit.language) for name in regime.unconfirmed() if name.startswith("settings.")
                ),
            )
        )
    return found
