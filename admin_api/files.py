"""Files given out to staff: for saving only, whatever their bytes are."""

from __future__ import annotations

from fastapi.responses import Response

from casework.attaching import download_headers


def compose_download(name: str, content_type: str, data: bytes) -> Response:
    """A file to be saved, never shown."""
    return Response(data, headers=download_headers(name, content_type))
