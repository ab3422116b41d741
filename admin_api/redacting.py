"""The heavy half of covering documents, for pages and programs alike: reading one, and making the redacted one.

It is done before the unit of work that keeps what came of it, and on a thread: a document may take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from admin_api.access import Context
from admin_api.pages import texts
from casework.attaching import keep_file
from casework.errors import Refusal
from casework.message import Attachment
from casework.papers.document_pages import cover_document, sizes_of_pages
from casework.party import Language
from casework.redaction import Box, check_boxes
from casework.regime import Ground


def count_pages(file: Attachment, context: Context) -> int:
    """How many pages a file has; Refusal when it cannot be covered."""
    return len(sizes_of_pages(context.blobs.get(file.sha256)))


def make_redacted(document: str, boxes: Sequence[Box], grounds: Mapping[str, Ground], context: Context) -> Attachment:
    """The redacted document, its bytes kept, and nothing that refers to them yet; Refusal without any box."""
    if not boxes:
        raise Refusal("no_boxes", "nothing is covered: send what may be disclosed whole as it is")
    original = context.blobs.get(document)
    checked = check_boxes(boxes, pages=len(sizes_of_pages(original)), grounds=grounds)
    marks = {ground.name: ground.mark for ground in grounds.values()}
    return keep_file(f"{document[:12]}.pdf", cover_document(original, checked, marks), context.blobs)


def note_of_original(language: Language) -> str:
    """What colleagues read beside a document that is to be covered."""
    return texts().say("redaction.note_original", language)


def note_of_redacted(boxes: Sequence[Box], language: Language) -> str:
    """What colleagues read beside the redacted one."""
    return texts().say("redaction.note_redacted", language, boxes=len(set(boxes)))
