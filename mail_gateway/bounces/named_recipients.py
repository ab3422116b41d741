"""The recipients that the free text of a notice names as failed, and what it says of each.

Every address in the notice is graded by where it stands: in a list that a sentence announces, after a label, before a
reason, in a sentence of failure. The best grade that occurs counts; lower ones are then mentions in passing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from mail_gateway.bounces import marks
from mail_gateway.bounces.addresses import Found, addresses_in
from mail_gateway.bounces.reasons import has_code

_MAX_LINE = 1_000
_MAX_LINES = 4_000
_MAX_RECIPIENTS = 200
_MAX_REASON_LINES = 12
_BLANKS = re.compile(r"[^\S\n]+")
_LONGEST_LEAD = 160
_X400 = r"(?:[a-z]{1,4}\s*=[^;@<>]{0,60};\s*){1,12}(?:dda:)?(?:smtp|rfc-?822)[=:]"
_BULLET = r"[\s>*\-•·|○●■◆#]*(?:\d{1,3}[.)、]\s*)?"
_OPENING = r"[\"'“‘「【\[(<]{0,3}(?:(?:smtp|mailto|rfc822)\s*[:;]\s*)?<?"
_BARE = re.compile(rf"{_BULLET}{_OPENING}(?:{_X400})?", re.IGNORECASE)
_AFTER_NAME = re.compile(rf"{_BULLET}[\"']?[^<@:：]{{1,60}}[\"']?\s*[<(\[](?:smtp\s*:\s*|mailto:)?", re.IGNORECASE)
_CLOSING = r"^[>\]\"')”’」】]{0,3}\s*"
_REASON_MARK = re.compile(_CLOSING + r"(?:[:：;,，]|\.\.\.|-|–|—|=|\()")
_ALONE = re.compile(_CLOSING + r"(?:<?mailto:[^\s>]*>?)?[\s,;.。:：]*$")


_LOCAL_ALONE = re.compile(r"[ \t]{1,16}([A-Za-z0-9][\w.+-]{1,60})[ \t]*")


class Grade(IntEnum):
    """How surely an address is named as failed."""

    NONE = 0
    MENTIONED = 1
    IN_SENTENCE = 2
    BESIDE_CODE = 3
    """Beside the code of a mail server's refusal."""
    NAMED = 4
    LISTED = 5


@dataclass(slots=True)
class Named:
    """One address of a notice."""

    address: str
    grade: Grade
    reason: list[str] = field(default_factory=list)
    """Its line and those below, until another address is named."""
    original: str = ""
    """The address that was written to, when the notice says that a server made this one of it."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a notice."""

    text: str
    indent: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an address stands."""

    address: str
    before: str
    after: str
    above: str
    """The line above that is not blank."""
    below: str
    adjacent: str
    """The line straight above."""
    is_first: bool
    is_in_list: bool

    @property
    def is_bare(self) -> bool:
        """Whether the line begins with it."""
        return self.is_first and len(self.before) <= _LONGEST_LEAD and _BARE.fullmatch(self.before) is not None

    @property
    def leads(self) -> bool:
        """Whether the line begins with it or with a name beside it, and ends or gives a reason after it."""
        if self.is_bare or not self.is_first or len(self.before) > _LONGEST_LEAD:
            return self.is_bare
        named = _AFTER_NAME.fullmatch(self.before) is not None
        return named and bool(_ALONE.match(self.after) or _REASON_MARK.match(self.after))


def named_recipients(notice: str, *, passing: frozenset[str] = frozenset()) -> tuple[Named, ...]:
    """The addresses that `notice` names as failed, each once; those in `passing` only when no other is."""
    found: dict[str, Named] = {}
    for named in list(_walk([_line(line) for line in notice.split("\n")[:_MAX_LINES]])):
        known = found.setdefault(named.address, named)
        if known is not named:
            known.grade = max(known.grade, named.grade)
            known.reason += named.reason
            known.original = known.original or named.original
    return _best(list(found.values()), passing)


def bare_name(notice: str) -> str:
    """A local part that stands alone on an indented line of a list, as providers write it of their own users."""
    is_in_list = False
    for line in notice.split("\n")[:200]:
        alone = _LOCAL_ALONE.fullmatch(line[:_MAX_LINE])
        if alone is not None and is_in_list:
            return alone[1].lower()
        is_in_list = is_in_list or _announces_list(line[:_MAX_LINE])
    return ""


def _best(found: Sequence[Named], passing: frozenset[str]) -> tuple[Named, ...]:
    """Those of the best grade; a mere mention counts when it is the only one."""
    eligible = [named for named in found if named.address not in passing or named.grade >= Grade.NAMED]
    best = max((named.grade for named in eligible), default=Grade.NONE)
    floor = Grade.BESIDE_CODE if best is Grade.NAMED else best
    chosen = [named for named in eligible if named.grade >= floor and best is not Grade.NONE]
    others = [named for named in chosen if named.address not in passing]
    if best is Grade.MENTIONED and len(chosen) > 1:
        return ()
    return tuple((others or chosen)[:_MAX_RECIPIENTS])


def _line(raw: str) -> _Line:
    """Blanks in a row become one: patterns would try every way to share them out."""
    return _Line(_BLANKS.sub(" ", raw[:_MAX_LINE]).rstrip(), len(raw) - len(raw.lstrip()))


def _walk(lines: Sequence[_Line]) -> Iterator[Named]:
    current: Named | None = None
    indent, previous, is_in_list = 0, "", False
    for number, line in enumerate(lines):
        if line.text.strip():
            within = current if previous else None
            is_deeper = within is not None and line.indent > indent
            fresh = list(_of_line(lines, number, within, is_deeper=is_deeper, is_in_list=is_in_list))
            yield from fresh
            named = next((named for named in reversed(fresh) if named.grade >= Grade.NAMED), None)
            if named is not None:
                current, indent = named, line.indent
            if current is not None and len(current.reason) < _MAX_REASON_LINES:
                current.reason.append(line.text.strip())
            is_in_list = is_in_list or (not fresh and _announces_list(f"{previous} {line.text}"))
        previous = line.text.strip()


def _of_line(
    lines: Sequence[_Line], number: int, current: Named | None, *, is_deeper: bool, is_in_list: bool
) -> Iterator[Named]:
    """The graded addresses of one line. Those within the reason of `current` belong to it, and are not yielded."""
    has_led = False
    for order, found in enumerate(addresses_in(lines[number].text)):
        place = _place(lines, number, found, is_first=order == 0, is_in_list=is_in_list)
        if marks.ALIAS.search(place.before):
            if current is None:
                yield Named(found.address, Grade.NAMED)
            else:
                current.original = current.original or found.address
            continue
        grade = _grade(place)
        has_led = has_led or (place.leads and grade >= Grade.NAMED and not is_deeper)
        if grade is not Grade.NONE and (current is None or has_led):
            yield Named(found.address, grade)


def _place(lines: Sequence[_Line], number: int, found: Found, *, is_first: bool, is_in_list: bool) -> _Place:
    line = lines[number].text
    return _Place(
        found.address,
        before=line[: found.start],
        after=line[found.end :],
        above=next((above.text.strip() for above in reversed(lines[max(0, number - 4) : number]) if above.text), ""),
        below=" ".join(below.text for below in lines[number + 1 : number + 4]),
        adjacent=lines[number - 1].text if number else "",
        is_first=is_first,
        is_in_list=is_in_list,
    )


def _announces_list(words: str) -> bool:
    words = words[-400:]
    return marks.LIST_INTRO.search(words) is not None and marks.FAILED.search(words) is not None


def _grade(place: _Place) -> Grade:
    if marks.RCPT.search(place.before[-60:]) or (place.is_bare and marks.RCPT.search(place.above[-60:])):
        return Grade.NAMED
    if (
        marks.SENDER.search(place.before[-80:])
        or marks.CONTACT.search(place.before)
        or marks.DAEMON.match(place.address)
    ):
        return Grade.NONE
    return _grade_of_leading(place) if place.leads else _grade_within(place)


def _grade_within(place: _Place) -> Grade:
    if marks.WRITTEN_TO.match(place.before):
        return Grade.MENTIONED
    if marks.NAMED_FAILED.search(place.before[-100:]):
        return Grade.NAMED
    if marks.CONTACT.search(place.adjacent[-30:]) and len(place.before) < 30:
        return Grade.NONE
    sentence = f"{place.before} {place.after}"
    if has_code(sentence) and marks.REFUSED_SENDER.search(sentence) is None:
        return Grade.BESIDE_CODE
    return Grade.IN_SENTENCE if marks.FAILED.search(sentence) else Grade.MENTIONED


def _grade_of_leading(place: _Place) -> Grade:
    if marks.CONTACT.search(place.adjacent[-60:]):
        return Grade.NONE
    if place.is_in_list:
        return Grade.LISTED
    if marks.NAMED_FAILED.search(place.above[-100:]):
        return Grade.NAMED
    has_reason = _REASON_MARK.match(place.after) or _ALONE.match(place.after)
    told = place.after + (f" {place.below}" if has_reason else "")
    is_named = _tells_failure(told) or marks.FAILED.search(place.above) is not None
    if is_named and has_reason:
        return Grade.NAMED
    return Grade.IN_SENTENCE if is_named else Grade.MENTIONED


def _tells_failure(words: str) -> bool:
    return has_code(words) or marks.FAILED.search(words) is not None
