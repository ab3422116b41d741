"""Documents that are covered in part: read, searched and made anew in a process of its own, within bounds.

A document may be hostile, and the library that reads PDF is large: what breaks it breaks a process that holds nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from casework.errors import CaseworkUnavailable, Refusal
from casework.redaction import Box, boxes_as_facts

_SECONDS: Final = 90
_AT_ONCE: Final = 2
_turn = threading.BoundedSemaphore(_AT_ONCE)


def sizes_of_pages(document: bytes) -> Sequence[tuple[int, int]]:
    """Width and height of the picture of each page; Refusal when the document cannot be covered."""
    told, _ = _ask({"do": "look"}, document)
    return [(width, height) for width, height in told["sizes"]]


def picture_page(document: bytes, page: int) -> bytes:
    """A page, from 1, as JPEG: exactly as it is given out where no box covers it."""
    return _ask({"do": "picture", "page": page}, document)[1]


def find_words(document: bytes, words: str, ground: str) -> Sequence[Box]:
    """Boxes over every place where the words stand in the text layer; Refusal when there are none."""
    if not words.strip():
        raise Refusal("missing_words", "words are missing: write what is to be covered")
    told, _ = _ask({"do": "find", "words": words}, document)
    if not told["places"]:
        raise Refusal("no_such_words", "the words stand nowhere in the text layer: cover them by boxes on the pages")
    return [
        Box(page, left=left, top=top, right=right, bottom=bottom, ground=ground)
        for page, left, top, right, bottom in told["places"]
    ]


def cover_document(document: bytes, boxes: Sequence[Box], marks: Mapping[str, str]) -> bytes:
    """A PDF of the pages as pictures, boxes black upon them with the mark of their ground; it was looked through."""
    task = {"do": "cover", "boxes": boxes_as_facts(boxes), "marks": [marks[box.ground] for box in boxes]}
    return _ask(task, document)[1]


def _ask(task: Mapping[str, object], document: bytes) -> tuple[Mapping[str, Any], bytes]:
    if not _turn.acquire(timeout=_SECONDS):
        raise CaseworkUnavailable("many documents are being read at this moment: try again")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "casework.papers.cover_child"],
            input=json.dumps(task).encode() + b"\n" + document,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            # None of our secrets, only where our modules lie.
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        # What is in the error may quote the document.
        raise Refusal("document_hard", "the document cannot be read in time: print it to a new PDF") from None
    finally:
        _turn.release()
    line, _, made = done.stdout.partition(b"\n")
    told: Mapping[str, Any] = json.loads(line)
    if "refused" in told:
        raise Refusal(told["refused"], told["says"], **told["facts"])
    return told, made
