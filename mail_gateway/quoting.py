"""The citizen's new words, apart from quoted mail and signatures. Folded, never deleted: every line is in one part.

A program's dividing line or header block begins a quote that runs to the end. Lines after `>` are a quote each for
itself, so that an answer written between or below them counts as new words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mail_gateway import quote_marks as marks


class Fold(StrEnum):
    """What a line of a letter is."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's text in three parts, each with its lines in their order."""

    new: str
    quoted: str = ""
    signature: str = ""

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"Words(new={len(self.new)}, quoted={len(self.quoted)}, signature={len(self.signature)})"


def split_words(text: str) -> Words:
    """The new words of `text`, and what is folded."""
    lines = text.split("\n")
    folds = _fold_quotes(lines)
    _fold_signature(lines, folds)
    parts = {fold: "\n".join(line for line, is_ in zip(lines, folds, strict=True) if is_ is fold) for fold in Fold}
    return Words(parts[Fold.NEW].strip(), parts[Fold.QUOTED].strip("\n"), parts[Fold.SIGNATURE].strip("\n"))


def _fold_quotes(lines: list[str]) -> list[Fold]:
    folds = [Fold.NEW] * len(lines)
    index = 0
    while index < len(lines):
        end = _quote_end(lines, index)
        if end is None:
            index += 1
            continue
        folds[index:end] = [Fold.QUOTED] * (end - index)
        index = end
    return folds


def _quote_end(lines: list[str], index: int) -> int | None:
    """Where the quote that opens at `index` ends; None when none opens there."""
    if not lines[index].strip():
        return None
    if marks.QUOTED.match(lines[index]):
        return _marked_end(lines, index)
    if any(divider.match(lines[index]) for divider in marks.DIVIDERS) or _is_header_block(lines, index):
        return len(lines)
    after = _attribution_end(lines, index)
    if after is None:
        return None
    # Without marked lines below the attribution, the program quotes everything that follows.
    return _marked_end(lines, after) if _is_marked_next(lines, after) else len(lines)


def _marked_end(lines: list[str], index: int) -> int:
    """The first line after a stretch of marked lines and the blank ones among them."""
    end = index
    for place in range(index, len(lines)):
        if marks.QUOTED.match(lines[place]):
            end = place + 1
        elif lines[place].strip():
            break
    return end


def _attribution_end(lines: list[str], index: int) -> int | None:
    """Where an attribution that starts at `index`, perhaps broken over lines, ends."""
    for end in range(index + 1, min(index + marks.ATTRIBUTION_LINES, len(lines)) + 1):
        if not lines[end - 1].strip():
            return None
        if _is_attribution(lines[index:end]):
            # The first lines may be the citizen's own: an attribution begins as late as it can.
            return None if any(_is_attribution(lines[later:end]) for later in range(index + 1, end)) else end
    return None


def _is_attribution(lines: list[str]) -> bool:
    if marks.ATTRIBUTION_END.search(lines[-1].rstrip()[-60:]) is None:
        return False
    return marks.ATTRIBUTION.match(" ".join(line.strip() for line in lines)[:500]) is not None


def _is_header_block(lines: list[str], index: int) -> bool:
    if not marks.FROM_LABEL.match(lines[index]):
        return False
    labels = set()
    for line in lines[index + 1 : index + 1 + marks.LABEL_LINES]:
        found = marks.OTHER_LABEL.match(line)
        if found is not None:
            labels.add(found[1].lower())
    return len(labels) >= marks.LABELS_WANTED


def _is_marked_next(lines: list[str], start: int) -> bool:
    """Whether the first line with words from `start` on is marked as quoted."""
    return next((marks.QUOTED.match(line) is not None for line in lines[start:] if line.strip()), False)


def _fold_signature(lines: list[str], folds: list[Fold]) -> None:
    new = [index for index, fold in enumerate(folds) if fold is Fold.NEW and lines[index].strip()]
    for place, index in enumerate(new):
        is_rule = marks.SIGNATURE_RULE.match(lines[index]) and len(new) - place <= marks.SIGNATURE_LINES
        is_last = place == len(new) - 1 and any(sign.match(lines[index]) for sign in marks.SIGNATURE)
        if is_rule or is_last:
            for line in range(index, len(lines)):
                if folds[line] is Fold.NEW:
                    folds[line] = Fold.SIGNATURE
            return
