"""The mail that a letter brings along, unwrapped: who wrote the forwarded or answered words, when, to whom, about what.

Read from the text alone, so it is a help for the eye of a clerk and evidence of nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mail_gateway import attributions
from mail_gateway import quote_marks as marks
from mail_gateway.header_blocks import may_label, read_block

MAX_LINES = 600
"""A letter is searched so far for the mail within it."""
_CITED = re.compile(r"^\s*(?:[>＞]|&gt;) ?")
_MIN_QUOTE_LINES = 2


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail found within another's text."""

    kind: str
    """`forward`, `reply`, or `quote` when nothing says who wrote it."""
    text: str
    text_top: str = ""
    """What the sender wrote above it."""
    text_bottom: str = ""
    author: str = ""
    to: str = ""
    cc: str = ""
    date: str = ""
    subject: str = ""
    reply_to: str = ""

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"Forwarded({self.kind}, {len(self.text)})"


def unwrap(text: str) -> Forwarded | None:
    """The first mail within `text`; None when there is none."""
    lines = text.split("\n")
    for index, line in enumerate(lines[:MAX_LINES]):
        if not line.strip():
            continue
        found = _by_headers(lines, index) or _by_attribution(lines, index) or _by_marks(lines, index)
        if found is not None:
            return found
    return None


def _by_headers(lines: list[str], index: int) -> Forwarded | None:
    """A mail below a divider, a block of header lines, or both."""
    is_divider = marks.is_divider(lines[index])
    is_cited = marks.QUOTED.match(lines[index]) is not None
    below = _next_written(lines, index + 1, is_cited=is_cited) if is_divider else index
    block = None
    if below < len(lines) and may_label(lines[below].strip()):
        block = read_block(lines, below, is_introduced=is_divider)
    if block is None:
        return _by_divider(lines, index) if is_divider else None
    text, bottom = _body(lines, block.end)
    return Forwarded(
        kind="forward",
        text=text,
        text_top=_above(lines, index),
        text_bottom=bottom,
        author=block.fields.get("from", ""),
        to=block.fields.get("to", ""),
        cc=block.fields.get("cc", ""),
        date=block.fields.get("date", ""),
        subject=block.fields.get("subject", ""),
        reply_to=block.fields.get("reply-to", ""),
    )


def _by_divider(lines: list[str], index: int) -> Forwarded:
    """A mail below a divider without header lines; an attribution may follow instead."""
    text, bottom = _body(lines, index + 1)
    below = _next_written(lines, index + 1)
    inner = _by_attribution(lines, below) if below < len(lines) else None
    if inner is not None:
        return replace(inner, text_top=_above(lines, index))
    return Forwarded("forward", text, _above(lines, index), bottom)


def _by_attribution(lines: list[str], index: int) -> Forwarded | None:
    if not attributions.may_end(lines[index].strip()):
        return None
    below = _next_written(lines, index + 1)
    is_marked = below < len(lines) and marks.QUOTED.match(lines[below]) is not None
    start = attributions.attribution_start(lines, index, is_marked_below=is_marked)
    if start is None:
        return None
    author, date = attributions.author_and_date(" ".join(_uncited(line).strip() for line in lines[start : index + 1]))
    text, bottom = _body(lines, index + 1)
    return Forwarded("reply", text, _above(lines, start), bottom, author=author, date=date)


def _by_marks(lines: list[str], index: int) -> Forwarded | None:
    if marks.QUOTED.match(lines[index]) is None:
        return None
    body, bottom = _body(lines, index)
    # A marked header block or attribution further down says more than the marks alone.
    inner = unwrap(body) if "\n" in body else None
    if inner is not None and inner.kind != "quote" and not inner.text_top:
        return replace(inner, text_top=_above(lines, index), text_bottom=bottom)
    if body.count("\n") + 1 < _MIN_QUOTE_LINES:
        return None
    return Forwarded("quote", body, _above(lines, index), bottom)


def _body(lines: list[str], start: int) -> tuple[str, str]:
    """The text of the mail from `start` on, and what stands below it when its lines are marked."""
    first = _next_written(lines, start)
    if first == len(lines) or marks.QUOTED.match(lines[first]) is None:
        return "\n".join(lines[start:]).strip(), ""
    end = first
    for place in range(first, len(lines)):
        if marks.QUOTED.match(lines[place]):
            end = place + 1
        elif lines[place].strip():
            break
    return "\n".join(_uncited(line) for line in lines[first:end]).strip(), "\n".join(lines[end:]).strip()


def _above(lines: list[str], index: int) -> str:
    above = list(lines[:index])
    while above and (not above[-1].strip() or marks.is_bare_rule(above[-1])):
        above.pop()
    return "\n".join(above).strip()


def _uncited(line: str) -> str:
    return _CITED.sub("", line, count=1)


def _next_written(lines: list[str], start: int, *, is_cited: bool = False) -> int:
    for place in range(start, len(lines)):
        if (_uncited(lines[place]) if is_cited else lines[place]).strip():
            return place
    return len(lines)
