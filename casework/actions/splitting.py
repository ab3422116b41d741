"""Splitting one letter into the several matters that it holds, on a clerk's word.

The clerk says which paragraphs go together; nobody rewrites what the citizen wrote. What is said to belong to every
part, as a greeting or an address does, stands in each. The letter itself is kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casework.actions.triage import decide
from casework.errors import CaseworkRejected
from casework.events import EventName
from casework.inbox import ClerkDecision, InboxEntry
from casework.kinds import CaseKind
from casework.message import CaseId, Direction, InboxId, LetterPart, StaffId
from casework.ports import UnitOfWork
from casework.staff import Staff

MOST_PARTS = 6
MOST_PIECES = 200
"""Of a longer letter the last piece holds the rest."""
EVERY_PART = 0
"""The number of what belongs to every part."""
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*\n\s*")
_SENTENCE = re.compile(r"[^。！？!?\n;；]+(?:[。！？!?;；]+[”’\"')）]*|\n|$)")
_NUMBERED = re.compile(
    r"^\s*(?:[（(]?[0-9一二三四五六七八九十]{1,2}[、.．)）:：]|第[一二三四五六][，,、是件个]|[①②③④⑤⑥])"
)
_LONGEST_TITLE = 60
_SHORT = 8
"""A piece so short is a greeting or a name."""


@dataclass(frozen=True, slots=True)
class PartWish:
    """What a clerk says of one part."""

    kind: CaseKind | None = None
    """None leaves it to the assistant, as with a letter of its own."""
    reference: str | None = None
    """The canonical reference of the case that it belongs to."""


def words_of(entry: InboxEntry) -> str:
    """The words that may be split: the new ones of a letter, or all of it when it has none."""
    if entry.reading is not None and (words := entry.reading.words or entry.reading.text):
        return words
    return entry.message.text if entry.message is not None else ""


def pieces_of(text: str, *, by_sentence: bool = False) -> tuple[str, ...]:
    """What a letter can be parted at: its paragraphs, or its lines where it has no blank ones, or its sentences."""
    text = text.strip().replace("\r\n", "\n")
    if by_sentence:
        found = [piece.strip() for piece in _SENTENCE.findall(text)]
    else:
        found = _BLANK_LINES.split(text)
        if len(found) == 1:
            found = text.split("\n")
        found = [piece.strip("\n") for piece in found]
    pieces = [piece for piece in found if piece.strip()]
    return (*pieces[: MOST_PIECES - 1], *(["\n".join(pieces[MOST_PIECES - 1 :])] if len(pieces) >= MOST_PIECES else []))


def guess_marks(pieces: Sequence[str]) -> tuple[int, ...]:
    """A first idea of which piece belongs to which part, for the clerk to mend: by the writer's own numbers, if any."""
    starts = [_NUMBERED.match(piece) is not None for piece in pieces]
    if sum(starts) > 1:
        return _marks_by_numbers(starts, pieces)
    marks, number = [], 0
    for piece in pieces:
        if len(piece.strip()) <= _SHORT or _is_closing(piece):
            marks.append(EVERY_PART)
            continue
        number = min(number + 1, MOST_PARTS)
        marks.append(number)
    return tuple(marks)


def _marks_by_numbers(starts: Sequence[bool], pieces: Sequence[str]) -> tuple[int, ...]:
    """What follows a number belongs to it; the greeting before the first and the closing words belong to every part."""
    marks, number = [], 0
    for is_start in starts:
        number = min(number + is_start, MOST_PARTS)
        marks.append(number)
    for place in range(len(pieces) - 1, -1, -1):
        if starts[place] or not _is_closing(pieces[place]):
            break
        marks[place] = EVERY_PART
    return tuple(marks)


def _is_closing(piece: str) -> bool:
    """Whether it is so short as closing words, a name or a telephone number are, and no sentence."""
    return len(piece.strip()) <= 4 * _SHORT and piece.rstrip()[-1] not in "。？！?!"


def parts_of(pieces: Sequence[str], marks: Sequence[int]) -> tuple[LetterPart, ...]:
    """The parts that the marks make, in the order of their numbers; CaseworkRejected when they make fewer than two."""
    if len(marks) != len(pieces):
        raise CaseworkRejected("the letter has other paragraphs than were marked: look at it again")
    numbers = sorted(set(marks) - {EVERY_PART})
    if len(numbers) < 2 or not all(0 < number <= MOST_PARTS for number in numbers):
        raise CaseworkRejected(f"a letter is split into two to {MOST_PARTS} parts")
    marked = list(zip(pieces, marks, strict=True))
    return tuple(
        LetterPart(
            text="\n\n".join(piece for piece, mark in marked if mark in (number, EVERY_PART)),
            number=place,
            count=len(numbers),
            title=_title_of(next(piece for piece, mark in marked if mark == number)),
        )
        for place, number in enumerate(numbers, 1)
    )


def _title_of(piece: str) -> str:
    """The first words of what is its own, without the number that the writer gave it."""
    words = _NUMBERED.sub("", " ".join(piece.split()))
    first = (_SENTENCE.findall(words) or [words])[0].strip()
    return first if len(first) <= _LONGEST_TITLE else f"{first[: _LONGEST_TITLE - 1]}…"


def split(
    inbox_id: InboxId,
    marks: Sequence[int],
    wishes: Mapping[int, PartWish],
    uow: UnitOfWork,
    *,
    staff: Staff,
    now: datetime,
    by_sentence: bool = False,
) -> None:
    """Record that a waiting letter holds several matters; the worker makes each a letter of its own.

    `marks` has the number of the part of each piece, `wishes` what is said of each part, by its place from 1.
    A second try finds the letter decided on and is a CaseworkConflict: no matter is filed twice.
    """
    entry = uow.inbox.get(inbox_id)
    if not entry.is_mail:
        raise CaseworkRejected("only letters that came by mail are split")
    parts = parts_of(pieces_of(words_of(entry), by_sentence=by_sentence), marks)
    wished = tuple(_as_wished(part, wishes.get(part.number, PartWish()), uow) for part in parts)
    decide(inbox_id, ClerkDecision.SPLIT, uow, staff=staff, now=now, parts=wished)


def _as_wished(part: LetterPart, wish: PartWish, uow: UnitOfWork) -> LetterPart:
    case_id: CaseId | None = None
    if wish.reference:
        case = uow.cases.find(wish.reference)
        if case is None:
            raise CaseworkRejected(f"part {part.number} names a case that does not exist: check the reference")
        case_id = case.id
    return replace(part, kind=wish.kind, case_id=case_id)


def link_parts(inbox_id: InboxId, uow: UnitOfWork, *, staff_id: StaffId | None, now: datetime) -> None:
    """Write into the ledger of every case that came of a split letter who split it, and which its sisters are."""
    heard = [message for message in uow.threads.messages_of_arrival(inbox_id) if message.direction is Direction.INBOUND]
    cases = [uow.cases.get(message.case_id) if message.case_id is not None else None for message in heard]
    references = dict.fromkeys(case.reference for case in cases if case is not None)
    for place, (message, case) in enumerate(zip(heard, cases, strict=True), 1):
        if case is None:
            continue
        facts = {
            "inbox": inbox_id,
            "message": message.id,
            "part": place,
            "of": len(heard),
            "sisters": [reference for reference in references if reference != case.reference],
        }
        actor = f"staff:{staff_id}" if staff_id is not None else "system"
        uow.cases.append(case.id, EventName.SPLIT, at=now, actor=actor, facts=facts)
