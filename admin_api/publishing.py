"""What people do to entries: drafting, amending and moving them. The console and the API share every rule of it.

`publish_entry` is the one way in which something becomes published by hand; `Context.before_publishing` is asked first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

from admin_api.access import Context
from admin_api.errors import AdminConflict, AdminRejected, Forbidden
from admin_api.foreseeing import foresee, require_no_drop
from casework.bureau import Bureau
from casework.ports import UnitOfWork
from casework.staff import Staff
from knowledge.bodies import read_body
from knowledge.claims import Claim, claims_on
from knowledge.fields import Fault
from knowledge.publication import Classification, DisclosureClass, Move, Obstacle, Stage, obstacle_to
from knowledge.revisions import Body, Revision, Revisions, Subject
from knowledge.versions import free_version, version_of

UNDER_WAY = frozenset({Stage.DRAFT, Stage.REVIEWED})


class Right(StrEnum):
    """What an account needs for a step."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISH = "publish"


NEEDED: Mapping[Move, Right] = {
    Move.REVIEW: Right.REVIEW,
    Move.SEND_BACK: Right.REVIEW,
    Move.PUBLISH: Right.PUBLISH,
    Move.CONFIRM: Right.PUBLISH,
    Move.WITHDRAW: Right.PUBLISH,
}
"""The right that each move wants."""


class RightMissing(Forbidden):
    """The account lacks a right on entries of this unit."""

    def __init__(self, right: Right, unit: str) -> None:
        """Say which right, and on what."""
        super().__init__(f"this account lacks the right to {right.value} entries of unit {unit!r}: ask the desk")
        self.right = right


class MoveRefused(AdminRejected):
    """The step is not possible as things stand."""

    def __init__(self, move: Move, obstacle: Obstacle) -> None:
        """Say what stands in the way."""
        super().__init__(f"{move.value}: {_OBSTACLES[obstacle]}")
        self.obstacle = obstacle


class EntryFaulty(AdminRejected):
    """The entry has faults that must be mended before anybody can review it."""

    def __init__(self, faults: Iterable[Fault], claims: Iterable[Claim]) -> None:
        """List every fault and every phrasing that another entry claims."""
        self.faults, self.claims = tuple(faults), tuple(claims)
        said = [f"{fault.at or 'entry'}: {fault.message}" for fault in self.faults]
        said += [f"phrasings: {claim.phrasing!r} is claimed by {claim.slug!r} too" for claim in self.claims]
        super().__init__("the entry cannot be reviewed: " + "; ".join(said))


_OBSTACLES: Mapping[Obstacle, str] = {
    Obstacle.WRONG_STAGE: "the revision is not at the stage for it: load it again",
    Obstacle.OWN_DRAFT: "whoever drafted or amended it may not review it: ask another person who may review",
    Obstacle.REASON_MISSING: "say why",
    Obstacle.DATE_MISSING: "name the day of the next review, which must lie ahead",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What somebody wants an entry to say."""

    body: Body
    note: str = ""
    """Why it is changed."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who acts on entries, on which books, and when."""

    staff: Staff
    context: Context
    uow: UnitOfWork
    now: datetime

    @property
    def revisions(self) -> Revisions:
        """The books."""
        return self.context.revisions(self.uow)

    @property
    def bureau(self) -> Bureau:
        """Whose entries they are."""
        return self.context.office.bureau

    @property
    def today(self) -> date:
        """The local date."""
        return self.bureau.calendar.local_date(self.now)

    def require(self, right: Right, unit: str) -> None:
        """RightMissing unless the account may do it to entries of this unit."""
        if not may(self.staff, right, unit, self.bureau):
            raise RightMissing(right, unit)


def may(staff: Staff, right: Right, unit: str, bureau: Bureau) -> bool:
    """Whether an account has a right on entries of a unit; what has no unit belongs to those with a right on all."""
    reach = _rights().get(staff.role.value, {}).get(right.value)
    return reach == "all" or (reach == "own" and unit in bureau.under(staff.unit))


def draft_entry(editor: Editor, slug: str, contents: Contents, *, after: int | None) -> Revision:
    """A new draft made from revision `after`, 0 for a new entry; KnowledgeConflict when there is a later one."""
    history = editor.revisions.history(Subject.ENTRY, slug)
    for unit in {unit_of(contents.body), *(one.unit for one in history[:1])}:
        editor.require(Right.DRAFT, unit)
    taken = {version_of(one.body) for one in history}
    wanted = version_of(contents.body)
    version = free_version(editor.today.isoformat() if not wanted or wanted in taken else wanted, taken)
    body = {**contents.body, "slug": slug, "version": version}
    return editor.revisions.draft(
        Subject.ENTRY,
        slug,
        title=title_of(body) or slug,
        unit=unit_of(body),
        body=body,
        classification=classification_of(body),
        by=editor.staff.name,
        now=editor.now,
        note=contents.note,
        after=after,
    )


def amend_entry(editor: Editor, slug: str, number: int, contents: Contents, *, edits: int | None) -> Revision:
    """New contents for a draft, as it was after so many `edits`; KnowledgeConflict when it was changed since."""
    revision = find(editor, slug, number, edits)
    for unit in {unit_of(contents.body), revision.unit}:
        editor.require(Right.DRAFT, unit)
    others = {version_of(one.body) for one in editor.revisions.history(Subject.ENTRY, slug) if one.number != number}
    version = free_version(version_of(contents.body) or version_of(revision.body), others)
    body = {**contents.body, "slug": slug, "version": version}
    if revision.standing.stage is not Stage.DRAFT:
        raise AdminConflict(f"revision {number} of {slug!r} is no draft any more: edit it as a new draft")
    standing = replace(revision.standing, classification=classification_of(body))
    changed = replace(
        revision,
        title=title_of(body) or slug,
        unit=unit_of(body),
        body=body,
        note=contents.note or revision.note,
        standing=standing,
    )
    return editor.revisions.amend(changed, by=editor.staff.name, now=editor.now)


def move_entry(
    editor: Editor,
    slug: str,
    number: int,
    move: Move,
    *,
    edits: int | None = None,
    reason: str = "",
    review_due_on: date | None = None,
    accept_drop: bool = False,
) -> Revision:
    """Carry out a move; RightMissing, MoveRefused, EntryFaulty or DropNotAccepted say what is in the way."""

    def check(revision: Revision) -> None:
        if move in {Move.REVIEW, Move.PUBLISH}:
            require_sound(editor, revision)
        if move is Move.PUBLISH:
            editor.context.before_publishing(editor.uow, revision)
            if not accept_drop:
                require_no_drop(revision, editor.context, editor.uow)

    revision = find(editor, slug, number, edits)
    return carry_out(editor, revision, move, reason=reason, review_due_on=review_due_on, check=check)


def carry_out(
    editor: Editor,
    revision: Revision,
    move: Move,
    *,
    reason: str,
    review_due_on: date | None,
    check: Callable[[Revision], None],
) -> Revision:
    """Move an entry or an item on; RightMissing, MoveRefused, or what `check` raises when the move is possible."""
    editor.require(NEEDED[move], revision.unit)
    obstacle = obstacle_to(
        move,
        revision.standing,
        by=editor.staff.name,
        today=editor.today,
        reason=reason,
        review_due_on=review_due_on,
    )
    if obstacle is not None:
        raise MoveRefused(move, obstacle)
    check(revision)
    return editor.revisions.move(
        revision,
        move,
        by=editor.staff.name,
        now=editor.now,
        today=editor.today,
        reason=reason,
        review_due_on=review_due_on,
    )


def publish_entry(
    editor: Editor,
    slug: str,
    number: int,
    *,
    edits: int | None,
    review_due_on: date | None,
    accept_drop: bool = False,
) -> Revision:
    """Publish a reviewed revision; what stands before it may refuse by raising an AdminRejected.

    DropNotAccepted when labelled questions would be answered worse, unless that is accepted.
    """
    return move_entry(
        editor, slug, number, Move.PUBLISH, edits=edits, review_due_on=review_due_on, accept_drop=accept_drop
    )


def try_ahead(staff: Staff, context: Context, slug: str, number: int) -> None:
    """Try what is about to be published before its transaction begins: others need not wait for the index it takes."""
    with context.store.read() as uow:
        revision = context.revisions(uow).get(Subject.ENTRY, slug, number)
        is_ready = revision.standing.stage is Stage.REVIEWED
        if is_ready and may(staff, Right.PUBLISH, revision.unit, context.office.bureau):
            foresee(revision, context, uow)


def find(editor: Editor, slug: str, number: int, edits: int | None, subject: Subject = Subject.ENTRY) -> Revision:
    """A revision as somebody saw it; AdminConflict when it was changed since, KnowledgeNotFound when there is none."""
    revision = editor.revisions.get(subject, slug, number)
    if edits is not None and edits != revision.edits:
        raise AdminConflict(f"revision {number} of {slug!r} was changed meanwhile: load it again and decide anew")
    return revision


def require_sound(editor: Editor, revision: Revision) -> None:
    """EntryFaulty unless the reader of bundles takes the entry, and no other entry claims a phrasing of it."""
    faults = faults_of(revision.body, revision.slug, editor.bureau)
    claims = claims_against(editor.revisions, revision.body, revision.slug)
    if faults or claims:
        raise EntryFaulty(faults, claims)


def faults_of(body: Body, slug: str, bureau: Bureau) -> tuple[Fault, ...]:
    """Everything that `sunwindow check` would say about the entry as a file of the bundle."""
    _, faults = read_body(body, slug)
    unit = unit_of(body)
    if unit and unit not in {known.slug for known in bureau.units}:
        faults = (*faults, Fault(f"{slug}.toml", 1, f"unit {unit!r} is not in units.toml", "unit", "unit"))
    return faults


def claims_against(revisions: Revisions, body: Body, slug: str) -> tuple[Claim, ...]:
    """The phrasings that an entry which is published, or on its way to be, claims as well."""
    under_way = revisions.page(Subject.ENTRY, stages=UNDER_WAY, limit=1000)
    return claims_on(body, slug, [*revisions.published(Subject.ENTRY), *under_way])


def classification_of(body: Body) -> Classification:
    """The class that a body names; what cannot be read is kept from the public until it can."""
    table = body.get("disclosure")
    if not isinstance(table, Mapping):
        return Classification()
    wish, ground = table.get("class", DisclosureClass.PROACTIVE.value), table.get("ground")
    said = " / ".join(dict.fromkeys(ground.values())) if isinstance(ground, Mapping) else ground
    known = wish in set(DisclosureClass)
    if wish == DisclosureClass.PROACTIVE.value:
        return Classification()
    chosen = DisclosureClass(str(wish)) if known else DisclosureClass.NOT_DISCLOSED
    return Classification(chosen, said if isinstance(said, str) and said.strip() else "?")


def title_of(body: Body, language: str = "zh") -> str:
    """The title that a body names; empty when it names none."""
    title = body.get("title")
    said = (title.get(language) or title.get("zh") or title.get("en")) if isinstance(title, Mapping) else ""
    return said if isinstance(said, str) else ""


def unit_of(body: Body) -> str:
    """The unit that a body names; empty when it names none."""
    unit = body.get("unit")
    return unit if isinstance(unit, str) else ""


@cache
def _rights() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("admin_api") / "publishing_rights.toml").read_text(encoding="utf-8"))
