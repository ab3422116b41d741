"""Covering what is not disclosed in a document: laid out, boxes drawn, and the redacted document kept beside it.

Who may draft the reply may do this, while a reply may be drafted. Both documents are attachments of notes among staff;
the redacted one reaches the citizen with the reply that names it, the other never.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from casework.actions.correspondence import keep_note
from casework.actions.stepping import Walker
from casework.case import Case
from casework.case_clock import regime_of
from casework.errors import CaseworkConflict, CaseworkNotFound, Refusal
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import Attachment, Message
from casework.redaction import (
    Box,
    Redaction,
    boxes_as_facts,
    check_boxes,
    name_redacted,
    redactions_of,
    withheld_facts,
    withheld_in,
)
from casework.regime import Ground
from casework.steps import Step


def require_redacting(case: Case, walker: Walker) -> None:
    """RightMissing, StepClosed or Refusal unless this account may cover documents of the case now."""
    if case.kind is not CaseKind.DISCLOSURE_APPLICATION:
        raise Refusal("redact_kind", "documents are covered in applications for government information alone")
    walker.require(Step.DRAFT, case)


def grounds_of(case: Case, walker: Walker) -> Mapping[str, Ground]:
    """On what grounds something may be covered in this case, by the regime that it keeps."""
    regime = regime_of(case.kind, case.regime, walker.office.bureau)
    return regime.grounds if regime is not None else {}


def find_redaction(case: Case, document: str, walker: Walker) -> Redaction:
    """The document of this digest as it is laid out; CaseworkNotFound."""
    found = redactions_of(walker.uow.cases.events(case.id)).get(document)
    if found is None:
        raise CaseworkNotFound(f"case {case.reference} has no document {document[:12]} to cover: lay it out first")
    return found


def files_of(case: Case, walker: Walker) -> Sequence[tuple[Message, Attachment]]:
    """Every file of the case, with the message that it came with."""
    return [(one, file) for one in walker.uow.threads.messages_of_case(case.id) for file in one.attachments]


def file_of(case: Case, sha256: str, walker: Walker) -> Attachment:
    """A file of the case; CaseworkNotFound."""
    found = next((file for _, file in files_of(case, walker) if file.sha256 == sha256), None)
    if found is None:
        raise CaseworkNotFound(f"case {case.reference} has no file {sha256[:12]}")
    return found


def begin_redaction(case: Case, file: Attachment, walker: Walker, *, pages: int, says: str) -> Redaction:
    """Lay a document out to be covered; `says` is the note that a document bears which was no file of the case yet.

    What is laid out already stays as it is.
    """
    require_redacting(case, walker)
    known = redactions_of(walker.uow.cases.events(case.id))
    if file.sha256 in known:
        return known[file.sha256]
    kept = next((message for message, one in files_of(case, walker) if one.sha256 == file.sha256), None)
    if kept is None:
        kept = keep_note(case, says, walker.uow, staff=walker.staff, now=walker.now, attachments=(file,))
    facts = {"document": file.sha256, "message": kept.id, "pages": pages}
    walker.note(case, EventName.REDACTION_BEGUN, facts)
    return find_redaction(case, file.sha256, walker)


def draw_boxes(case: Case, document: str, boxes: Sequence[Box], walker: Walker, *, seen: int) -> Redaction:
    """Save what is to be covered; `seen` is the event of the boxes that this was drawn upon.

    CaseworkConflict when somebody else saved others meanwhile.
    """
    require_redacting(case, walker)
    redaction = find_redaction(case, document, walker)
    if redaction.drawn_in != seen:
        raise CaseworkConflict("somebody else saved boxes on this document meanwhile: load it again and draw anew")
    checked = check_boxes(boxes, pages=redaction.pages, grounds=grounds_of(case, walker))
    if checked == redaction.boxes:
        return redaction
    facts = {"document": document, "boxes": boxes_as_facts(checked), "count": len(checked)}
    walker.note(case, EventName.REDACTION_DRAWN, facts)
    return find_redaction(case, document, walker)


def keep_redacted(
    case: Case, document: str, boxes: Sequence[Box], file: Attachment, walker: Walker, *, seen: int, says: str
) -> Redaction:
    """Keep the redacted document that was made of these boxes, and tell page by page what is covered in it."""
    drawn = draw_boxes(case, document, boxes, walker, seen=seen)
    named = replace(file, name=name_redacted(case.reference, document, walker.uow.cases.events(case.id)))
    note = keep_note(case, says, walker.uow, staff=walker.staff, now=walker.now, attachments=(named,))
    facts = {
        "document": document,
        "redacted": file.sha256,
        "message": note.id,
        "pages": drawn.pages,
        "withheld": withheld_facts(withheld_in(drawn.boxes)),
        "count": len(drawn.boxes),
    }
    walker.note(case, EventName.REDACTION_MADE, facts)
    return find_redaction(case, document, walker)
