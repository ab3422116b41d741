"""What the pages of entries show: who did what, what may be done next, and why something may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from admin_api.console.finding import signed_in
from admin_api.pages import Visit
from admin_api.publishing import NEEDED, Editor, Right, may
from casework.ports import UnitOfWork
from knowledge.claims import Claim
from knowledge.errors import KnowledgeNotFound
from knowledge.fields import Fault
from knowledge.publication import MOVES, Move, Obstacle, Stage, obstacle_to
from knowledge.revisions import BUNDLE, Revision

NEXT_REVIEW = timedelta(days=182)
"""What the form of publishing suggests."""


@dataclass(frozen=True, slots=True)
class MoveView:
    """A step that the stage allows, and what this account lacks for it."""

    move: Move
    missing: Right | None = None
    is_own: bool = False
    """The account drafted or amended the revision itself."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the history."""

    what: str
    by: str
    at: datetime
    reason: str


def moves_of(revision: Revision, visit: Visit) -> list[MoveView]:
    """What can be done with a revision as it stands."""
    staff, bureau = signed_in(visit), visit.context.office.bureau
    today = bureau.calendar.local_date(visit.context.clock())
    found = []
    for move, (stages, _) in MOVES.items():
        if revision.standing.stage not in stages or (
            move is Move.SEND_BACK and revision.standing.stage is Stage.DRAFT and _was_just_sent_back(revision)
        ):
            continue
        right = NEEDED[move]
        is_missing = not may(staff, right, revision.unit, bureau)
        obstacle = obstacle_to(move, revision.standing, by=staff.name, today=today)
        found.append(MoveView(move, right if is_missing else None, obstacle is Obstacle.OWN_DRAFT))
    return found


def _was_just_sent_back(revision: Revision) -> bool:
    """Whether it waits for its drafter already."""
    steps = revision.standing.steps
    return bool(steps) and steps[-1].what == Move.SEND_BACK.value


def may_draft(revision: Revision, visit: Visit) -> bool:
    """Whether the account may edit the entry."""
    return may(signed_in(visit), Right.DRAFT, revision.unit, visit.context.office.bureau)


def steps_of(revision: Revision, names: Mapping[str, str]) -> list[StepView]:
    """Everything that was done to a revision, the draft first."""
    standing = revision.standing
    drafted = StepView("draft", names.get(standing.drafted_by, standing.drafted_by), standing.drafted_at, revision.note)
    rest = [StepView(step.what, names.get(step.by, step.by), step.at, step.reason) for step in standing.steps]
    if standing.stage is Stage.SUPERSEDED and standing.ended_at is not None:
        rest.append(StepView("superseded", "", standing.ended_at, ""))
    return [drafted, *rest]


def names_in(uow: UnitOfWork, visit: Visit) -> dict[str, str]:
    """Display names by sign-in name; what came with the bundle is called so."""
    return {
        BUNDLE: visit.say("entries.by_bundle"),
        **{staff.name: staff.display_name for staff in uow.accounts.list_staff()},
    }


def revision_in(history: Sequence[Revision], slug: str, number: int) -> Revision:
    """One revision of a history; KnowledgeNotFound."""
    for revision in history:
        if revision.number == number:
            return revision
    raise KnowledgeNotFound(f"there is no revision {number} of {slug!r}: look at its history")


def editor_of(visit: Visit, uow: UnitOfWork) -> Editor:
    """Who is signed in, as one who acts on entries."""
    return Editor(signed_in(visit), visit.context, uow, visit.context.clock())


def suggested_review(revision: Revision, today: date) -> date:
    """The day of the next review that the form proposes."""
    wish = revision.body.get("review_due_on")
    try:
        named = date.fromisoformat(wish) if isinstance(wish, str) else today
    except ValueError:
        named = today
    return named if named > today else today + NEXT_REVIEW


def sentences_of(faults: Sequence[Fault], claims: Sequence[Claim], visit: Visit) -> list[str]:
    """Faults and claims as the reader's language says them."""
    said = [
        visit.say(
            "entries.fault.at",
            field=visit.say_or(f"entries.field.{_section(fault.at)}", fault.at),
            fault=say_fault(fault, visit),
        )
        for fault in faults
    ]
    return said + [
        visit.say("entries.fault.claimed", phrasing=claim.phrasing, slug=claim.slug, number=claim.number)
        for claim in claims
    ]


def say_fault(fault: Fault, visit: Visit) -> str:
    """A fault in the reader's language, as far as it is a common one."""
    return visit.say_or(f"entries.fault.{fault.kind}", visit.say("entries.fault.other", message=fault.message))


def _section(at: str) -> str:
    return at.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
