"""Suggestions while somebody types. Nothing typed is kept or written down; without the script nobody asks."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from admin_api.pages import Visit
from admin_api.visits import visitor
from knowledge.library import Library
from knowledge.suggesting import LONGEST_TYPED, Suggestion, SuggestionKind, Suggestions

router = APIRouter()

MOST: Final = 8
_MOST_ITEMS: Final = 4
_KEPT_SECONDS: Final = 60


@router.get("/suggest")
def suggest(visit: Annotated[Visit, Depends(visitor)], q: str = "") -> JSONResponse:
    """What may be meant: each with its kind in words, its text and the address that it leads to."""
    typed = q.replace("\x00", "").strip()[:LONGEST_TYPED]
    rows: list[dict[str, str]] = []
    if typed:
        items = _items(visit, typed)
        entries = suggestions_over(visit.context.library()).suggest(typed, visit.language, limit=MOST)
        rows = [_row(one, visit) for one in [*entries[: MOST - len(items)], *items]]
    headers = {"cache-control": f"private, max-age={_KEPT_SECONDS}", "vary": "Cookie, Accept-Language"}
    return JSONResponse({"suggestions": rows}, headers=headers)


@lru_cache(maxsize=2)
def suggestions_over(library: Library) -> Suggestions:
    """The suggestions over a state of the library; that of the last one is kept while both are asked."""
    return Suggestions(library)


def _items(visit: Visit, typed: str) -> list[Suggestion]:
    with visit.context.store.read() as uow:
        found = visit.context.catalogue(uow).suggest(typed, limit=_MOST_ITEMS)
    return [Suggestion(SuggestionKind.ITEM, listed.title_in(visit.language), listed.slug) for listed in found]


def _row(one: Suggestion, visit: Visit) -> dict[str, str]:
    if one.kind is SuggestionKind.ITEM:
        address = f"/disclosure/{one.slug}"
    elif one.kind is SuggestionKind.PROCEDURE:
        address = f"/procedures/{one.slug}"
    else:
        address = f"/search?{urlencode({'q': one.text})}"
    return {"kind": visit.say(f"suggest.{one.kind.value}"), "text": one.text, "address": address}
