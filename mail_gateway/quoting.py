"""The citizen's new words, apart from quoted mail and signatures. Folded, never deleted: every line is in one part.

A program's dividing line, header block or attribution begins a quote that runs to the end. Lines after `>` are a quote
each for itself, so that an answer written between or below them counts as new words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail_gateway import attributions, html_quotes
from mail_gateway import quote_marks as marks
from mail_gateway.folds import Fold
from mail_gateway.header_blocks import may_label, read_block
from mail_gateway.signatures import fold_signatures

MAX_LOOKS = 400
"""So many lines of a letter are looked at closely; a letter made to be slow has more that seem to be marks."""

MAX_LINES = 20_000
"""Below these only marked lines are looked for."""


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
    return _split(lines, [Fold.NEW] * len(lines))


def split_html(html: str) -> Words:
    """The new words of an HTML letter, by its quote and signature elements first and by its text after."""
    words = _split_marked(html_quotes.marked_lines(html))
    # Some programs let people write in the element that they made for the signature.
    return (
        words if words.new or not words.signature else _split_marked(html_quotes.marked_lines(html, signatures=False))
    )


def _split_marked(marked: list[tuple[str, Fold]]) -> Words:
    return _split([line for line, _ in marked], [fold for _, fold in marked])


def split_letter(text: str, html: str) -> Words:
    """The new words of a letter by its plain text; by its HTML when there is none or the HTML separates better."""
    if not html.strip():
        return split_words(text)
    if not text.strip() or _is_stub(text, html):
        return split_html(html)
    words = split_words(text)
    if words.quoted or not html_quotes.has_quotes(html):
        return words
    by_html = split_html(html)
    return by_html if by_html.quoted and by_html.new else words


def _is_stub(text: str, html: str) -> bool:
    """Whether the plain text only says that the letter is HTML."""
    return len(text) < _MAX_STUB and len(html) > len(text) and _STUB.search(text) is not None


def _split(lines: list[str], folds: list[Fold]) -> Words:
    _Folding(lines, folds).fold_quotes()
    fold_signatures(lines, folds)
    parts = {fold: "\n".join(line for line, is_ in zip(lines, folds, strict=True) if is_ is fold) for fold in Fold}
    return Words(parts[Fold.NEW].strip(), parts[Fold.QUOTED].strip("\n"), parts[Fold.SIGNATURE].strip("\n").rstrip())


class _Folding:
    """One walk down a letter that folds its quotes."""

    def __init__(self, lines: list[str], folds: list[Fold]) -> None:
        self.lines = lines
        self.folds = folds
        self.looks = 0

    def fold_quotes(self) -> None:
        """Mark every quoted line."""
        index = 0
        while index < len(self.lines):
            index = self._step(index)

    def _step(self, index: int) -> int:
        """Fold the quote that is known of by the line `index`, if any; the next line to look at."""
        line = self.lines[index]
        stripped = line.strip()
        if not stripped or self.folds[index] is not Fold.NEW:
            return index + 1
        if stripped[0] in _MARKED and marks.QUOTED.match(line) and not attributions.is_broken_end(line):
            return self._fold(index, self._marked_end(index))
        if self.looks > MAX_LOOKS or index > MAX_LINES:
            return index + 1
        if marks.may_divide(stripped) and marks.is_divider(line):
            return self._fold_after(self._with_rules_above(index), self._divider_end(index))
        if may_label(stripped):
            self.looks += 1
            block = read_block(self.lines, index)
            if block is not None:
                return self._fold_after(self._with_rules_above(index), block.end)
        if attributions.shares_its_line(stripped):
            return self._fold_after(index, index + 1)
        if attributions.may_end(stripped):
            return self._attribution(index)
        return index + 1

    def _attribution(self, index: int) -> int:
        self.looks += 1
        is_marked = self._is_marked_below(index + 1)
        start = attributions.attribution_start(self.lines, index, is_marked_below=is_marked)
        if start is None:
            return index + 1
        while self.folds[start] is not Fold.NEW:
            start += 1
        at = attributions.split_within(self.lines[start]) if start == index else None
        if at is not None:
            self.lines[start : start + 1] = [self.lines[start][:at].rstrip(), self.lines[start][at:]]
            self.folds[start : start + 1] = [Fold.NEW, Fold.NEW]
            start, index = start + 1, index + 1
        return self._fold_after(start, index + 1)

    def _divider_end(self, index: int) -> int:
        """The first line after a divider and the header lines below it."""
        below = self._below(index + 1)
        block = read_block(self.lines, below, is_introduced=True) if below is not None else None
        return block.end if block is not None else index + 1

    def _below(self, start: int) -> int | None:
        """The first line with words from `start` on, if it is near."""
        end = min(start + _NEAR, len(self.lines))
        return next((place for place in range(start, end) if self.lines[place].strip()), None)

    def _fold_after(self, start: int, end: int) -> int:
        """Fold what introduces a quote, and the quote: marked lines if there are such, else all that follows."""
        return self._fold(start, self._marked_end(end) if self._is_marked_below(end) else len(self.lines))

    def _fold(self, start: int, end: int) -> int:
        for place in range(start, end):
            self.folds[place] = Fold.QUOTED
        return end

    def _is_marked(self, index: int) -> bool:
        if self.folds[index] is Fold.QUOTED:
            return True
        return marks.QUOTED.match(self.lines[index]) is not None and not attributions.is_broken_end(self.lines[index])

    def _is_marked_below(self, start: int) -> bool:
        """Whether the first line with words from `start` on is marked as quoted."""
        below = self._below(start)
        return below is not None and self._is_marked(below)

    def _marked_end(self, index: int) -> int:
        """The first line after a stretch of marked lines, the blank ones among them and the broken ends of them."""
        end, place = index, index
        while place < len(self.lines):
            if not self.lines[place].strip():
                place += 1
                continue
            if not self._is_marked(place) and not (place == end and self._is_broken_off(place)):
                break
            place += 1
            end = place
        return end

    def _is_broken_off(self, index: int) -> bool:
        """Whether an unmarked line between marked ones is the end of the one above, broken by a program."""
        if index == 0 or index + 1 >= len(self.lines) or not self._is_marked(index + 1):
            return False
        above, line = self.lines[index - 1].rstrip(), self.lines[index].strip()
        if len(above) > _FULL_LINE and above[-1] not in _SENTENCE_ENDS:
            return True
        return _LINK_LINE.match(line) is not None or (above.count("(") > above.count(")") and ")" in line)

    def _with_rules_above(self, index: int) -> int:
        """The line at which a quote begins: rules and blank lines directly above its introduction belong to it."""
        start = index
        for place in range(index - 1, max(-1, index - _RULES_ABOVE), -1):
            line = self.lines[place]
            if self.folds[place] is not Fold.NEW or (line.strip() and not marks.is_bare_rule(line)):
                break
            if line.strip():
                start = place
        return start


_MARKED = frozenset(">＞&")
_FULL_LINE = 66
"""A marked line so long may have been broken."""
_SENTENCE_ENDS = frozenset(".!?。！？:：")
_LINK_LINE = re.compile(r"^[(<\[]?\s*https?://\S+\s*[)>\]]?[\s>]*$")
_RULES_ABOVE = 5
_NEAR = 40
_MAX_STUB = 400
_STUB = re.compile(
    r"\bhtml\b.{0,60}(?:mail|message|format|view|support|display|client)|(?:mail|message|view|content).{0,60}\bhtml\b|HTML\s?(?:格式|邮件)",
    re.IGNORECASE | re.DOTALL,
)
