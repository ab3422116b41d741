"""What an applicant does against a reply: administrative review and suits, which table IV of the report counts.

Regulations on Open Government Information (2019), art. 51.
"""

from __future__ import annotations

from datetime import date

from casework.actions.stepping import Walker, day_of
from casework.annual.entries import RemedyOutcome, Route
from casework.case import Case
from casework.errors import Refusal
from casework.events import EventName
from casework.steps import Step


def file_remedy(case: Case, route: Route, walker: Walker, *, on: date | None = None) -> Case:
    """Record that the applicant applied for review or sued; Refusal while one goes on in the same way."""
    standing = walker.require(Step.FILE_REMEDY, case)
    if route.value in standing.remedies:
        raise Refusal("remedy_goes_on", f"{route.value} goes on already: record how it ended first")
    day = day_of(on, walker, case)
    return walker.note(case, EventName.REMEDY_FILED, {"route": route.value, "on": day.isoformat()})


def end_remedy(case: Case, route: Route, outcome: RemedyOutcome, walker: Walker, *, on: date | None = None) -> Case:
    """Record how it ended; Refusal when none goes on in this way, or it is said to go on."""
    standing = walker.require(Step.END_REMEDY, case)
    if route.value not in standing.remedies:
        raise Refusal("remedy_unknown", f"no {route.value} goes on in this case: record first that it was filed")
    if outcome is RemedyOutcome.PENDING:
        raise Refusal("choice", "say how it ended")
    day, filed = day_of(on, walker, case), standing.remedies[route.value]
    if day < filed:
        raise Refusal("day_early_remedy", f"{day} lies before it was filed, {filed}", day=day, filed=filed)
    facts = {"route": route.value, "outcome": outcome.value, "on": day.isoformat()}
    return walker.note(case, EventName.REMEDY_ENDED, facts)
