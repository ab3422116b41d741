"""The process that reads documents for `casework.papers.document_pages`: one task, and it is gone.

On its input comes a line of JSON and then the document; out go a line of JSON and then what was made.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from typing import Any, Final

from casework.errors import Refusal
from casework.papers.covering import Sheets, cover, opened, picture_of_page, places_of_words
from casework.redaction import MOST_BOXES, boxes_from

_MEMORY: Final = 2 * 2**30
_SECONDS: Final = 60


def main() -> None:
    """Do the task, within bounds of memory and time, and without writing to any file."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    task = json.loads(sys.stdin.buffer.readline())
    told: Mapping[str, object]
    try:
        with opened(sys.stdin.buffer.read()) as sheets:
            told, made = _do(task, sheets)
    except Refusal as refusal:
        told, made = {"refused": refusal.key, "says": str(refusal), "facts": refusal.facts}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + made)


def _do(task: Mapping[str, Any], sheets: Sheets) -> tuple[Mapping[str, object], bytes]:
    match task["do"]:
        case "look":
            return {"sizes": [sheets.size(page) for page in range(1, len(sheets) + 1)]}, b""
        case "picture":
            return {}, picture_of_page(sheets, task["page"])
        case "find":
            places = places_of_words(sheets, task["words"], most=MOST_BOXES)
            return {"places": [[page, one.left, one.top, one.right, one.bottom] for page, one in places]}, b""
        case _:
            return {}, cover(sheets, boxes_from(task["boxes"]), task["marks"])


if __name__ == "__main__":
    main()
