"""Deciding on several waiting messages at once, and splitting one letter into several matters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import REFERENCE, Schema, Storable, example
from casework.actions.splitting import EVERY_PART, MOST_PARTS, MOST_PIECES
from casework.actions.triage import MOST_AT_ONCE, Done, Obstacle
from casework.inbox import ClerkDecision
from casework.kinds import CaseKind

MessageIds = Annotated[
    list[Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]], Field(min_length=1, max_length=MOST_AT_ONCE)
]
PiecePlace = Annotated[int, Field(ge=0, lt=MOST_PIECES, strict=True)]
By = Literal["paragraph", "sentence"]


class ManyDecisions(Schema):
    """The same decision on several messages; each is decided on for itself, and one that fails harms no other."""

    model_config = example(ids=[5012, 5013], decision="refuse")

    ids: MessageIds
    decision: Literal[ClerkDecision.ACCEPT, ClerkDecision.REPLAY, ClerkDecision.REFUSE, ClerkDecision.BLOCK]
    was_refused: bool = False
    """Say so to go back on refusals; without it a refused message is a conflict."""


class PutBack(Schema):
    """Messages that staff refused, to wait for a decision again; senders who were blocked by it are unblocked."""

    model_config = example(ids=[5012, 5013])

    ids: MessageIds


class DoneView(Schema):
    """What became of one of several messages."""

    model_config = example(id=5012, done=True, obstacle=None, detail="")

    id: int
    done: bool
    obstacle: Obstacle | None
    """Why nothing was done with it."""
    detail: str


class ManyDone(Schema):
    """What became of each message, in the order in which they were named."""

    model_config = example(results=[{"id": 5012, "done": True, "obstacle": None, "detail": ""}])

    results: list[DoneView]

    @classmethod
    def of(cls, done: tuple[Done, ...]) -> ManyDone:
        """The shape of a report."""
        return cls(
            results=[
                DoneView(id=one.inbox_id, done=one.obstacle is None, obstacle=one.obstacle, detail=one.detail)
                for one in done
            ]
        )


class PieceView(Schema):
    """A paragraph or a sentence of a letter."""

    model_config = example(place=0, text="一、路灯坏了。", guess=1)

    place: int
    """What to name in `pieces` of a part."""
    text: str
    guess: int
    """A first idea of the part that it belongs to; 0 is every part."""


class Pieces(Schema):
    """What a letter can be parted at."""

    model_config = example(by="paragraph", items=[{"place": 0, "text": "一、路灯坏了。", "guess": 1}])

    by: By
    items: list[PieceView]

    @classmethod
    def of(cls, pieces: tuple[str, ...], guesses: tuple[int, ...], *, by: By) -> Pieces:
        """The shape of a letter's pieces."""
        return cls(
            by=by,
            items=[
                PieceView(place=place, text=text, guess=guess)
                for place, (text, guess) in enumerate(zip(pieces, guesses, strict=True))
            ],
        )


class NewPart(Schema):
    """One matter of a letter: which pieces it has of its own, and what it is."""

    model_config = example(pieces=[1, 2], kind="complaint")

    pieces: list[PiecePlace] = Field(min_length=1, max_length=MOST_PIECES)
    kind: CaseKind | None = None
    """Left out, the assistant decides and answers what it can."""
    reference: Annotated[str, StringConstraints(max_length=60), Storable] | None = None
    """Of the case that the part belongs to."""


class NewSplit(Schema):
    """How a letter is split: what no part names stands in every part, as a greeting does."""

    model_config = example(
        by="paragraph", parts=[{"pieces": [1], "kind": "complaint"}, {"pieces": [2], "reference": REFERENCE}]
    )

    by: By = "paragraph"
    parts: list[NewPart] = Field(min_length=2, max_length=MOST_PARTS)

    def marks(self, pieces: int) -> list[int]:
        """The number of the part of each of so many pieces; a piece that two parts name is the later one's."""
        marks = [EVERY_PART] * pieces
        for number, part in enumerate(self.parts, 1):
            for place in part.pieces:
                if place < pieces:
                    marks[place] = number
        return marks
