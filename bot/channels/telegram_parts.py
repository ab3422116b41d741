"""Cuts one reply into the messages that Telegram takes: texts of bounded length, buttons, one file each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from casework.message import Attachment, Choice, Reply

TEXT_LIMIT = 4096
"""Characters of one message (Bot API, sendMessage); counted in UTF-16 units, which is never too few."""
_BREAKS = ("\n\n", "\n", "。", "！", "？", ". ", "; ", "；", "，", " ")
_SHORT_LABEL = 8
_ROW = 3


@dataclass(frozen=True, slots=True)
class TextPart:
    """One message of text."""

    text: str
    rows: tuple[tuple[Choice, ...], ...] = ()
    """Rows of buttons under it."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """One message that is a file."""

    attachment: Attachment


def cut_reply(reply: Reply) -> tuple[TextPart | FilePart, ...]:
    """The messages in the order of sending; buttons stand under the last text."""
    texts = [TextPart(text) for text in split_text(reply.text)]
    if texts:
        thumbs = (reply.thumbs,) if reply.thumbs else ()
        texts[-1] = TextPart(texts[-1].text, (*arrange_choices(reply.choices), *thumbs))
    return (*texts, *(FilePart(attachment) for attachment in reply.attachments))


def split_text(text: str, limit: int = TEXT_LIMIT) -> Iterator[str]:
    """Pieces of at most `limit` UTF-16 units, cut at the end of a paragraph, else of a line, a sentence or a word."""
    rest = text.strip()
    while rest:
        end = _fitting(rest, limit)
        if end < len(rest):
            end = _last_break(rest[:end])
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()


def arrange_choices(choices: tuple[Choice, ...]) -> tuple[tuple[Choice, ...], ...]:
    """Short labels three in a row, long ones each on a line, so that none is cut off on a phone."""
    width = _ROW if all(len(choice.label) <= _SHORT_LABEL for choice in choices) else 1
    return tuple(choices[start : start + width] for start in range(0, len(choices), width))


def _fitting(text: str, limit: int) -> int:
    units = 0
    for place, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return place
    return len(text)


def _last_break(piece: str) -> int:
    """Where to cut: after the best break that leaves the piece at least half full, or at its very end."""
    for mark in _BREAKS:
        found = piece.rfind(mark)
        if found >= len(piece) // 2:
            return found + len(mark)
    return len(piece)
