"""Signatures folded away: what a program signs for the writer, a visiting card below a delimiter, a legal notice.

The citizen's own closing stays among their words (此致敬礼, Best regards and a name): a desk must know who wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail_gateway import signature_marks as marks
from mail_gateway.folds import Fold
from mail_gateway.quote_marks import DASH

MAX_SIGNATURE_LINES = 12
"""A signature after its delimiter is not longer; what is longer is the letter."""
MAX_NOTICE_LINES = 40
_PARAGRAPH = 6
_NOTICE_CHARACTERS = 500
_TABLE_MARKS = " \t\u00a0|*"
_AROUND = " \t\u00a0\u200b*_|[]()（）>-"
_LINK = re.compile(r"\s*(?:<[^<>\s]{1,200}>|\[[^\[\]\s]{1,200}\]|\(https?:[^()\s]{1,200}\))")
_ONLY_ADDRESS = re.compile(r"^[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}$")


def fold_signatures(lines: Sequence[str], folds: list[Fold]) -> None:
    """Mark in `folds` those lines among the new ones that are a signature."""
    start = 0
    while start < len(lines):
        if folds[start] is not Fold.NEW:
            start += 1
            continue
        end = start
        while end < len(lines) and folds[end] is Fold.NEW:
            end += 1
        _fold_stretch(lines, folds, start, end)
        start = end


def _fold_stretch(lines: Sequence[str], folds: list[Fold], start: int, end: int) -> None:
    """Fold within one stretch of new lines, which a quote or the letter's end follows."""
    _fold_program_lines(lines, folds, start, end)
    written = [place for place in range(start, end) if lines[place].strip() and folds[place] is Fold.NEW]
    signature = _delimiter(lines, written)
    if signature is None:
        signature = _notice(lines, written)
    if signature is None:
        signature = _senders_address(lines, folds, written, end)
    if signature is not None:
        folds[signature:end] = [Fold.SIGNATURE] * (end - signature)


def _fold_program_lines(lines: Sequence[str], folds: list[Fold], start: int, end: int) -> None:
    last = next((place for place in range(end - 1, start - 1, -1) if lines[place].strip()), None)
    for place in range(start, end):
        alone = (place == start or not lines[place - 1].strip()) and (place + 1 == end or not lines[place + 1].strip())
        is_placed = place == last or alone or (place > start and folds[place - 1] is Fold.SIGNATURE)
        if is_placed and is_program_signature(lines[place]):
            first = _table_above(lines, start, place)
            folds[first : place + 1] = [Fold.SIGNATURE] * (place + 1 - first)
            last = place if place == last else last


def _table_above(lines: Sequence[str], start: int, place: int) -> int:
    """Where the visiting card begins that 网易邮箱大师 draws as a table above its own line."""
    if "网易" not in lines[place]:
        return place
    first = place
    for above in range(place - 1, max(start, place - MAX_SIGNATURE_LINES) - 1, -1):
        line = lines[above]
        bare = line.strip(_TABLE_MARKS)
        if "|" in line or _ONLY_ADDRESS.match(bare):
            first = above
        elif bare and not (above > start and "|" in lines[above - 1]):
            break
    return first


def is_program_signature(line: str) -> bool:
    """Whether a program wrote this line for the writer: `Sent from my iPhone`, 发自我的企业微信."""
    if not 1 < len(line) <= 3 * marks.MAX_SIGN:
        return False
    bare = _LINK.sub("", line).strip(_AROUND)
    if not bare or len(bare) > marks.MAX_SIGN:
        return False
    if marks.PLAIN_SENT_FROM.match(bare) or any(sign.match(bare) for sign in marks.SIGNED):
        return True
    if bare.endswith(marks.SIGNED_LAST):
        return any(sign.match(bare) for sign in marks.SIGNED_BY_VERB)
    found = marks.SENT_FROM.match(bare)
    return found is not None and _names_a_device(found["from"])


def _names_a_device(words: str) -> bool:
    device = marks.DEVICE.search(words)
    # `Sent from my iPhone app to all users of the town.` goes on; a program's line ends soon after the device.
    return device is not None and len(words[: device.start()].split()) < 7 and not re.search(r"[.!?。]\s+\S", words)


def _delimiter(lines: Sequence[str], written: Sequence[int]) -> int | None:
    """The line at which a signature begins by its delimiter; only in a delimiter's place, so near the end."""
    first = max(0, len(written) - MAX_NOTICE_LINES - 1)
    for place, index in enumerate(written[first:], start=first):
        line = lines[index]
        if len(line) > 2 * marks.MAX_SIGN or line.strip()[0] not in DASH:
            continue
        below = written[place + 1 :]
        if marks.DELIMITER.match(line):
            if len(below) <= MAX_SIGNATURE_LINES or _has_notice(lines, below):
                return index
        elif _is_long_rule(lines, index) and _is_card(lines, below):
            return index
    return None


def _is_long_rule(lines: Sequence[str], index: int) -> bool:
    # Below words directly, a rule underlines them: a heading, or the head of a table.
    is_apart = index == 0 or not lines[index - 1].strip()
    return is_apart and marks.LONG_RULE.match(lines[index]) is not None


def _is_card(lines: Sequence[str], below: Sequence[int]) -> bool:
    """Whether what stands below a long rule gives means of contact or a legal notice rather than goes on."""
    if not below or len(below) > MAX_NOTICE_LINES:
        return False
    if _has_notice(lines, below):
        return True
    return len(below) <= MAX_SIGNATURE_LINES and any(marks.CONTACT.search(lines[line][:500]) for line in below)


def _notice(lines: Sequence[str], written: Sequence[int]) -> int | None:
    """Where a legal notice begins that ends the stretch, when there are other words above it."""
    first = max(1, len(written) - MAX_NOTICE_LINES)
    if not _has_notice(lines, written[first:]):
        return None
    for place, index in enumerate(written[first:], start=first):
        if not lines[index - 1].strip() and _has_notice(lines, written[place : place + _PARAGRAPH]):
            paragraph = " ".join(lines[index : index + _PARAGRAPH])[:_NOTICE_CHARACTERS]
            if marks.NOTICE.search(paragraph):
                return index
    return None


def _has_notice(lines: Sequence[str], places: Sequence[int]) -> bool:
    """Whether one of the lines has a word of a legal notice in it."""
    text = "\n".join(lines[place][:_NOTICE_CHARACTERS] for place in places).casefold()
    return any(word in text for word in marks.NOTICE_WORDS)


def _senders_address(lines: Sequence[str], folds: Sequence[Fold], written: Sequence[int], end: int) -> int | None:
    """The line with nothing but the writer's address that Foxmail puts between the letter and the quote."""
    if len(written) < 2 or end >= len(lines) or folds[end] is not Fold.QUOTED:
        return None
    last = written[-1]
    is_address = _ONLY_ADDRESS.match(lines[last].strip(_TABLE_MARKS)) is not None
    return last if is_address and not lines[last - 1].strip() else None
