"""Items to test on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from knowledge.catalogue.item import Category, Item, body_of
from knowledge.publication import Classification, DisclosureClass, Stage, Standing
from knowledge.revisions import Revision, Subject

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
HIDDEN = Classification(DisclosureClass.NOT_DISCLOSED, "《政府信息公开条例》第十四条：危及公共安全")
ON_APPLICATION = Classification(DisclosureClass.ON_APPLICATION, "《政府信息公开条例》第二十七条")


def an_item(slug: str = "a", title: str = "关于公布行政许可事项的公告", **changes: Any) -> Item:
    """A published document, invented."""
    facts: dict[str, Any] = {
        "category": Category.POLICY,
        "unit": "city-bureau",
        "dated_on": date(2026, 3, 2),
        "document_number": "",
        "text": "正文（示例）。",
    }
    return Item(slug=slug, title=title, **{**facts, **changes})


def a_revision(item: Item, stage: Stage = Stage.PUBLISHED, number: int = 1) -> Revision:
    """The item as the store keeps it."""
    is_out = stage in {Stage.PUBLISHED, Stage.SUPERSEDED}
    standing = Standing(
        stage,
        "wang",
        NOW,
        item.classification,
        published_by="li" if is_out else "",
        published_at=NOW if is_out else None,
    )
    return Revision(Subject.ITEM, item.slug, number, item.title, item.unit, body_of(item), standing)
