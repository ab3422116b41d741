"""Files that come with a reply, and files that are looked at or taken away.

What a citizen sent is never run or rendered by the browser: it is downloaded, or shown as a picture when it is one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from admin_api.console.case_view import SHOWN_AS_PICTURE, compose_case
from admin_api.console.finding import find_case
from admin_api.files import MOST_FILES, compose_download
from admin_api.pages import Visit
from admin_api.visits import staff_visit
from casework.errors import CaseworkNotFound
from casework.message import Attachment

router = APIRouter()


@router.get("/cases/{reference}/attachments/{sha256}")
def send_attachment(
    visit: Annotated[Visit, Depends(staff_visit)], reference: str, sha256: str, *, show: bool = False
) -> Response:
    """A file of the case's correspondence; `show` only for pictures. CaseworkNotFound when it belongs to no message."""
    with visit.context.store.read() as uow:
        case = find_case(reference, uow, visit=visit)
        view = compose_case(case, uow, visit=visit)
    attachment = next(
        (one for row in view.messages for one in row.message.attachments if hmac.compare_digest(one.sha256, sha256)),
        None,
    )
    if attachment is None:
        raise CaseworkNotFound(f"case {case.reference} has no such attachment")
    content = visit.context.blobs.get(attachment.sha256)
    response = compose_download(attachment.name, attachment.content_type, content)
    if show and attachment.content_type in SHOWN_AS_PICTURE:
        response.headers["content-disposition"] = "inline"
    return response


def seal(attachment: Attachment, secret: bytes) -> str:
    """A word that stands for a file already kept, to travel in a form; nobody else can make one."""
    facts = [attachment.name, attachment.content_type, attachment.size, attachment.sha256]
    body = base64.urlsafe_b64encode(json.dumps(facts, ensure_ascii=True).encode()).decode()
    return f"{body}.{_signature(body, secret)}"


def unseal(words: Sequence[str], secret: bytes) -> tuple[Attachment, ...]:
    """The files that sealed words stand for; words that are not ours stand for nothing."""
    found = []
    for word in words[:MOST_FILES]:
        body, _, signature = word.partition(".")
        if not hmac.compare_digest(_signature(body, secret).encode(), signature.encode()):
            continue
        try:
            name, content_type, size, sha256 = json.loads(base64.urlsafe_b64decode(body))
        except (ValueError, binascii.Error):
            continue
        found.append(Attachment(name, content_type, size, sha256))
    return tuple(found)


def _signature(body: str, secret: bytes) -> str:
    return hmac.new(secret, f"kept-attachment\n{body}".encode(), hashlib.sha256).hexdigest()
