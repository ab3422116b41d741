"""The life of entries: drafting, amending, reviewing, publishing, confirming and withdrawing them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import EntriesErrand, EntriesReader, PublishingErrand
from admin_api.api.errands import Errand
from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.entries import (
    Amendment,
    Comparison,
    NewDraft,
    Publishing,
    Reasoned,
    Reviewing,
    RevisionDetail,
    RevisionFilter,
    RevisionHistory,
    RevisionSummary,
)
from admin_api.api.schemas.fields import Page
from admin_api.errors import AdminRejected
from admin_api.publishing import (
    Contents,
    Editor,
    amend_entry,
    draft_entry,
    faults_of,
    move_entry,
    publish_entry,
)
from casework.ports import UnitOfWork
from knowledge.comparing import compare
from knowledge.errors import KnowledgeNotFound
from knowledge.publication import Move, Stage
from knowledge.revisions import Revision, Subject

router = APIRouter(prefix="/entries", route_class=BoundedRoute, tags=["entries"])

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What an entry may be called: it stands in addresses and in names of files."""
SlugPath = Annotated[str, Path(max_length=100, examples=["passport-first"])]
NumberPath = Annotated[int, Path(ge=1, le=MAX_ID, examples=[3])]
NumberQuery = Annotated[int, Query(ge=1, le=MAX_ID, examples=[2])]


@router.get("", operation_id="listEntryRevisions")
def list_revisions(wanted: Annotated[RevisionFilter, Query()], caller: EntriesReader) -> Page[RevisionSummary]:
    """Revisions of every entry, newest first, those at a stage and with the words when they are asked for."""
    page = wanted.page()
    stages = frozenset({wanted.stage} if wanted.stage else Stage)
    with caller.context.store.read() as uow:
        found = caller.context.revisions(uow).page(
            Subject.ENTRY,
            stages=stages,
            due_by=caller.today if wanted.due else None,
            words=wanted.q,
            after=page.after,
            limit=page.limit + 1,
        )
    items, next_cursor = page.cut(range(len(found)), lambda place: page.after + place + 1)
    return Page(items=[RevisionSummary.of(found[place]) for place in items], next_cursor=next_cursor)


@router.get("/{slug}", operation_id="listEntryHistory")
def show_history(slug: SlugPath, caller: EntriesReader) -> RevisionHistory:
    """Every revision of one entry, newest first."""
    with caller.context.store.read() as uow:
        found = caller.context.revisions(uow).history(Subject.ENTRY, slug)
    if not found:
        raise KnowledgeNotFound(f"there is no entry {slug!r}: see /api/v1/entries")
    return RevisionHistory(items=[RevisionSummary.of(revision) for revision in found])


@router.get("/{slug}/revisions/{number}", operation_id="getEntryRevision")
def show_revision(slug: SlugPath, number: NumberPath, caller: EntriesReader) -> RevisionDetail:
    """One revision, whole, with the faults that it has still."""
    with caller.context.store.read() as uow:
        revision = caller.context.revisions(uow).get(Subject.ENTRY, slug, number)
    return RevisionDetail.whole(revision, faults_of(revision.body, slug, caller.bureau))


@router.get("/{slug}/compare", operation_id="compareEntryRevisions")
def compare_revisions(slug: SlugPath, old: NumberQuery, new: NumberQuery, caller: EntriesReader) -> Comparison:
    """What differs between two revisions, field by field and line by line."""
    with caller.context.store.read() as uow:
        kept = caller.context.revisions(uow)
        before, after = (kept.get(Subject.ENTRY, slug, number).body for number in (old, new))
    return Comparison.of(old, new, compare(before, after))


@router.post("/{slug}/drafts", operation_id="draftEntry", status_code=201, response_model=RevisionDetail)
def draft(slug: SlugPath, wanted: NewDraft, errand: EntriesErrand) -> Response:
    """A new draft; it may have faults still, which must be mended before its review."""
    if not SLUG.fullmatch(slug):
        raise AdminRejected("a slug has small letters, digits and hyphens, such as passport-first")
    contents = Contents(wanted.body(), wanted.note)
    return _once(errand, lambda editor: draft_entry(editor, slug, contents, after=wanted.after), status=201)


@router.post("/{slug}/revisions/{number}/amendments", operation_id="amendEntry", response_model=RevisionDetail)
def amend(slug: SlugPath, number: NumberPath, wanted: Amendment, errand: EntriesErrand) -> Response:
    """New contents for a draft; whoever amends it may not review it."""
    contents = Contents(wanted.body(), wanted.note)
    return _once(errand, lambda editor: amend_entry(editor, slug, number, contents, edits=wanted.edits))


@router.post("/{slug}/revisions/{number}/review", operation_id="reviewEntry", response_model=RevisionDetail)
def review(slug: SlugPath, number: NumberPath, wanted: Reviewing, errand: PublishingErrand) -> Response:
    """Say that a draft of other people is right."""
    return _once(errand, lambda editor: move_entry(editor, slug, number, Move.REVIEW, edits=wanted.edits))


@router.post("/{slug}/revisions/{number}/send-back", operation_id="sendEntryBack", response_model=RevisionDetail)
def send_back(slug: SlugPath, number: NumberPath, wanted: Reasoned, errand: PublishingErrand) -> Response:
    """Back to its drafters, with the reason."""
    return _once(errand, _reasoned(slug, number, Move.SEND_BACK, wanted))


@router.post("/{slug}/revisions/{number}/publish", operation_id="publishEntry", response_model=RevisionDetail)
def publish(slug: SlugPath, number: NumberPath, wanted: Publishing, errand: PublishingErrand) -> Response:
    """Publish what was reviewed; every process answers from it within seconds."""
    due = wanted.review_due_on
    return _once(errand, lambda editor: publish_entry(editor, slug, number, edits=wanted.edits, review_due_on=due))


@router.post("/{slug}/revisions/{number}/confirm", operation_id="confirmEntry", response_model=RevisionDetail)
def confirm(slug: SlugPath, number: NumberPath, wanted: Publishing, errand: PublishingErrand) -> Response:
    """Say on re-review that what is published is still right."""
    due = wanted.review_due_on
    return _once(
        errand,
        lambda editor: move_entry(editor, slug, number, Move.CONFIRM, edits=wanted.edits, review_due_on=due),
    )


@router.post("/{slug}/revisions/{number}/withdraw", operation_id="withdrawEntry", response_model=RevisionDetail)
def withdraw(slug: SlugPath, number: NumberPath, wanted: Reasoned, errand: PublishingErrand) -> Response:
    """Take a revision back, published or not, with the reason."""
    return _once(errand, _reasoned(slug, number, Move.WITHDRAW, wanted))


def _reasoned(slug: str, number: int, move: Move, wanted: Reasoned) -> Callable[[Editor], Revision]:
    return lambda editor: move_entry(editor, slug, number, move, edits=wanted.edits, reason=wanted.reason)


def _once(errand: Errand, step: Callable[[Editor], Revision], *, status: int = 200) -> Response:
    """Take one step once, however often it is sent."""
    caller = errand.caller

    def work(uow: UnitOfWork) -> RevisionDetail:
        revision = step(Editor(caller.staff, caller.context, uow, caller.now))
        return RevisionDetail.whole(revision, faults_of(revision.body, revision.slug, caller.bureau))

    return errand.once(work, status=status)
