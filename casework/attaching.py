"""Files that come with messages: kept under the type found in their bytes, and under a name that harms nobody."""

from __future__ import annotations

import unicodedata

import filetype

from casework.message import Attachment
from casework.ports import BlobStore

UNRECOGNISED = "application/octet-stream"
"""What is kept under this type is offered for download only."""
MAX_NAME = 120


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
