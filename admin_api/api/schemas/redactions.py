"""Redactions: the boxes on a document, and what was made of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from admin_api.api.schemas.fields import Digest, Name, Schema, ShortText, Version, example
from admin_api.api.schemas.moves import FileContent
from casework.redaction import MOST_BOXES, WHOLE, Box, Redaction

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_BOX = {"page": 1, "left": 0.12, "top": 0.2, "right": 0.45, "bottom": 0.23, "ground": "privacy"}
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class BoxView(Schema):
    """A place that is covered, in shares of the page as it is seen: turned and cropped, from its upper left corner."""

    model_config = example(**_BOX)

    page: Annotated[int, Field(ge=1, le=10_000)]
    """From 1."""
    left: Share
    top: Share
    right: Share
    bottom: Share
    ground: ShortText
    """One of the regime's grounds, such as `privacy`; a refusal lists them."""

    def box(self) -> Box:
        """The box, never smaller than it was sent; Refusal when it has no area."""
        return Box(
            self.page,
            top=math.floor(self.top * WHOLE),
            left=math.floor(self.left * WHOLE),
            bottom=math.ceil(self.bottom * WHOLE),
            right=math.ceil(self.right * WHOLE),
            ground=self.ground,
        )

    @classmethod
    def of(cls, box: Box) -> BoxView:
        """The shape of a box."""
        sides = {name: getattr(box, name) / WHOLE for name in ("left", "top", "right", "bottom")}
        return cls(page=box.page, ground=box.ground, **sides)


class CoveredWords(Schema):
    """Words that are covered wherever they stand in the text layer."""

    model_config = example(words="示例三", ground="privacy")

    words: Name
    ground: ShortText


class NewRedaction(Schema):
    """A document and what is to be covered in it: a new file, or one that the case has already."""

    model_config = example(
        name="登记表.pdf",
        content="JVBERi0xLjc=",
        boxes=[_BOX],
        words=[{"words": "示例三", "ground": "privacy"}],
        make=True,
        version=4,
    )

    name: Name = "document.pdf"
    content: FileContent | None = None
    """Base64 of a PDF, PNG or JPEG; left out when `sha256` names a file of the case."""
    sha256: Digest | None = None
    boxes: Annotated[tuple[BoxView, ...], Field(max_length=MOST_BOXES)] = ()
    """All boxes: those that were saved before and are not named are gone."""
    words: Annotated[tuple[CoveredWords, ...], Field(max_length=20)] = ()
    make: bool = True
    """Whether the redacted document is made; otherwise the boxes are saved as a draft."""
    version: Version = None

    @model_validator(mode="after")
    def _names_one_document(self) -> NewRedaction:
        if (self.content is None) == (self.sha256 is None):
            raise ValueError("send either content or sha256")
        return self


class WithheldView(Schema):
    """In how many places of a page something is covered on one ground."""

    model_config = example(page=1, ground="privacy", article="15", boxes=2)

    page: int
    ground: str
    article: str
    boxes: int


class RedactionView(Schema):
    """A document of a case that is covered in part."""

    model_config = example(
        document=_DIGEST,
        pages=2,
        boxes=[_BOX],
        redacted=_DIGEST,
        is_current=True,
        withheld=[{"page": 1, "ground": "privacy", "article": "15", "boxes": 1}],
    )

    document: str
    """SHA-256 of the original, which stays within the case."""
    pages: int
    boxes: list[BoxView]
    """As they were saved last."""
    redacted: str | None
    """SHA-256 of the redacted document; name it in the step `draft` to send it with the reply."""
    is_current: bool
    """Whether the redacted document covers what was saved last."""
    withheld: list[WithheldView]

    @classmethod
    def of(cls, redaction: Redaction, articles: Mapping[str, str]) -> RedactionView:
        """The shape of a redaction; `articles` tells the article of each ground."""
        made = redaction.redacted
        return cls(
            document=redaction.document,
            pages=redaction.pages,
            boxes=[BoxView.of(box) for box in redaction.boxes],
            redacted=made.sha256 if made else None,
            is_current=redaction.is_current,
            withheld=[
                WithheldView(page=row.page, ground=row.ground, article=articles.get(row.ground, ""), boxes=row.boxes)
                for row in (made.withheld if made else ())
            ],
        )


class Redactions(Schema):
    """The documents of a case that are covered in part."""

    model_config = example(items=[])

    items: list[RedactionView]
