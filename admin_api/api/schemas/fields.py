"""What all shapes share: strictness, examples, the kinds of text and number, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar, get_args

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from admin_api.api.paging import MAX_ID, MAX_LIMIT, PageRequest, parse_cursor

REFERENCE = "ZMD-2026-000123-3"
"""The case of the examples."""
MAX_TEXT = 50_000
"""Characters of a reply or a note."""


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL in a text."""
    if "\x00" in text:
        raise ValueError("a text cannot contain the character NUL")
    return text


Storable = AfterValidator(_storable)
LongText = Annotated[str, StringConstraints(max_length=MAX_TEXT), Storable]
ShortText = Annotated[str, StringConstraints(max_length=500), Storable]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), Storable]
Version = Annotated[
    int | None,
    Field(ge=0, le=MAX_ID, strict=True, description="The version that you saw; 409 when there is a newer."),
]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
AccountId = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
ReferencePath = Annotated[
    str, Path(max_length=60, description="Reference of the case, any usual spelling.", examples=[REFERENCE])
]
IdPath = Annotated[int, Path(ge=1, le=MAX_ID, examples=[17])]
SlugPath = Annotated[str, Path(max_length=100, examples=["exit-entry"])]


class Schema(BaseModel):
    """A shape; what it does not know it refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def example(**members: Any) -> ConfigDict:
    """The configuration that gives a shape its example."""
    return ConfigDict(json_schema_extra={"examples": [members]})


def example_of(shape: type[BaseModel]) -> Mapping[str, Any]:
    """The example of a shape."""
    found: Mapping[str, Any] = shape.model_json_schema()["examples"][0]
    return found


class PageQuery(Schema):
    """Which page of a list is wanted."""

    model_config = example(limit=50, cursor=None)

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, examples=[50])
    """Items a page."""
    cursor: str | None = Field(default=None, max_length=100, examples=["YWZ0ZXI6NTA"])
    """`next_cursor` of the page before."""

    def page(self) -> PageRequest:
        """The page; AdminRejected when the cursor is not one of ours."""
        return PageRequest(self.limit, parse_cursor(self.cursor) if self.cursor else 0)


T = TypeVar("T", bound=BaseModel)


def _page_example(schema: dict[str, Any], page: type[BaseModel]) -> None:
    (item,) = get_args(page.model_fields["items"].annotation)
    schema["examples"] = [{"items": [example_of(item)], "next_cursor": "YWZ0ZXI6NTA"}]


class Page(Schema, Generic[T]):
    """One page of a longer list."""

    # Described by hand: looking for the docstrings of every kind of page would cost half a second at each start.
    model_config = ConfigDict(json_schema_extra=_page_example, use_attribute_docstrings=False)

    items: list[T]
    next_cursor: str | None = Field(
        default=None, description="What to send as `cursor` for the next page; null on the last one."
    )


class InBothLanguages(Schema):
    """One text in Chinese and English."""

    model_config = example(zh="出入境管理支队", en="Exit and entry administration")

    zh: str
    en: str
