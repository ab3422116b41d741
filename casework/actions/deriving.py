"""How each deadline of a case came about, in words: what the page of a case, its file and the citizen are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from casework.actions.office import Office
from casework.case import Case
from casework.case_clock import LATE, is_done_late, reckon_deadlines, regime_of
from casework.clocks.explaining import Explainer
from casework.events import CaseEvent
from casework.party import Language
from casework.wording import Wording, load_wording


@dataclass(frozen=True, slots=True)
class DerivedDeadline:
    """A deadline with the steps of its derivation."""

    name: str
    owed_by: str
    due_on: date | None
    state: str
    rule: str
    """The rule in words, with its law and article."""
    derivation: tuple[str, ...]
    problems: tuple[str, ...]
    uncertain: bool
    """The calendar of a year on the way is not announced yet."""


def derive_deadlines(
    case: Case, ledger: Sequence[CaseEvent], *, office: Office, now: datetime, language: Language
) -> tuple[DerivedDeadline, ...]:
    """Every deadline of a case as it stands today, in the order in which it falls to whoever owes it."""
    bureau = office.bureau
    regime = regime_of(case.kind, case.regime, bureau)
    if regime is None:
        return ()
    today = bureau.calendar.local_date(now)
    explainer = Explainer(_words(), language)
    found = reckon_deadlines(case.kind, case.channel, case.regime, ledger, bureau, today=today)
    return tuple(
        DerivedDeadline(
            one.name.value,
            one.owed_by.value,
            one.due_on,
            LATE if is_done_late(one, found) else one.state.value,
            explainer.rule(regime, one.rule),
            tuple(explainer.sentence(step) for step in one.steps),
            tuple(explainer.sentence(step) for step in one.problems),
            one.provisional,
        )
        for one in found
    )


def told_deadlines(
    case: Case, ledger: Sequence[CaseEvent], *, office: Office, now: datetime
) -> list[Mapping[str, object]]:
    """The same in the language of the case as plain values, for its file."""
    derived = derive_deadlines(case, ledger, office=office, now=now, language=case.language)
    return [
        {
            "name": one.name,
            "owed_by": one.owed_by,
            "due_on": one.due_on.isoformat() if one.due_on else None,
            "state": one.state,
            "rule": one.rule,
            "derivation": list(one.derivation),
            "problems": list(one.problems),
        }
        for one in derived
    ]


def name_setting(name: str, language: Language) -> str:
    """What a setting of a regime means, in words; `name` is as the regime lists it, `settings.…`."""
    return _words().say(f"clock.setting.{name.partition('.')[2]}", language)


@cache
def _words() -> Wording:
    return load_wording(files("casework") / "clock_words")
