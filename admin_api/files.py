"""Files that staff send and fetch: kept under the type found in their bytes, and given out for saving only."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import filetype
from fastapi.responses import Response

from casework.message import Attachment
from casework.ports import BlobStore

UNRECOGNISED = "application/octet-stream"
MAX_NAME = 120
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")

# Nothing of a citizen's file may run in the browser of a clerk, whatever its bytes are.
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def keep_file(name: str, data: bytes, blobs: BlobStore) -> Attachment:
    """The attachment that `data` becomes, its bytes kept before anything refers to them."""
    found = filetype.guess_mime(data) if data else None
    return Attachment(clean_name(name), found or UNRECOGNISED, len(data), blobs.put(data))


def compose_download(name: str, content_type: str, data: bytes) -> Response:
    """A file to be saved, never shown: RFC 6266 names it in any script, and the browser may not guess or run it."""
    safe_type = content_type.lower() if _MEDIA_TYPE.fullmatch(content_type.lower()) else UNRECOGNISED
    return Response(
        data,
        headers={"Content-Type": safe_type, "Content-Disposition": _disposition(name), **_SAFE_HEADERS},
    )


def clean_name(name: str) -> str:
    """A file name without folders, control and direction characters; its ending stays when it is cut."""
    folded = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character for character in folded if unicodedata.category(character)[0] != "C").strip(" .")
    if len(kept) > MAX_NAME:
        stem, dot, ending = kept.rpartition(".")
        kept = stem[: MAX_NAME - len(ending) - 1] + dot + ending if stem and len(ending) <= 10 else kept[:MAX_NAME]
    return kept or "file"


def _disposition(name: str) -> str:
    clean = clean_name(name)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", clean)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
