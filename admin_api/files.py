"""Files that come in with forms, and files given out: for saving only, whatever their bytes are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fastapi.responses import Response
from starlette.datastructures import UploadFile

from admin_api.errors import TooLarge
from casework.attaching import download_headers, keep_file
from casework.message import Attachment
from casework.ports import BlobStore

LARGEST_FILE: Final = 10 * 1024 * 1024
LARGEST_TOGETHER: Final = 20 * 1024 * 1024
MOST_FILES: Final = 10


def compose_download(name: str, content_type: str, data: bytes) -> Response:
    """A file to be saved, never shown."""
    return Response(data, headers=download_headers(name, content_type))


def keep_uploads(files: Iterable[UploadFile], blobs: BlobStore) -> tuple[Attachment, ...]:
    """Put uploaded files among the blobs, each under the type found in its bytes; TooLarge."""
    chosen = [file for file in files if file.filename]
    sizes = [file.size or 0 for file in chosen]
    if len(chosen) > MOST_FILES or sum(sizes) > LARGEST_TOGETHER or max(sizes, default=0) > LARGEST_FILE:
        raise TooLarge(f"at most {MOST_FILES} files, 10 MB each and 20 MB together")
    return tuple(_keep(file, blobs) for file in chosen)


def _keep(file: UploadFile, blobs: BlobStore) -> Attachment:
    content = file.file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TooLarge
    return keep_file(file.filename or "", content, blobs)
