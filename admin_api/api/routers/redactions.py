"""Covering what is not disclosed in a document, over the API: boxes in, the redacted PDF out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Response

from admin_api.api.authentication import Caller
from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import CasesErrand, CasesReader
from admin_api.api.schemas.fields import ReferencePath
from admin_api.api.schemas.redactions import NewRedaction, Redactions, RedactionView
from admin_api.api.sight import get_case, get_case_to_change
from admin_api.errors import TooLarge
from admin_api.files import LARGEST_FILE, compose_download
from admin_api.redacting import count_pages, make_redacted, note_of_original, note_of_redacted
from casework.actions.redacting import (
    begin_redaction,
    draw_boxes,
    file_of,
    find_redaction,
    grounds_of,
    keep_redacted,
    require_redacting,
)
from casework.actions.stepping import Walker
from casework.attaching import keep_file
from casework.errors import CaseworkNotFound
from casework.message import Attachment
from casework.papers.document_pages import find_words
from casework.ports import UnitOfWork
from casework.redaction import Box, redactions_of
from casework.regime import Ground

router = APIRouter(prefix="/cases/{reference}/redactions", route_class=BoundedRoute)
DocumentPath = Annotated[str, Path(pattern="^[0-9a-f]{64}$", examples=["9f86d081884c7d659a2feaa0c55ad015" + "a" * 32])]


@router.get("", operation_id="listRedactions", tags=["handling"])
def list_redactions(reference: ReferencePath, caller: CasesReader) -> Redactions:
    """The documents of the case that are covered in part, with their boxes and what was made of them."""
    with caller.context.store.read() as uow:
        case = get_case(uow, reference, caller)
        found = redactions_of(uow.cases.events(case.id))
        articles = _articles(grounds_of(case, _walker(uow, caller)))
    return Redactions(items=[RedactionView.of(one, articles) for one in found.values()])


@router.post("", operation_id="redactDocument", tags=["handling"], status_code=201, response_model=RedactionView)
def redact(reference: ReferencePath, wanted: NewRedaction, errand: CasesErrand) -> Response:
    """Cover parts of a document and make the redacted PDF, or save the boxes as a draft.

    The boxes replace those that were saved before. 403 names the right that is missing, 409 what stands in the way.
    """
    caller = errand.caller
    original, grounds = _prepare(reference, wanted, caller)
    pages = count_pages(original, caller.context)
    boxes = _boxes(wanted, original, caller)
    made = make_redacted(original.sha256, boxes, grounds, caller.context) if wanted.make else None
    language = caller.staff.language

    def work(uow: UnitOfWork) -> RedactionView:
        case, walker = get_case_to_change(uow, reference, errand, version=wanted.version), _walker(uow, caller)
        begun = begin_redaction(case, original, walker, pages=pages, says=note_of_original(language))
        if made is None:
            redaction = draw_boxes(case, begun.document, boxes, walker, seen=begun.drawn_in)
        else:
            says = note_of_redacted(boxes, language)
            redaction = keep_redacted(case, begun.document, boxes, made, walker, seen=begun.drawn_in, says=says)
        return RedactionView.of(redaction, _articles(grounds))

    return errand.once(work, status=201)


@router.get(
    "/{document}/redacted.pdf",
    operation_id="downloadRedacted",
    tags=["handling"],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"example": "the bytes of the file"}}}},
)
def download(reference: ReferencePath, document: DocumentPath, caller: CasesReader) -> Response:
    """What was made of a document last, for saving."""
    with caller.context.store.read() as uow:
        case = get_case(uow, reference, caller)
        made = find_redaction(case, document, _walker(uow, caller)).redacted
        if made is None:
            raise CaseworkNotFound(f"nothing was made of the document {document[:12]} yet")
        file = uow.threads.get_attachment(made.message, made.sha256)
    return compose_download(file.name, file.content_type, caller.context.blobs.get(file.sha256))


def _prepare(reference: str, wanted: NewRedaction, caller: Caller) -> tuple[Attachment, Mapping[str, Ground]]:
    """The original and the grounds, for who may cover documents of the case now: before anything heavy is done."""
    with caller.context.store.read() as uow:
        case, walker = get_case(uow, reference, caller), _walker(uow, caller)
        require_redacting(case, walker)
        grounds = grounds_of(case, walker)
        if wanted.sha256 is not None:
            return file_of(case, wanted.sha256, walker), grounds
    content = wanted.content or b""
    if len(content) > LARGEST_FILE:
        raise TooLarge(f"a document has at most {LARGEST_FILE // 2**20} MB: split it")
    return keep_file(wanted.name, content, caller.context.blobs), grounds


def _boxes(wanted: NewRedaction, original: Attachment, caller: Caller) -> Sequence[Box]:
    found = [box.box() for box in wanted.boxes]
    if wanted.words:
        document = caller.context.blobs.get(original.sha256)
        found += [box for one in wanted.words for box in find_words(document, one.words, one.ground)]
    return found


def _articles(grounds: Mapping[str, Ground]) -> Mapping[str, str]:
    return {name: ground.article for name, ground in grounds.items()}


def _walker(uow: UnitOfWork, caller: Caller) -> Walker:
    return Walker(uow, caller.context.office, caller.staff, caller.now)
