"""What is covered in a document that is given out in part: boxes on its pages with their grounds, and what was made.

Everything follows from the ledger of the case. A box tells where something stands and why it is covered, never what
it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from casework.errors import CaseworkRejected, Refusal
from casework.events import CaseEvent, EventName
from casework.message import MessageId

WHOLE: Final = 10_000
"""Into so many parts the width and the height of a page are cut; a box stands on whole parts."""
MOST_BOXES: Final = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """One place that is covered, as the page is seen: turned and cropped as it is shown."""

    page: int
    """From 1."""
    top: int
    left: int
    bottom: int
    right: int
    ground: str
    """Name of a ground of the case's regime."""

    def __post_init__(self) -> None:
        """Refuse a box without area, or outside its page."""
        is_within = 0 <= self.left < self.right <= WHOLE and 0 <= self.top < self.bottom <= WHOLE
        if self.page < 1 or not is_within:
            raise Refusal("bad_box", f"a box on page {self.page} has no area, or lies outside", page=self.page)


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many places of a page are covered on one ground."""

    page: int
    ground: str
    boxes: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A document as it may be given out."""

    number: int
    """The event that tells of it."""
    document: str
    """SHA-256 of what it was made of."""
    sha256: str
    message: MessageId
    """The note that has it as attachment."""
    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, slots=True)
class Redaction:
    """A document of a case, with what is to be covered in it."""

    document: str
    """SHA-256."""
    message: MessageId
    """The message that has it as attachment."""
    pages: int
    boxes: tuple[Box, ...] = ()
    drawn_in: int = 0
    """The event by which the boxes were saved last; 0 when they never were."""
    redacted: Redacted | None = None
    """What was made of it last."""

    @property
    def is_current(self) -> bool:
        """Whether what was made covers what was drawn last."""
        return self.redacted is not None and self.redacted.number > self.drawn_in


def redactions_of(events: Iterable[CaseEvent]) -> Mapping[str, Redaction]:
    """The documents that were laid out to be covered, by SHA-256, in the order in which they were."""
    found: dict[str, Redaction] = {}
    for event in events:
        facts = event.facts
        document = str(facts.get("document", ""))
        match event.name:
            case EventName.REDACTION_BEGUN:
                found[document] = Redaction(document, MessageId(_int(facts["message"])), _int(facts["pages"]))
            case EventName.REDACTION_DRAWN:
                boxes = boxes_from(facts["boxes"])
                found[document] = replace(found[document], boxes=boxes, drawn_in=event.number)
            case EventName.REDACTION_MADE:
                found[document] = replace(found[document], redacted=_redacted(event))
    return found


def redacted_in(events: Iterable[CaseEvent]) -> Mapping[str, Redacted]:
    """The redacted documents that may go out, by their own SHA-256: of each document the one that was made last."""
    made = (one.redacted for one in redactions_of(events).values())
    return {one.sha256: one for one in made if one is not None}


def name_redacted(reference: str, document: str, events: Iterable[CaseEvent]) -> str:
    """How the redacted document is called: what the file was called may tell what is covered in it."""
    return f"{reference}-{list(redactions_of(events)).index(document) + 1}.pdf"


def withheld_in(boxes: Iterable[Box]) -> tuple[Withheld, ...]:
    """How many places are covered, by page and ground."""
    counted = Counter((box.page, box.ground) for box in boxes)
    return tuple(Withheld(page, ground, number) for (page, ground), number in sorted(counted.items()))


def withheld_by_ground(rows: Iterable[Withheld]) -> Mapping[str, tuple[Sequence[int], int]]:
    """For each ground the pages on which something is covered, and how many places in all."""
    found: dict[str, tuple[list[int], int]] = {}
    for row in rows:
        pages, boxes = found.get(row.ground, ([], 0))
        found[row.ground] = ([*pages, row.page], boxes + row.boxes)
    return found


def withheld_facts(rows: Iterable[Withheld]) -> list[dict[str, object]]:
    """The same as facts of an event."""
    return [{"page": row.page, "ground": row.ground, "boxes": row.boxes} for row in rows]


def check_boxes(boxes: Sequence[Box], *, pages: int, grounds: Iterable[str]) -> tuple[Box, ...]:
    """The boxes in order, each once; Refusal when one is on no page, rests on no known ground, or they are too many."""
    known = set(grounds)
    for box in boxes:
        if box.page > pages:
            raise Refusal("no_page", f"the document has {pages} pages, a box lies on {box.page}", pages=pages)
        if box.ground not in known:
            raise Refusal("ground", f"{box.ground[:40]!r} is no ground of this regime: choose one of {sorted(known)}")
    if len(boxes) > MOST_BOXES:
        raise Refusal("many_boxes", f"at most {MOST_BOXES} boxes: cover whole pages with one", most=MOST_BOXES)
    return tuple(sorted(set(boxes)))


def boxes_as_facts(boxes: Iterable[Box]) -> list[list[object]]:
    """Boxes as facts of an event, each a row of six."""
    return [[box.page, box.left, box.top, box.right, box.bottom, box.ground] for box in boxes]


def boxes_from(rows: object) -> tuple[Box, ...]:
    """Boxes out of the facts of an event."""
    if not isinstance(rows, list):
        raise CaseworkRejected("boxes are a list of rows")
    return tuple(
        Box(page, top=top, left=left, bottom=bottom, right=right, ground=ground)
        for page, left, top, right, bottom, ground in rows
    )


def pixels_of(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """The box on a picture of its page: left, top, and the first column and row beyond it; never smaller than drawn."""
    return (
        box.left * width // WHOLE,
        box.top * height // WHOLE,
        -(-box.right * width // WHOLE),
        -(-box.bottom * height // WHOLE),
    )


def _redacted(event: CaseEvent) -> Redacted:
    facts = event.facts
    rows = facts["withheld"]
    withheld = [Withheld(row["page"], row["ground"], row["boxes"]) for row in (rows if isinstance(rows, list) else [])]
    message = MessageId(_int(facts["message"]))
    return Redacted(event.number, str(facts["document"]), str(facts["redacted"]), message, tuple(withheld))


def _int(value: object) -> int:
    return int(str(value))
