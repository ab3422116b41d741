"""Items of the disclosure catalogue, and what is sent to draft and amend them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.entries import RevisionFilter, RevisionStanding, StepView, standing_members
from admin_api.api.schemas.fields import Schema, ShortText, Storable, Version, example
from admin_api.api.schemas.moves import NewFile
from knowledge.catalogue.item import LONGEST_TEXT, Category, Item, ItemFile, item_of
from knowledge.catalogue.rows import Column, file_cells
from knowledge.publication import DisclosureClass
from knowledge.revisions import Revision

_FILE: dict[str, Any] = {"name": "收费标准.pdf", "content_type": "application/pdf", "size": 48213, "sha256": "9f" * 32}
_CONTENTS: dict[str, Any] = {
    "title": "出入境证件收费公示",
    "title_en": "Fees for exit and entry documents",
    "document_number": "演示公〔2026〕3号",
    "dated_on": "2026-03-02",
    "category": "licensing",
    "unit": "exit-entry",
    "text": "普通护照每本120元。",
    "text_en": "An ordinary passport costs 120 yuan.",
}
_STANDING: dict[str, Any] = {
    "slug": "exit-entry-fees",
    "number": 2,
    "stage": "reviewed",
    "disclosure": "proactive",
    "ground": "",
    "note": "补充英文",
    "edits": 1,
    "drafted_by": "wang",
    "drafted_at": "2026-11-24T02:00:00Z",
    "reviewed_by": "li",
    "reviewed_at": "2026-11-25T02:00:00Z",
    "published_by": "",
    "published_at": None,
    "ended_at": None,
    "review_due_on": None,
    "reason": "",
}
_STEP = {"what": "review", "by": "li", "at": "2026-11-25T02:00:00Z", "reason": ""}
_SUMMARY = {
    **_STANDING,
    **{name: _CONTENTS[name] for name in ("title", "title_en", "document_number", "dated_on", "category", "unit")},
}
ItemText = Annotated[str, Field(max_length=LONGEST_TEXT), Storable]


class ItemFilter(RevisionFilter):
    """Which revisions of items are wanted."""

    model_config = example(stage="draft", q="收费", due=False, unit="exit-entry", disclosure="proactive", limit=50)

    unit: ShortText = Field(default="", examples=["exit-entry"])
    disclosure: DisclosureClass | None = Field(default=None, examples=["proactive"])


class ItemFileView(Schema):
    """The file of an item."""

    model_config = example(**_FILE)

    name: str
    content_type: str
    size: int
    sha256: str

    @classmethod
    def of(cls, file: ItemFile) -> ItemFileView:
        """The shape of a file."""
        return cls(name=file.name, content_type=file.content_type, size=file.size, sha256=file.sha256)


class ItemSummary(RevisionStanding):
    """One revision of an item without its text."""

    model_config = example(**_SUMMARY)

    title_en: str
    document_number: str
    dated_on: date
    """The date of the document itself."""
    category: Category

    @classmethod
    def of(cls, revision: Revision) -> ItemSummary:
        """The shape of a revision."""
        return cls.model_validate(_members(revision, item_of(revision)))


class ItemDetail(ItemSummary):
    """One revision of an item, whole."""

    model_config = example(**_SUMMARY, text=_CONTENTS["text"], text_en=_CONTENTS["text_en"], file=_FILE, steps=[_STEP])

    text: str
    text_en: str
    file: ItemFileView | None
    """Fetch the bytes at `/api/v1/items/{slug}/revisions/{number}/file`."""
    steps: list[StepView]

    @classmethod
    def whole(cls, revision: Revision) -> ItemDetail:
        """The shape of a revision with everything in it."""
        item = item_of(revision)
        return cls.model_validate(
            {
                **_members(revision, item),
                "text": item.text,
                "text_en": item.text_en,
                "file": ItemFileView.of(item.file) if item.file else None,
                "steps": [StepView.of(step) for step in revision.standing.steps],
            }
        )


class ItemHistory(Schema):
    """Every revision of one item, newest first."""

    model_config = example(items=[_SUMMARY])

    items: list[ItemSummary]


class ItemContents(Schema):
    """What an item shall say."""

    model_config = example(**_CONTENTS, disclosure="proactive", ground="", file=None, file_of=1)

    title: ShortText
    title_en: ShortText = ""
    document_number: ShortText = ""
    dated_on: date
    category: Category
    unit: ShortText
    disclosure: DisclosureClass = DisclosureClass.PROACTIVE
    ground: ShortText = ""
    """Law, article and reason, for what is not disclosed proactively."""
    text: ItemText = ""
    text_en: ItemText = ""
    file: NewFile | None = None
    file_of: Annotated[int | None, Field(ge=1, le=MAX_ID, strict=True)] = None
    """The revision whose file is kept, when there is no new one; without it the item has none."""

    def cells(self, slug: str, file: ItemFile | None) -> Mapping[Column, str]:
        """What is sent as the cells of a row, to be read as those of a table are."""
        said = {
            Column.SLUG: slug,
            Column.TITLE: self.title,
            Column.TITLE_EN: self.title_en,
            Column.DOCUMENT_NUMBER: self.document_number,
            Column.DATED_ON: self.dated_on.isoformat(),
            Column.CATEGORY: self.category.value,
            Column.UNIT: self.unit,
            Column.CLASS: self.disclosure.value,
            Column.GROUND: self.ground,
            Column.TEXT: self.text,
            Column.TEXT_EN: self.text_en,
        }
        return {**said, **file_cells(file)}


class NewItemDraft(Schema):
    """A new draft, of a new item or of one that exists."""

    model_config = example(item={**_CONTENTS, "file_of": 1}, note="补充英文", after=1)

    item: ItemContents
    note: ShortText = ""
    """Why."""
    after: Version = None
    """The revision that was edited, 0 for a new item; 409 when there is a later one."""


class ItemAmendment(Schema):
    """New contents for a draft."""

    model_config = example(item={**_CONTENTS, "file_of": 2}, note="", edits=1)

    item: ItemContents
    note: ShortText = ""
    edits: Version = None
    """As the draft came; 409 when it was changed since."""


def _members(revision: Revision, item: Item) -> dict[str, Any]:
    own = ("title_en", "document_number", "dated_on", "category")
    return {**standing_members(revision), **{name: getattr(item, name) for name in own}}
