"""Files that come with messages: kept under the type found in their bytes, and under a name that harms nobody."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import filetype

from casework.message import Attachment
from casework.ports import BlobStore

UNRECOGNISED = "application/octet-stream"
"""What is kept under this type is offered for download only."""
MAX_NAME = 120
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")


def keep_file(name: str, data: bytes, blobs: BlobStore) -> Attachment:
    """The attachment that `data` becomes, its bytes kept before anything refers to them."""
    return Attachment(clean_name(name), recognise(data), len(data), blobs.put(data))


def recognise(data: bytes) -> str:
    """The media type that the bytes themselves show; what a sender says of them counts for nothing."""
    return (filetype.guess_mime(data) if data else None) or UNRECOGNISED


def clean_name(name: str) -> str:
    """A file name without folders, control and direction characters; its ending stays when it is cut."""
    folded = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character for character in folded if unicodedata.category(character)[0] != "C").strip(" .")
    if len(kept) > MAX_NAME:
        stem, dot, ending = kept.rpartition(".")
        kept = stem[: MAX_NAME - len(ending) - 1] + dot + ending if stem and len(ending) <= 10 else kept[:MAX_NAME]
    return kept or "file"


def download_headers(name: str, content_type: str) -> dict[str, str]:
    """HTTP headers of a file to be saved, never shown: nothing of it may run in a reader's browser.

    RFC 6266 names the file in any script; the browser may neither guess its type nor run it.
    """
    folded = content_type.lower()
    clean = clean_name(name)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", clean)
    return {
        "content-type": folded if _MEDIA_TYPE.fullmatch(folded) else UNRECOGNISED,
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "private, no-store",
    }
