"""Lists of revisions, which entries and items share: a tab a stage with its count, what narrows a list, its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import HTMLResponse

from admin_api.console.entry_view import names_in
from admin_api.console.frame import show_page
from admin_api.pages import Visit
from knowledge.comparing import compare
from knowledge.publication import DisclosureClass, Stage
from knowledge.revisions import Revision, Revisions, Subject

PAGE_SIZE: Final = 25
LAST_PAGE: Final = 4000
TABS: Final[Mapping[str, frozenset[Stage]]] = MappingProxyType(
    {
        "draft": frozenset({Stage.DRAFT}),
        "reviewed": frozenset({Stage.REVIEWED}),
        "published": frozenset({Stage.PUBLISHED}),
        "due": frozenset({Stage.PUBLISHED}),
        "withdrawn": frozenset({Stage.WITHDRAWN}),
    }
)
_ADDRESSES: Final = {Subject.ENTRY: "/staff/entries", Subject.ITEM: "/staff/items"}


@dataclass(frozen=True, slots=True)
class ListWish:
    """What a list is asked for; what makes no sense is left out."""

    subject: Subject
    tab: str = ""
    words: str = ""
    unit: str = ""
    disclosure: str = ""
    page: int = 1

    def href(self, **changes: str | int) -> str:
        """The address of the list with some of it changed; the page starts anew unless it is given."""
        wish = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type] # names of fields, as above
        query = {
            "stage": wish.tab,
            "q": wish.words,
            "unit": wish.unit,
            "class": wish.disclosure,
            "page": str(wish.page) if wish.page > 1 else "",
        }
        return f"{_ADDRESSES[self.subject]}?{urlencode({name: value for name, value in query.items() if value})}"


@dataclass(frozen=True, slots=True)
class ListTab:
    """One stage and how much is at it."""

    name: str
    count: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a list, as it came."""

    stage: str = ""
    q: str = ""
    unit: str = ""
    page: int = 1
    disclosure: Annotated[str, Query(alias="class")] = ""


def list_revisions(visit: Visit, subject: Subject, asked: Asked) -> dict[str, Any]:
    """What the page of a list shows; without a wish, the first stage at which something waits."""
    bureau = visit.context.office.bureau
    today = bureau.calendar.local_date(visit.context.clock())
    units = {unit.slug: unit.name.in_(visit.language) for unit in bureau.units}
    wish = ListWish(
        subject,
        words=asked.q.replace("\x00", " ").strip()[:100],
        unit=asked.unit if asked.unit in units else "",
        disclosure=asked.disclosure if asked.disclosure in set(DisclosureClass) else "",
        page=min(max(asked.page, 1), LAST_PAGE),
    )
    with visit.context.store.read() as uow:
        kept = visit.context.revisions(uow)
        counts = {name: kept.count(subject, **_narrowed(wish, name, today)) for name in TABS}
        waiting = next((name for name in ("draft", "reviewed", "due") if counts[name]), "published")
        wish = replace(wish, tab=asked.stage if asked.stage in TABS else waiting)
        found = _page(kept, wish, today)
        names = names_in(uow, visit)
    return {
        "found": found,
        "tabs": [ListTab(name, counts[name], wish.href(tab=name), name == wish.tab) for name in TABS],
        "wish": wish,
        "count": counts[wish.tab],
        "last": max(1, -(-counts[wish.tab] // PAGE_SIZE)),
        "names": names,
        "today": today,
        "units": units,
        "classes": [one.value for one in DisclosureClass],
        "address": _ADDRESSES[subject],
    }


def show_comparison(visit: Visit, subject: Subject, slug: str, old: int, new: int) -> HTMLResponse:
    """What differs between any two revisions; KnowledgeNotFound."""
    with visit.context.store.read() as uow:
        kept = visit.context.revisions(uow)
        history = kept.history(subject, slug)
        before, after = kept.get(subject, slug, old), kept.get(subject, slug, new)
    return show_page(
        visit,
        "console/entry_compare.html",
        room=_ADDRESSES[subject].rpartition("/")[2],
        address=_ADDRESSES[subject],
        slug=slug,
        history=history,
        before=before,
        after=after,
        changes=compare(before.body, after.body),
    )


def _page(kept: Revisions, wish: ListWish, today: date) -> Sequence[Revision]:
    skipped = (wish.page - 1) * PAGE_SIZE
    return kept.page(wish.subject, **_narrowed(wish, wish.tab, today), after=skipped, limit=PAGE_SIZE)


def _narrowed(wish: ListWish, tab: str, today: date) -> dict[str, Any]:
    return {
        "stages": TABS[tab],
        "due_by": today if tab == "due" else None,
        "words": wish.words,
        "unit": wish.unit,
        "disclosure": DisclosureClass(wish.disclosure) if wish.disclosure else None,
    }
