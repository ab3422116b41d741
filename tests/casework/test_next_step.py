"""What is told to be next: who owes it and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from casework.case import Case, CaseStatus
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.message import CaseId, ThreadId
from casework.next_step import NextStep, next_step
from casework.party import ChannelName, PartyId
from casework.standing import Mark, Standing

TODAY = date(2026, 11, 23)
CASE = Case(
    CaseId(1), "ZMD-2026-000123-7", CaseKind.DISCLOSURE_APPLICATION, CaseStatus.IN_PROGRESS, "subject", PartyId(1),
    ThreadId(1), ChannelName.WEB_CHAT, "zh", datetime(2026, 11, 2, tzinfo=UTC), "bureau", due_on=date(2026, 12, 21),
)  # fmt: skip


def kept(name: str, owed_by: str = "bureau", day: int = 30, state: str = "running") -> KeptDeadline:
    return KeptDeadline(name, owed_by, date(2026, 11, day), state, "rule")


def step(*marks: Mark, deadlines: tuple[KeptDeadline, ...] = (), status: CaseStatus = CASE.status) -> NextStep | None:
    return next_step(replace(CASE, status=status), Standing(frozenset(marks)), deadlines, TODAY)


@pytest.mark.parametrize(
    ("mark", "deadline", "expected"),
    [
        (Mark.UNCONFIRMED, kept("confirmation"), NextStep("confirmation", "both", date(2026, 11, 30))),
        (
            Mark.SUPPLEMENT_OPEN,
            kept("supplement", "applicant"),
            NextStep("supplement", "applicant", date(2026, 11, 30)),
        ),
        (Mark.THIRD_PARTY_OPEN, None, NextStep("third_party", "third_party")),
        (
            Mark.ORGAN_OPEN,
            kept("other_organ", "other_organ"),
            NextStep("other_organ", "other_organ", date(2026, 11, 30)),
        ),
    ],
    ids=["receipt", "supplement", "third party without a term", "organ"],
)
def test_what_lies_with_somebody_else_comes_before_the_reply(
    mark: Mark, deadline: KeptDeadline | None, expected: NextStep
) -> None:
    others = (deadline,) if deadline else ()
    assert step(Mark.OPEN, mark, deadlines=(kept("reply", day=29), *others)) == expected


def test_the_bureau_owes_what_is_due_first() -> None:
    assert step(Mark.OPEN, deadlines=(kept("conclusion", day=30), kept("acceptance", day=25))) == NextStep(
        "acceptance", "bureau", date(2026, 11, 25)
    )


def test_what_is_met_void_or_among_units_is_not_next() -> None:
    done = (kept("acceptance", state="met"), kept("objection", day=24), kept("review", state="not_started"))
    assert step(Mark.OPEN, deadlines=(*done, kept("conclusion"))) == NextStep(
        "conclusion", "bureau", date(2026, 11, 30)
    )


def test_a_missed_day_is_told_as_one() -> None:
    found = step(Mark.OPEN, deadlines=(kept("reply", day=20, state="missed"),))
    assert found is not None
    assert found.overdue


def test_the_second_deadline_of_a_name_is_the_one_that_counts() -> None:
    twice = (kept("third_party", "third_party", 24, "met"), kept("third_party:2", "third_party", 28))
    assert step(Mark.OPEN, Mark.THIRD_PARTY_OPEN, deadlines=twice) == NextStep(
        "third_party", "third_party", date(2026, 11, 28)
    )


def test_without_kept_deadlines_the_day_of_the_case_is_told() -> None:
    assert step(Mark.OPEN) == NextStep("reply", "bureau", date(2026, 12, 21))


def test_nothing_is_next_in_a_closed_case_but_its_review() -> None:
    assert step(Mark.CLOSED, status=CaseStatus.CLOSED, deadlines=(kept("reply", state="met"),)) is None
    assert step(Mark.CLOSED, Mark.REVIEW_OPEN, status=CaseStatus.CLOSED) == NextStep("review", "bureau")
