"""Deciding on several waiting messages at once, taking refusals back, and splitting letters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import TriageErrand, TriageReader
from admin_api.api.case_view import reference_of
from admin_api.api.schemas.fields import IdPath
from admin_api.api.schemas.triage import TriageDetail
from admin_api.api.schemas.triage_moves import By, ManyDecisions, ManyDone, NewSplit, Pieces, PutBack
from admin_api.api.sight import get_case
from casework.actions.splitting import PartWish, guess_marks, pieces_of, split, words_of
from casework.actions.triage import decide_many, put_back
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.message import InboxId
from casework.ports import UnitOfWork

router = APIRouter(prefix="/triage", route_class=BoundedRoute, tags=["triage"])


@router.post("/decisions", operation_id="decideManyTriage", response_model=ManyDone)
def decide_on_many(wanted: ManyDecisions, errand: TriageErrand) -> Response:
    """Decide on several messages; the answer tells of each whether it was done."""
    caller = errand.caller
    ids = [InboxId(one) for one in wanted.ids]
    return errand.once(
        lambda uow: ManyDone.of(
            decide_many(ids, wanted.decision, uow, staff=caller.staff, now=caller.now, was_refused=wanted.was_refused)
        )
    )


@router.post("/put-back", operation_id="putBackTriage", response_model=ManyDone)
def put_many_back(wanted: PutBack, errand: TriageErrand) -> Response:
    """Let messages that staff refused wait for a decision again."""
    caller = errand.caller
    ids = [InboxId(one) for one in wanted.ids]
    return errand.once(lambda uow: ManyDone.of(put_back(ids, uow, staff=caller.staff, now=caller.now)))


@router.get("/{inbox_id}/pieces", operation_id="listPieces")
def list_pieces(
    inbox_id: IdPath, caller: TriageReader, by: Annotated[By, Query(examples=["paragraph"])] = "paragraph"
) -> Pieces:
    """The paragraphs or sentences that a letter can be parted at, with a first idea of what belongs together."""
    with caller.context.store.read() as uow:
        entry = uow.inbox.get(InboxId(inbox_id))
    pieces = pieces_of(words_of(entry), by_sentence=by == "sentence")
    return Pieces.of(pieces, guess_marks(pieces), by=by)


@router.post("/{inbox_id}/split", operation_id="splitTriage", response_model=TriageDetail)
def split_letter(inbox_id: IdPath, wanted: NewSplit, errand: TriageErrand) -> Response:
    """Split a waiting letter into several matters, each handled as a letter of its own; the letter is kept whole."""
    caller = errand.caller

    def work(uow: UnitOfWork) -> TriageDetail:
        entry = uow.inbox.get(InboxId(inbox_id))
        is_by_sentence = wanted.by == "sentence"
        marks = wanted.marks(len(pieces_of(words_of(entry), by_sentence=is_by_sentence)))
        wishes = {
            number: PartWish(part.kind, _case_of(uow, part.reference, errand))
            for number, part in enumerate(wanted.parts, 1)
        }
        if set(marks) - {0} != set(wishes):
            raise CaseworkRejected("every part needs a piece of its own, and names only pieces that the letter has")
        split(entry.id, marks, wishes, uow, staff=caller.staff, now=caller.now, by_sentence=is_by_sentence)
        entry = uow.inbox.get(entry.id)
        guess = reference_of(uow, entry.reading.guess) if entry.reading else None
        return TriageDetail.of(entry, guess=guess, shown=lambda case_id: reference_of(uow, case_id))

    return errand.once(work)


def _case_of(uow: UnitOfWork, reference: str | None, errand: TriageErrand) -> str | None:
    if reference is None:
        return None
    try:
        return get_case(uow, reference, errand.caller).reference
    except CaseworkNotFound as error:
        raise CaseworkRejected(str(error)) from error
