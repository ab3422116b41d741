"""The life of items of the disclosure catalogue: drafting, amending and moving them, as entries are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import ItemsErrand, ItemsPublishingErrand, ItemsReader
from admin_api.api.errands import Errand
from admin_api.api.routers.entries import NumberPath, NumberQuery, SlugPath
from admin_api.api.schemas.entries import Comparison, Publishing, Reasoned, Reviewing
from admin_api.api.schemas.fields import Page
from admin_api.api.schemas.items import (
    ItemAmendment,
    ItemContents,
    ItemDetail,
    ItemFilter,
    ItemHistory,
    ItemSummary,
    NewItemDraft,
)
from admin_api.files import compose_download
from admin_api.item_publishing import amend_item, draft_item, move_item, read_item
from admin_api.publishing import Editor
from casework.attaching import keep_file
from casework.ports import UnitOfWork
from knowledge.catalogue.item import Item, ItemFile, item_of
from knowledge.comparing import compare
from knowledge.errors import KnowledgeNotFound
from knowledge.publication import Move, Stage
from knowledge.revisions import Revision, Subject

router = APIRouter(prefix="/items", route_class=BoundedRoute, tags=["items"])


@router.get("", operation_id="listItemRevisions")
def list_revisions(wanted: Annotated[ItemFilter, Query()], caller: ItemsReader) -> Page[ItemSummary]:
    """Revisions of every item, newest first, those at a stage, of a unit or class, and with the words asked for."""
    page = wanted.page()
    with caller.context.store.read() as uow:
        found = caller.context.revisions(uow).page(
            Subject.ITEM,
            stages=frozenset({wanted.stage} if wanted.stage else Stage),
            due_by=caller.today if wanted.due else None,
            words=wanted.q,
            unit=wanted.unit,
            disclosure=wanted.disclosure,
            after=page.after,
            limit=page.limit + 1,
        )
    items, next_cursor = page.cut(range(len(found)), lambda place: page.after + place + 1)
    return Page(items=[ItemSummary.of(found[place]) for place in items], next_cursor=next_cursor)


@router.get("/{slug}", operation_id="listItemHistory")
def show_history(slug: SlugPath, caller: ItemsReader) -> ItemHistory:
    """Every revision of one item, newest first."""
    with caller.context.store.read() as uow:
        found = caller.context.revisions(uow).history(Subject.ITEM, slug)
    if not found:
        raise KnowledgeNotFound(f"there is no item {slug!r}: see /api/v1/items")
    return ItemHistory(items=[ItemSummary.of(revision) for revision in found])


@router.get("/{slug}/revisions/{number}", operation_id="getItemRevision")
def show_revision(slug: SlugPath, number: NumberPath, caller: ItemsReader) -> ItemDetail:
    """One revision, whole."""
    with caller.context.store.read() as uow:
        return ItemDetail.whole(caller.context.revisions(uow).get(Subject.ITEM, slug, number))


@router.get(
    "/{slug}/revisions/{number}/file",
    operation_id="getItemFile",
    response_class=Response,
    responses={
        200: {
            "content": {"application/octet-stream": {"example": "the bytes of the file"}},
            "description": "The bytes, as a download.",
        }
    },
)
def send_file(slug: SlugPath, number: NumberPath, caller: ItemsReader) -> Response:
    """The file of a revision."""
    with caller.context.store.read() as uow:
        file = item_of(caller.context.revisions(uow).get(Subject.ITEM, slug, number)).file
    if file is None:
        raise KnowledgeNotFound(f"revision {number} of {slug!r} has no file")
    return compose_download(file.name, file.content_type, caller.context.blobs.get(file.sha256))


@router.get("/{slug}/compare", operation_id="compareItemRevisions")
def compare_revisions(slug: SlugPath, old: NumberQuery, new: NumberQuery, caller: ItemsReader) -> Comparison:
    """What differs between two revisions, field by field and line by line."""
    with caller.context.store.read() as uow:
        kept = caller.context.revisions(uow)
        before, after = (kept.get(Subject.ITEM, slug, number).body for number in (old, new))
    return Comparison.of(old, new, compare(before, after))


@router.post("/{slug}/drafts", operation_id="draftItem", status_code=201, response_model=ItemDetail)
def draft(slug: SlugPath, wanted: NewItemDraft, errand: ItemsErrand) -> Response:
    """A new draft; 422 names everything that is wrong with it."""

    def step(editor: Editor) -> Revision:
        return draft_item(editor, _item(editor, slug, wanted.item), note=wanted.note, after=wanted.after)

    return _once(errand, step, status=201)


@router.post("/{slug}/revisions/{number}/amendments", operation_id="amendItem", response_model=ItemDetail)
def amend(slug: SlugPath, number: NumberPath, wanted: ItemAmendment, errand: ItemsErrand) -> Response:
    """New contents for a draft; whoever amends it may not review it."""

    def step(editor: Editor) -> Revision:
        return amend_item(editor, _item(editor, slug, wanted.item), number, note=wanted.note, edits=wanted.edits)

    return _once(errand, step)


@router.post("/{slug}/revisions/{number}/review", operation_id="reviewItem", response_model=ItemDetail)
def review(slug: SlugPath, number: NumberPath, wanted: Reviewing, errand: ItemsPublishingErrand) -> Response:
    """Say that a draft of other people is right."""
    return _once(errand, lambda editor: move_item(editor, slug, number, Move.REVIEW, edits=wanted.edits))


@router.post("/{slug}/revisions/{number}/send-back", operation_id="sendItemBack", response_model=ItemDetail)
def send_back(slug: SlugPath, number: NumberPath, wanted: Reasoned, errand: ItemsPublishingErrand) -> Response:
    """Back to its drafters, with the reason."""
    return _once(errand, _reasoned(slug, number, Move.SEND_BACK, wanted))


@router.post("/{slug}/revisions/{number}/publish", operation_id="publishItem", response_model=ItemDetail)
def publish(slug: SlugPath, number: NumberPath, wanted: Publishing, errand: ItemsPublishingErrand) -> Response:
    """Publish what was reviewed; what is proactive is found by everybody from the commit on."""
    return _once(errand, _dated(slug, number, Move.PUBLISH, wanted))


@router.post("/{slug}/revisions/{number}/confirm", operation_id="confirmItem", response_model=ItemDetail)
def confirm(slug: SlugPath, number: NumberPath, wanted: Publishing, errand: ItemsPublishingErrand) -> Response:
    """Say on re-review that what is published is still right."""
    return _once(errand, _dated(slug, number, Move.CONFIRM, wanted))


@router.post("/{slug}/revisions/{number}/withdraw", operation_id="withdrawItem", response_model=ItemDetail)
def withdraw(slug: SlugPath, number: NumberPath, wanted: Reasoned, errand: ItemsPublishingErrand) -> Response:
    """Take a revision back, published or not, with the reason."""
    return _once(errand, _reasoned(slug, number, Move.WITHDRAW, wanted))


def _item(editor: Editor, slug: str, wanted: ItemContents) -> Item:
    file: ItemFile | None = None
    if wanted.file is not None:
        kept = keep_file(wanted.file.name, wanted.file.content, editor.context.blobs)
        file = ItemFile(kept.sha256, kept.name, kept.content_type, kept.size)
    elif wanted.file_of is not None:
        file = item_of(editor.revisions.get(Subject.ITEM, slug, wanted.file_of)).file
    return read_item(editor, wanted.cells(slug, file))


def _reasoned(slug: str, number: int, move: Move, wanted: Reasoned) -> Callable[[Editor], Revision]:
    return lambda editor: move_item(editor, slug, number, move, edits=wanted.edits, reason=wanted.reason)


def _dated(slug: str, number: int, move: Move, wanted: Publishing) -> Callable[[Editor], Revision]:
    due = wanted.review_due_on
    return lambda editor: move_item(editor, slug, number, move, edits=wanted.edits, review_due_on=due)


def _once(errand: Errand, step: Callable[[Editor], Revision], *, status: int = 200) -> Response:
    """Take one step once, however often it is sent."""
    caller = errand.caller

    def work(uow: UnitOfWork) -> ItemDetail:
        return ItemDetail.whole(step(Editor(caller.staff, caller.context, uow, caller.now)))

    return errand.once(work, status=status)
