"""An item of the disclosure catalogue, and the tree of values that a revision keeps of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from knowledge.errors import KnowledgeRejected
from knowledge.publication import Classification, DisclosureClass
from knowledge.revisions import Body, Revision, Revisions, Subject
from knowledge.text import Language

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SHA256 = re.compile(r"[0-9a-f]{64}")
RESERVED_SLUGS = frozenset({"guide", "forms"})
"""Pages of the portal stand at these addresses."""
LONGEST_SLUG = 80
LONGEST_TITLE = 200
LONGEST_NUMBER = 80
LONGEST_TEXT = 100_000
EARLIEST = date(1949, 10, 1)
"""No document of these bureaus is older; an earlier date is a slip of the pen."""
PROACTIVE = Classification()
KEYS = ("category", "title", "document_number", "dated_on", "text", "file")
"""Of what a revision keeps of an item."""


class Category(StrEnum):
    """The five parts of the catalogue, in the order in which they are shown."""

    INSTITUTION = "institution"
    POLICY = "policy"
    PLANNING = "planning"
    LICENSING = "licensing"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ItemFile:
    """The file of an item, whose bytes lie under their digest among the blobs."""

    sha256: str
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Item:
    """One document that the bureau holds, as the catalogue lists it."""

    slug: str
    title: str
    category: Category
    unit: str
    """Slug of the unit that answers for it."""
    dated_on: date
    """The date of the document itself."""
    document_number: str = ""
    """文号; empty when it has none."""
    title_en: str = ""
    """Empty when nobody has translated it; readers of English are then told so."""
    text: str = ""
    text_en: str = ""
    file: ItemFile | None = None
    classification: Classification = PROACTIVE

    def title_in(self, language: Language) -> str:
        """The title for a reader of `language`; the Chinese one when there is no other."""
        return self.title_en if language == "en" and self.title_en else self.title

    def text_in(self, language: Language) -> str:
        """The text for a reader of `language`; the Chinese one when there is no other."""
        return self.text_en if language == "en" and self.text_en else self.text

    @property
    def is_open(self) -> bool:
        """Whether it is disclosed of our own accord."""
        return self.classification.disclosure is DisclosureClass.PROACTIVE


class ItemFault(StrEnum):
    """What can be wrong with an item; the doors have a sentence and a way out for each."""

    TITLE_MISSING = "title_missing"
    TITLE_LONG = "title_long"
    CATEGORY_MISSING = "category_missing"
    CATEGORY_UNKNOWN = "category_unknown"
    UNIT_MISSING = "unit_missing"
    UNIT_UNKNOWN = "unit_unknown"
    DATE_MISSING = "date_missing"
    DATE_UNREADABLE = "date_unreadable"
    DATE_EARLY = "date_early"
    DATE_AHEAD = "date_ahead"
    NUMBER_LONG = "number_long"
    CLASS_UNKNOWN = "class_unknown"
    GROUND_MISSING = "ground_missing"
    GROUND_NEEDLESS = "ground_needless"
    CONTENT_MISSING = "content_missing"
    TEXT_LONG = "text_long"
    SLUG_UNREADABLE = "slug_unreadable"
    FILE_UNREADABLE = "file_unreadable"
    FILE_UNKNOWN = "file_unknown"
    SLUG_TWICE = "slug_twice"
    NUMBER_TWICE = "number_twice"
    FORMULA = "formula"
    ROW_LONG = "row_long"


def is_slug(text: str) -> bool:
    """Whether an item can be called so."""
    return bool(SLUG.fullmatch(text)) and len(text) <= LONGEST_SLUG and text not in RESERVED_SLUGS


def derive_slug(title: str, dated_on: date, document_number: str) -> str:
    """A slug that the same document always gets, so that importing it again finds it."""
    named = document_number or f"{title}\n{dated_on.isoformat()}"
    return f"{dated_on.year}-{hashlib.sha256(named.encode()).hexdigest()[:10]}"


def body_of(item: Item) -> Body:
    """What a revision keeps of an item; slug, unit and class stand beside it."""
    body: dict[str, object] = {
        "category": item.category.value,
        "title": _said(item.title, item.title_en),
        "document_number": item.document_number,
        "dated_on": item.dated_on.isoformat(),
        "text": _said(item.text, item.text_en),
    }
    if item.file is not None:
        file = item.file
        body["file"] = {"sha256": file.sha256, "name": file.name, "type": file.content_type, "size": file.size}
    return body


def item_of(revision: Revision) -> Item:
    """The item that a revision keeps; KnowledgeRejected when its body is none."""
    body = revision.body
    try:
        title, text = _strings(body["title"]), _strings(body.get("text", {}))
        return Item(
            slug=revision.slug,
            title=title["zh"],
            category=Category(str(body["category"])),
            unit=revision.unit,
            dated_on=date.fromisoformat(str(body["dated_on"])),
            document_number=str(body.get("document_number", "")),
            title_en=title.get("en", ""),
            text=text.get("zh", ""),
            text_en=text.get("en", ""),
            file=_file_of(body.get("file")),
            classification=revision.standing.classification,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise KnowledgeRejected(f"revision {revision.number} of {revision.slug} is no item: edit it again") from error


def keep_draft(
    revisions: Revisions, item: Item, *, by: str, now: datetime, note: str = "", after: int | None = None
) -> Revision:
    """A new draft of an item, with `after` the number of the revision that was edited: as in Revisions.draft."""
    return revisions.draft(
        Subject.ITEM,
        item.slug,
        title=item.title,
        unit=item.unit,
        body=body_of(item),
        classification=item.classification,
        by=by,
        now=now,
        note=note,
        after=after,
    )


def file_of(revision: Revision) -> ItemFile | None:
    """The file that a revision has; None when it has none, as entries never have."""
    if revision.subject is not Subject.ITEM:
        return None
    return item_of(revision).file


def _said(zh: str, en: str) -> dict[str, str]:
    return {language: words for language, words in (("zh", zh), ("en", en)) if words}


def _strings(found: object) -> dict[str, str]:
    if not isinstance(found, Mapping):
        raise TypeError
    return {str(name): str(value) for name, value in found.items()}


def _file_of(found: object) -> ItemFile | None:
    if found is None:
        return None
    file = _strings(found)
    if not SHA256.fullmatch(file["sha256"]):
        raise ValueError(file["sha256"])
    return ItemFile(file["sha256"], file["name"], file["type"], int(file["size"]))
